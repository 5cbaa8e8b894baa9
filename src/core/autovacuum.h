#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/calendar.h"
#include "core/inventory.h"

namespace pgscale {

// What autovacuum goes by: the settings of the server, or those that a table has of its own.
struct AutovacuumSettings {
  std::optional<bool> enabled;
  std::optional<int> threshold;
  std::optional<int> max_threshold;     // below 0: none
  std::optional<int> insert_threshold;  // below 0: inserts do not count
  std::optional<int> analyze_threshold;
  std::optional<double> scale;
  std::optional<double> insert_scale;
  std::optional<double> analyze_scale;
  std::optional<int> freeze_max_age;
  std::optional<int> multixact_freeze_max_age;
};

// A table, materialized view or TOAST table, as VACUUM and ANALYZE see it.
struct TablePart {
  Oid oid = 0;
  Oid root = 0;  // the topmost table above it, or above the table that the TOAST table belongs to
  bool is_toast = false;
  bool is_temporary = false;
  bool is_analyzed = true;      // whether ANALYZE does anything for it
  AutovacuumSettings settings;  // a TOAST table without any has those of its table
  std::int32_t pages = 0;
  std::int32_t frozen_pages = 0;
  std::optional<float> rows_estimate;  // as VACUUM or ANALYZE last counted them
  std::optional<std::int64_t> xid_age;
  std::optional<std::int64_t> multixact_age;
  std::int64_t live_rows = 0;
  std::int64_t dead_rows = 0;
  std::int64_t inserted_rows = 0;  // since the last VACUUM
  std::int64_t changed_rows = 0;   // since the last ANALYZE
  std::optional<Micros> vacuumed_at;
  std::optional<Micros> analyzed_at;
};

// What autovacuum compares a table with. It acts above, not at a threshold.
struct Thresholds {
  bool enabled = true;
  float dead = 0;
  std::optional<float> inserted;  // empty: inserts do not count
  float changed = 0;
  std::int64_t freeze_max_age = 0;
  std::int64_t multixact_freeze_max_age = 0;
};

// As relation_needs_vacanalyze() of the server computes them, in single precision.
[[nodiscard]] Thresholds thresholds(const AutovacuumSettings& server, const TablePart& part);

enum class VacuumReason { kNone, kInserts, kDeadRows, kWraparound };
[[nodiscard]] VacuumReason vacuum_reason(const TablePart& part, const Thresholds& limits);

// One table with its TOAST table, or all of that below a partitioned table.
struct VacuumWork {
  Oid root = 0;
  int leaves = 0;  // tables with rows of their own
  std::int64_t live_rows = 0;
  std::int64_t dead_rows = 0;
  std::int64_t changed_rows = 0;
  int vacuum_due = 0;  // parts
  // The part nearest to its thresholds or furthest beyond.
  TablePart vacuum_worst;
  Thresholds vacuum_limits;
  VacuumReason reason = VacuumReason::kNone;
  int analyze_due = 0;  // leaves
  std::optional<TablePart> analyze_worst;
  Thresholds analyze_limits;
  std::optional<Micros> vacuumed_at;  // of the leaf for which it is longest ago
  std::optional<Micros> analyzed_at;
  int never_vacuumed = 0;       // leaves with rows
  std::vector<Oid> unanalyzed;  // leaves with rows of which no ANALYZE is known
  bool enabled = true;          // for all parts
};
// In the order of the roots' OIDs; temporary tables are none of autovacuum's. Of equal parts the
// first is the worst.
[[nodiscard]] std::vector<VacuumWork> vacuum_work(const AutovacuumSettings& server,
                                                  const std::vector<TablePart>& parts);

// How old a table is with all that belongs to it, and where it is oldest.
struct FreezeAge {
  Oid root = 0;
  Oid oldest = 0;
  std::optional<std::int64_t> xid_age;
  std::int64_t freeze_max_age = 0;
  Oid oldest_multixact = 0;
  std::optional<std::int64_t> multixact_age;
  std::int64_t multixact_freeze_max_age = 0;
};
// Of equal parts the first is the oldest.
[[nodiscard]] std::vector<FreezeAge> freeze_ages(const AutovacuumSettings& server,
                                                 const std::vector<TablePart>& parts);

}  // namespace pgscale
