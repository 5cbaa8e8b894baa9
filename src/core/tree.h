#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/inventory.h"
#include "core/step.h"

namespace pgscale {

// A partition with all tables below it. The statements make it apart from the set.
struct Tree {
  std::vector<Sql> sql;
  std::vector<QualifiedName> subtree;  // without the partition itself
  std::optional<Refusal> refusal;      // why it cannot be made
};

// Ready to be attached, and to get rows before that.
[[nodiscard]] Tree make_apart(const PartitionSet& set, const QualifiedName& partition,
                              const Sql& bound_clause, Micros now);
// The last statement attaches it, complete: no row finds a partition that lacks one of its own.
[[nodiscard]] Tree make_tree(const PartitionSet& set, const QualifiedName& partition,
                             const Sql& bound_clause, Micros now);

// Where a partition cannot be made with rows, because its template cannot be followed.
[[nodiscard]] std::optional<Refusal> refusal_of_template(const PartitionSet& set, Action action,
                                                         const QualifiedName& partition,
                                                         const Sql& bound_clause);

// How many tables come with one new partition, all levels together; at most `most` + 1 are counted.
[[nodiscard]] std::size_t tables_in_tree(const PartitionSet& set, Micros now, std::size_t most);

// Throws Failure for a level that would be given two names for one table, or whose declaration
// makes no sense below the levels above it.
void check_below(const PartitionSet& set, const SubLevel& level);

}  // namespace pgscale
