#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/shard_state.h"
#include "core/inventory.h"
#include "pg/session.h"

namespace pgscale::apply {

struct StatisticsReport {
  int leaves = 0;  // whose statistics are now those of the shard
  int failures = 0;
  std::string last_error;
};

// Copies what the shards know of the rows of these partitions to the foreign tables here, for the
// planner. No row leaves a shard.
StatisticsReport copy_statistics(pg::Session& session,
                                 const std::vector<catalog::ShardLeaf>& leaves);

// The same for a sharded table, or all of the current user, after the shards have analyzed them.
StatisticsReport analyze_shards(pg::Session& session, std::optional<Oid> only);

}  // namespace pgscale::apply
