#pragma once

#include <vector>

#include "core/inventory.h"
#include "core/step.h"

namespace pgscale {

// The steps that put a partition with levels below in the place of an empty plain one: detach,
// drop, create. Empty where the plan would not make the same partition anew, under the same name,
// or where taking it away touches more than the set.
[[nodiscard]] std::vector<Step> replacement_steps(const PartitionSet& set,
                                                  const Partition& partition, Micros now);

}  // namespace pgscale
