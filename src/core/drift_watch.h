#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/drift.h"
#include "core/point.h"

namespace pgscale {

// A set whose drift is looked at now and then, so that health knows of it without looking itself.
struct WatchedSet {
  Oid parent;
  std::size_t partitions;
  std::optional<Micros> looked_at;
};

// The sets to look at in one round: those that have waited longest, as many as have no more than
// `most_partitions` together, and at least one, so that each has its turn.
[[nodiscard]] std::vector<Oid> sets_to_look_at(std::vector<WatchedSet> sets,
                                               std::size_t most_partitions);

// What of it matters.
struct DriftSummary {
  int warnings = 0;
  int critical = 0;
  std::string worst;  // the first of the worst, in words; empty when there is none
};
[[nodiscard]] DriftSummary summary_of(const std::vector<Drift>& found);

}  // namespace pgscale
