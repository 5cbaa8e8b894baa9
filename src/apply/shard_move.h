#pragma once

#include "apply/shard_runner.h"
#include "core/shard_move.h"
#include "core/shard_plan.h"
#include "pg/session.h"

namespace pgscale::apply {

// What there is to move away from those shards that are drained, with what their tables' owners can
// reach.
[[nodiscard]] std::vector<ShardItem> plan_moves_from(const std::vector<Shard>& shards);

// Moves it, one partition after the other. A worker, which has other things to do, begins with none
// after the naptime. A partition that does not get on holds up the others of its table, so that no
// more than one of them cannot be written for long.
void move_partitions(pg::Session& session, ShardRunner& runner, const std::vector<Shard>& shards);

}  // namespace pgscale::apply
