#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/retention.h"
#include "core/step.h"

namespace pgscale {

// A part of a plan: how partitions leave their set, and what becomes of them.
struct RetirementPlan {
  std::vector<Item> items;
  std::optional<Micros> next_due;
};

// What an earlier visit began and what is quickly done: ends interrupted detaches and drops what
// has waited long enough.
[[nodiscard]] RetirementPlan plan_leftovers(const PartitionSet& set, Micros now);

// Takes those out that retention says are to go.
[[nodiscard]] RetirementPlan plan_departures(const PartitionSet& set, Micros now,
                                             const std::vector<Departure>& departures);

// What an earlier visit began and what may take long, because rows are copied or code of the owner
// is called.
[[nodiscard]] RetirementPlan plan_unfinished(const PartitionSet& set, Micros now);

// The steps that take one partition out of the set, and what becomes of it at once. The detach is
// the first of them, unless a function is to be called before.
[[nodiscard]] std::vector<Step> retirement_steps(const PartitionSet& set,
                                                 const Partition& partition,
                                                 const std::string& reason);

// Throws Failure where a person may not retire the partition: a default partition, one slot of a
// hash set, or a range the policy would make anew.
void check_retirable(const PartitionSet& set, const Partition& partition, Micros now);

}  // namespace pgscale
