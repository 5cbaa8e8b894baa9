#pragma once

#include "core/step.h"

namespace pgscale {

// What must be done so that the set is as its policy wants it at `now`: first what an interrupted
// run left, then what is missing (the present and the future before the past), then what is to go.
// Pure: the same arguments give the same plan, and an empty plan once it has been carried out.
[[nodiscard]] Plan plan(const PartitionSet& set, Micros now);

// ALTER SUBSCRIPTION ... REFRESH PUBLICATION, for partitions that the publisher has, too.
[[nodiscard]] Step refresh_step(const Parent& parent, const Subscription& subscription);

// What is to be done with the guard when a step of a creation has failed: it must go at once,
// because it refuses rows. Empty where there is none yet.
[[nodiscard]] std::optional<Step> removal_of_guard(const Inventory& inventory, Action failed);

}  // namespace pgscale
