#pragma once

#include <optional>
#include <string>

#include "catalog/parents.h"
#include "core/axis.h"

namespace pgscale::catalog {

// Keys of range sets, by their first column, as the server writes them.

// Where the key lies: at a position of the axis or behind it.
[[nodiscard]] End read_key(const ParentFacts& facts, const Axis& axis, const std::string& key);

// The last position that is not above the key, of those that a partition can hold; empty for one
// beyond all of them.
[[nodiscard]] std::optional<Point> position_of_key(const ParentFacts& facts, const Axis& axis,
                                                   const std::string& key);

// The condition on a row that its key has such a position, at or above `start`.
[[nodiscard]] Sql finite_from(const ParentFacts& facts, const Axis& axis, const End& start);

}  // namespace pgscale::catalog
