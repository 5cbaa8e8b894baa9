#pragma once

#include <optional>
#include <string>

#include "catalog/parents.h"
#include "shim/partitions.h"

namespace pgscale::catalog {

// A bound of the catalog in the words of core. Range ends that lie between two positions of the
// axis all have rank 1 at first. Throws Failure for one that pgscale cannot place.
[[nodiscard]] Bound to_bound(const PgsBound& bound, const std::optional<Axis>& axis);

// What a table held, from the words in which the server told its bounds; empty for no range.
[[nodiscard]] std::optional<Range> read_range(const std::string& bounds, const ParentFacts& facts,
                                              const std::optional<Axis>& axis);

// Ranks the ends that lie between the same two positions in the server's own order.
void rank_ends(Inventory& inventory, const ParentFacts& facts);

}  // namespace pgscale::catalog
