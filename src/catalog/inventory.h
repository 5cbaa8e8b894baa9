#pragma once

#include <set>
#include <string>
#include <vector>

#include "catalog/parents.h"
#include "catalog/policies.h"
#include "core/plan.h"

namespace pgscale::catalog {

// Everything about one set that planning needs, and whom its DDL runs as.
struct ManagedSet {
  ParentFacts facts;
  PolicyRow row;
  PartitionSet set;
};

// Throws Failure when the relation is no table that can be managed, or is not managed.
[[nodiscard]] ManagedSet load_set(Oid parent);
[[nodiscard]] ManagedSet load_set(const ParentFacts& facts, const PolicyRow& row,
                                  const Policy& policy);

// The partitions of the table alone, as the catalog has them.
[[nodiscard]] std::vector<Partition> load_partitions(Oid parent, const std::optional<Axis>& axis);

// plan(), told which of the names it would use are taken, and what there is to archive or export.
[[nodiscard]] Plan plan_set(ManagedSet& managed, Micros now);

// Where the partitions of a range set take rows. One that is being detached takes none.
[[nodiscard]] std::vector<Range> load_ranges(Oid parent, const Axis& axis);

// Which of the names a relation or a type of the schema has.
[[nodiscard]] std::set<std::string> taken_names(const Identifier& schema,
                                                const std::vector<std::string>& names);

// The set that the relation is a partition of; empty when it is none.
[[nodiscard]] std::optional<Oid> parent_of(Oid partition);

// How many relations a new partition of the parent comes with, itself among them.
[[nodiscard]] int relations_of_partition(Oid parent);
// How many tables one transaction may make for a new partition of the parent.
[[nodiscard]] std::size_t most_tables_in_a_tree(Oid parent);

// Whether the table is so small (below 8 MB) that scanning it under a lock is no matter.
[[nodiscard]] bool is_small(Oid table);

// The index of the partition, or of one below it, that belongs to the parent's replica identity
// index.
[[nodiscard]] std::optional<std::string> replica_index_of(const Parent& parent,
                                                          const QualifiedName& partition);

// Whether the relation still has the name that a plan knows it by.
[[nodiscard]] bool is_named(Oid relation, const QualifiedName& name);

// Whether a concurrent detach of the partition has begun and not ended.
[[nodiscard]] bool is_detach_pending(Oid partition);

// The planner's estimate of a table's rows; empty when it was never analyzed.
[[nodiscard]] std::optional<std::int64_t> estimated_rows(Oid table);

}  // namespace pgscale::catalog
