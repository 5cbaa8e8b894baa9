#pragma once

#include <optional>
#include <string>

#include "core/calendar.h"
#include "core/inventory.h"
#include "core/oid_map.h"
#include "core/sql.h"
#include "pg/call.h"
#include "shim/session.h"

namespace pgscale::catalog {

// SELECT of what was counted in the window for tables or indexes, as far as the reader may see it.
[[nodiscard]] Sql recent_relations(const std::string& scope, Micros window_start, Oid reader);

// Since when the history observes indexes without a gap.
class ObservedIndexes {
 public:
  // Knows nothing on a standby, and from a reset to the next sample.
  [[nodiscard]] static ObservedIndexes load();
  // Empty for an index that no sample has seen yet.
  [[nodiscard]] std::optional<Micros> since(Oid index) const;

 private:
  Micros series_start_ = 0;
  OidSet seen_;
  OidMap<Micros> later_;  // that came, or were reset, after the series began
};

// What was counted of indexes in the window of the views, and since when the server counts. Belongs
// to who may see it: see HistoryReader.
struct RecentIndexes {
  std::optional<Micros> counted_since;
  std::optional<Micros> since;     // empty while nothing was sampled in the window
  std::optional<double> window_s;  // seconds that are covered by samples
  OidMap<std::int64_t> scans;      // of those that were scanned

  [[nodiscard]] static RecentIndexes load();
};

// Whether the current user may see what the history has of a relation: owners, and for all of them
// members of pg_read_all_stats.
class HistoryReader {
 public:
  [[nodiscard]] bool may_see(Oid owner);

 private:
  bool reads_all_ = pg::call(pgs_reads_all_statistics);
  OidMap<std::optional<bool>> owners_;
};

}  // namespace pgscale::catalog
