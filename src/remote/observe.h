#pragma once

#include <vector>

#include "core/shard_plan.h"
#include "core/shard_sweep.h"
#include "remote/link.h"

namespace pgscale::remote {

// What is on the shards that pgscale has made, as the users of the registry see it; and the shards
// where nobody could look.
struct Observation {
  std::vector<MarkedTable> tables;
  std::vector<ShardItem> unreachable;
};
[[nodiscard]] Observation observe_marked(const ShardRegistry& registry, Deadline deadline);

}  // namespace pgscale::remote
