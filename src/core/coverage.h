#pragma once

#include <vector>

#include "core/drift.h"

namespace pgscale {

// What the bounds of a set leave open: ranges between its first and last bound, values of its lists
// and remainders that no partition holds; and what lies across them, a detached table whose range
// is taken or a guard that was left. `plan` is that of the same set with Policy::fill_holes, and
// has the steps. Partitions that are merely to be premade are no gaps.
[[nodiscard]] std::vector<Drift> coverage_drift(const PartitionSet& set, const Plan& plan,
                                                Micros now);

}  // namespace pgscale
