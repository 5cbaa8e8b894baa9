#pragma once

#include <optional>

#include "core/inventory.h"

namespace pgscale {

// The first column of the key, compared as the key compares it.
[[nodiscard]] Sql key_expression(const Parent& parent);

// The rows that a partition with this bound takes, as a condition on the parent's own columns: of
// the form that PostgreSQL gives a partition constraint (get_qual_for_range), so that it finds the
// one implied by the other and need not scan. Not for hash slots and default partitions.
[[nodiscard]] Sql row_condition(const Parent& parent, const Bound& bound,
                                const std::optional<Axis>& axis);

}  // namespace pgscale
