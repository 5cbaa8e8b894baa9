#include "core/analysis.h"

namespace pgscale {

bool is_stale(const ParentStatistics& statistics, const AnalyzeRule& rule) {
  if (statistics.by_others || statistics.partitions > rule.most_partitions) return false;
  const auto changed = static_cast<double>(statistics.changed);
  if (!statistics.counted) return statistics.rows > 0 || changed > 0;
  return changed > rule.threshold + rule.scale_factor * statistics.rows;
}

std::string reason_to_analyze(const ParentStatistics& statistics) {
  if (!statistics.counted) return "not analyzed yet";
  return std::to_string(statistics.changed) + " rows changed since it was analyzed";
}

}  // namespace pgscale
