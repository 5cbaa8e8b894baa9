#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/calendar.h"

namespace pgscale {

// What tells whether the statistics of a parent are old. Autovacuum never analyzes a partitioned
// table, though the planner needs its statistics for every query that reads more than one
// partition.
struct ParentStatistics {
  bool counted = false;      // counting began with an ANALYZE: `changed` is known
  double rows = 0;           // when it was analyzed; before that of all partitions as far as known
  std::int64_t changed = 0;  // rows inserted, updated and deleted since
  std::size_t partitions = 0;  // tables that ANALYZE has to lock
  bool by_others = false;      // somebody else has analyzed it: counting is to begin anew
};

// Autovacuum's own settings, and how many tables one transaction may lock without harm to others.
struct AnalyzeRule {
  double threshold = 50;
  double scale_factor = 0.1;
  std::size_t most_partitions = 3200;
};

struct Analysis {
  ParentStatistics statistics;
  AnalyzeRule rule;
  bool knows_only = false;  // SQL has ANALYZE ONLY
};

[[nodiscard]] bool is_stale(const ParentStatistics& statistics, const AnalyzeRule& rule);

// Why, for the plan.
[[nodiscard]] std::string reason_to_analyze(const ParentStatistics& statistics);

// A look at the counters of all partitions is taken no more often than this.
inline constexpr Micros kBetweenLooks = 600 * kMicrosPerSecond;

}  // namespace pgscale
