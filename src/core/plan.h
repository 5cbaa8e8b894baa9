#pragma once

#include "core/step.h"

namespace pgscale {

// What must be done so that the set is as its policy wants it at `now`: first what an interrupted
// run left, then what is missing (the present and the future before the past), then what is to go.
// Pure: the same arguments give the same plan, and an empty plan once it has been carried out.
[[nodiscard]] Plan plan(const PartitionSet& set, Micros now);

// ALTER SUBSCRIPTION ... REFRESH PUBLICATION, for partitions that the publisher has, too.
[[nodiscard]] Step refresh_step(const Parent& parent, const Subscription& subscription);

// The guard that a creation left behind which failed; empty where there is no default partition. It
// must go at once, because it refuses rows.
[[nodiscard]] std::optional<Step> removal_of_guard(const Inventory& inventory);

}  // namespace pgscale
