#pragma once

#include "apply/shard_runner.h"
#include "core/inventory.h"
#include "core/shard.h"
#include "core/sharded_table.h"

namespace pgscale::apply {

// Makes a copy of the table on each active shard, in the caller's transaction, and registers it.
// The table stays where it is; its rows are changed here and nowhere else.
std::vector<Placement> put_copies_on_shards(Oid relation);

// Brings all copies to what their tables hold, one after the other, and makes those that new shards
// lack. Compares them by fingerprint.
void refresh_copies(pg::Session& session, ShardRunner& runner, const std::vector<Shard>& shards);

}  // namespace pgscale::apply
