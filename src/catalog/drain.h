#pragma once

#include <optional>
#include <set>
#include <string>

#include "catalog/inventory.h"
#include "core/drain.h"

namespace pgscale::catalog {

// What a drain is known by while it is under way: the bounds of its partition.
[[nodiscard]] std::string key_of(const ManagedSet& managed, const Drain& drain);

// Only partitions that have got a part of their rows, or all rows that have a place of their own.
enum class DrainScope { kUnfinished, kAll };

// The next rows of the default partition to be moved, at most `batch` of them where they can be
// moved in parts; empty when there are none but those of `given_up`. Throws Failure where the
// default partition cannot be drained. Reads as the owner, by index.
[[nodiscard]] std::optional<Drain> next_drain(const ManagedSet& managed, DrainScope scope,
                                              Micros now, int batch,
                                              const std::set<std::string>& given_up);

// Writes down, in the transaction that moves the rows, up to where the partition is to grow; empty
// once it is what it is to be.
void record_growth(Oid parent, Oid partition, const std::string& grows_to);
[[nodiscard]] bool is_growing(Oid parent);  // whether a partition of the set is
void load_growth(const ParentFacts& facts, PartitionSet& set);

[[nodiscard]] Oid oid_of(const QualifiedName& table);

}  // namespace pgscale::catalog
