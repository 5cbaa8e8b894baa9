#pragma once

#include <vector>

#include "core/inventory.h"
#include "pg/query.h"

namespace pgscale::catalog {

// The partitions without partitions of their own in which rows with this key are, by the server's
// own routing; empty when no partition takes them. The values are those of the table's key; for a
// partition that is partitioned again go on with the columns of its key that were not named yet.
// Where they run out, all partitions below are meant. Throws Failure (42809; 22023 for too few or
// too many), and what the types of the columns say to bad values.
[[nodiscard]] std::vector<Oid> route(Oid table, const std::vector<pg::Value>& key);

}  // namespace pgscale::catalog
