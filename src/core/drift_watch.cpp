#include "core/drift_watch.h"

#include <algorithm>
#include <tuple>

namespace pgscale {
namespace {

std::string in_words(const Drift& drift) {
  std::string words = text(drift.kind);
  if (!drift.object.empty()) words += " " + drift.object;
  if (drift.partition) words += " of " + readable(*drift.partition);
  return words;
}

}  // namespace

std::vector<Oid> sets_to_look_at(std::vector<WatchedSet> sets, std::size_t most_partitions) {
  std::sort(sets.begin(), sets.end(), [](const WatchedSet& a, const WatchedSet& b) {
    return std::tie(a.looked_at, a.parent) < std::tie(b.looked_at, b.parent);
  });
  std::vector<Oid> chosen;
  std::size_t partitions = 0;
  for (const WatchedSet& set : sets) {
    partitions += set.partitions;
    if (!chosen.empty() && partitions > most_partitions) break;
    chosen.push_back(set.parent);
  }
  return chosen;
}

DriftSummary summary_of(const std::vector<Drift>& found) {
  DriftSummary summary;
  const Drift* worst = nullptr;
  for (const Drift& drift : found) {
    if (drift.severity == Severity::kInfo) continue;
    (drift.severity == Severity::kCritical ? summary.critical : summary.warnings)++;
    if (worst == nullptr || worst->severity < drift.severity) worst = &drift;
  }
  if (worst != nullptr) summary.worst = in_words(*worst);
  return summary;
}

}  // namespace pgscale
