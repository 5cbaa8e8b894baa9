#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/inventory.h"
#include "core/shard_ddl.h"
#include "core/sql.h"

namespace pgscale::catalog {

// The statement, by the names that the caller sees. Throws Failure (22023) when it is not one about
// this table alone, and the usual errors for bad syntax.
[[nodiscard]] DdlStatement read_ddl(const std::string& ddl, Oid relation);

// The shards that hold partitions of the table.
struct HoldingShard {
  std::string name;
  int number;
  std::vector<std::string> leaves;
};
[[nodiscard]] std::vector<HoldingShard> holding_shards(Oid relation);

// What unique keys the table has on a shard, as the registry keeps it; to be asked there, with
// quoted schema and name.
[[nodiscard]] Sql keys_query();
void register_keys(Oid relation, const std::string& keys);

// The remote users on the shard, but for that of the table's owner.
[[nodiscard]] std::vector<std::string> remote_users(const std::string& shard, Oid owner);
// A role here that is this user on the shard; empty when there is none.
[[nodiscard]] std::optional<std::string> local_role_of(const std::string& shard,
                                                       const std::string& remote_user);

}  // namespace pgscale::catalog
