#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/inventory.h"
#include "core/shard_plan.h"

namespace pgscale::catalog {

// The registry, in the order in which the shards were added.
[[nodiscard]] ShardRegistry load_registry();
// Throws Failure (42704) when there is no such shard.
[[nodiscard]] Shard require_shard(const std::string& name);

void insert_shard(const Shard& shard);  // the current user owns it
void update_shard(const Shard& shard);
void delete_shard(const std::string& name);
void save_shard_user(const ShardUser& user);

[[nodiscard]] std::optional<Oid> find_role(const std::string& name);
// The role by its name; empty for public. Throws Failure (42704).
[[nodiscard]] std::optional<Oid> role_by_name(const std::string& name);
// Whether the role gets in by the mapping, as far as that needs a password.
[[nodiscard]] bool has_password(const std::string& shard, const std::string& local_role);
// The shards that the array names, all when it is empty; "*" stands for all. Throws Failure
// (42704).
[[nodiscard]] std::vector<std::string> chosen_shards(const std::optional<std::string>& array);

// What the catalog has of the servers that the registry names.
[[nodiscard]] ShardInventory observe_shards(const ShardRegistry& registry);

// Throws Failure (55000) unless the extension postgres_fdw is there.
void require_postgres_fdw();
// Whose server the shard is: the owner in the catalog or, while there is no server, the one who
// added it; empty when that role is gone.
[[nodiscard]] std::optional<Oid> owner_of_shard(const std::string& name);
// Whether the current user is that owner or a member of it.
[[nodiscard]] bool owns_shard(const std::string& name);
// Throws Failure (42501) unless it is.
void require_shard_ownership(const std::string& name);

// Whether a geo table has rows there, or coming there, that must not leave its region.
[[nodiscard]] bool has_residents(const std::string& shard);

// A foreign table of the shard's server, for messages; empty when it has none.
[[nodiscard]] std::optional<std::string> table_on_shard(const std::string& name);

}  // namespace pgscale::catalog
