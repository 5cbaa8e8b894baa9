#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/inventory.h"
#include "core/residency.h"
#include "pg/query.h"

namespace pgscale::apply {

struct ResidencyRow {
  Oid relation;
  pg::Value partition;  // NULL: all tables of the name on the shard together
  Resident resident;
  std::string host;
};

// Counts the rows of geo tables on the shards, and those among them that are somewhere they must
// not be: of one table, or of all that the current user owns.
[[nodiscard]] std::vector<ResidencyRow> look_at_residents(std::optional<Oid> relation);

}  // namespace pgscale::apply
