#pragma once

#include <optional>
#include <string>

#include "core/calendar.h"
#include "core/inventory.h"
#include "core/oid_map.h"
#include "core/sql.h"

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

}  // namespace pgscale::catalog
