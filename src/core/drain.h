#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/failure.h"
#include "core/inventory.h"
#include "core/step.h"

namespace pgscale {

// Rows of the default partition that one step moves, and the partition that they go to.
struct Drain {
  Bound whole;                            // what that partition is to hold in the end
  Bound moved;                            // what this step brings to it
  std::string bound_name;                 // the {bound} of its name
  const Partition* grown = nullptr;       // the partition, where an earlier step has made it
  std::vector<NamedRelation> below = {};  // the tables below it, whose bounds change with its own
};

// The period of the set that `key`, of a row in the default partition, belongs to.
[[nodiscard]] Drain drain_of_key(const PartitionSet& set, Point key, Micros now);

// Whether retention would take the partition at once; then its rows stay where they are.
[[nodiscard]] bool is_expired(const PartitionSet& set, const Drain& drain, Micros now);

// From where rows are looked for: what is written now comes first, the past after it.
[[nodiscard]] std::vector<End> search_starts(const PartitionSet& set, Micros now);

// Partitions that a broken run left shorter than they are to be. They come first, because the rest
// of their period can have no partition of its own.
[[nodiscard]] std::vector<Drain> unfinished_drains(const PartitionSet& set);

// How many rows the step may bring; empty where it must bring all at once.
[[nodiscard]] std::optional<int> most_rows(const PartitionSet& set, const Drain& drain, int batch);

// The same, but only up to the bound.
[[nodiscard]] Drain up_to(Drain drain, const End& upper);

// A value in the default partition of a list set, and in how many rows at least.
struct ValueCount {
  std::optional<std::string> value;  // empty: NULL
  std::int64_t rows;
};

// First the groups of the policy that could not be made because their rows are in the default
// partition, then, where the policy wants it, the values that have become many; the most first.
[[nodiscard]] std::vector<Drain> list_drains(const PartitionSet& set,
                                             std::vector<ValueCount> found);

// The {bound} of a partition for one discovered value.
[[nodiscard]] std::string value_name(const std::optional<std::string>& value);

// Moves the rows and, in the same transaction, makes their partition one that takes them, with all
// that the levels below want. Locks that others notice are taken only once the rows have been
// moved.
[[nodiscard]] Item drain_step(const PartitionSet& set, const Drain& drain, int batch, Micros now);

// In a set below the partition that rows are moved to: makes the partition that a row needs there.
// Empty where retention would take it at once.
[[nodiscard]] std::optional<Item> place_step(const PartitionSet& set, Point key, Micros now);

// From where on keys of such a set have a place, as far as retention is concerned.
[[nodiscard]] End kept_from(const PartitionSet& set, Micros now);

// The regular bounds of such a set above `first` and up to `last`. Empty where they are too many to
// be asked about.
[[nodiscard]] std::optional<std::vector<End>> bounds_between(const PartitionSet& set, Point first,
                                                             Point last, Micros now);

// Rows need more partitions of this level than can be attached as a part of theirs.
[[nodiscard]] Failure too_many_places(const PartitionSet& set, int level, std::size_t most);
// Rows have no place in a set of this level below the partition, so that all of them stay.
[[nodiscard]] Failure no_place(const PartitionSet& set, int level);
[[nodiscard]] Refusal refuse_drain(const PartitionSet& set, const Drain& drain,
                                   const Failure& reason);

}  // namespace pgscale
