#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/inventory.h"
#include "core/step.h"

namespace pgscale {

// A partition that the policy asks for and that does not exist.
struct Wanted {
  std::string bound_name;  // the {bound} of its name
  Bound bound;
  std::string reason;
};

struct WantedPartitions {
  std::vector<Wanted> missing;
  std::vector<Refusal> refusals;
  std::optional<Micros> next_due;  // when more will be wanted
};

[[nodiscard]] WantedPartitions wanted_ranges(const PartitionSet& set, Micros now);
[[nodiscard]] WantedPartitions wanted_lists(const PartitionSet& set);
[[nodiscard]] WantedPartitions wanted_slots(const PartitionSet& set);

// The lower bound of the newest partition that is exactly one stride wide: a set that is adopted
// goes on counting from there. Empty when no partition is.
[[nodiscard]] std::optional<Point> newest_regular_bound(const Inventory& inventory,
                                                        const Axis& axis, const Stride& stride);

// The groups all of whose values the partition holds.
[[nodiscard]] std::vector<std::string> groups_within(const std::vector<ListGroup>& groups,
                                                     const ListValues& partition);

// The moment from which retention no longer wants a partition with this upper bound; empty: never.
[[nodiscard]] std::optional<Point> expiry(const PartitionSet& set, const End& upper);

// Where the set stands: now for times, the newest rows for numbers.
[[nodiscard]] Point current_position(const PartitionSet& set, Micros now);

}  // namespace pgscale
