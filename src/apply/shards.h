#pragma once

#include <string>
#include <vector>

#include "apply/shard_runner.h"
#include "core/shard_plan.h"
#include "pg/session.h"

namespace pgscale::apply {

// Carries out the steps in the caller's transaction, as the current user. Throws Failure (55000)
// for a refusal.
void bring_about(const std::vector<ShardItem>& items);

enum class Whose { kOwn, kAll };
// The shards of the current user, or of everybody.
[[nodiscard]] ShardRegistry registry_of(Whose whose);

// What there is to do for the shards: by the catalog here, and by what is seen on them.
[[nodiscard]] std::vector<ShardItem> plan_all_shards(const ShardRegistry& registry);

// Brings servers and user mappings to what the registry says, as the owners of the servers, and
// removes what interrupted work has left on the shards, brings reference copies up to date, and
// moves partitions away from shards that are drained; each step in a transaction of its own. One
// that fails is recorded and stops no other.
SyncReport sync_shards(pg::Session& session, const std::string& requester, Whose whose);

}  // namespace pgscale::apply
