#pragma once

#include <vector>

#include "core/shard_plan.h"

namespace pgscale::apply {

// Transactions that this cluster prepared on the shards and that wait to be finished. Asks all
// shards at once, for some seconds at most; that one does not answer, remote::observe_marked()
// tells.
[[nodiscard]] std::vector<ShardItem> plan_in_doubt(const ShardRegistry& registry);

// Carries out one of these steps.
void finish_prepared(const ShardStep& step);

}  // namespace pgscale::apply
