#pragma once

#include <vector>

#include "catalog/policies.h"
#include "pg/query.h"

namespace pgscale::catalog {

// The columns that pgscale.policy and pgscale.subpolicy share, after `parent`, to be written and to
// be read; their values as parameters from $2 on; a row of them.
[[nodiscard]] Sql policy_columns();
[[nodiscard]] Sql policy_fields();
[[nodiscard]] Sql policy_values();
[[nodiscard]] PolicyRow to_policy_row(const std::vector<pg::Value>& row);

// $1, the parent, and the values.
[[nodiscard]] std::vector<pg::Value> policy_parameters(Oid parent, const PolicyRow& row);

}  // namespace pgscale::catalog
