#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apply/shard_runner.h"
#include "catalog/shard_drift.h"
#include "core/shard_plan.h"
#include "pg/session.h"

namespace pgscale::apply {

// A difference of a table, or of a foreign table that somebody has made by hand.
struct FoundShardDrift {
  Oid relation;
  Oid owner;
  ShardDrift drift;
};

// What is to be done, for the plan and the journal; the difference must have a fix.
[[nodiscard]] ShardStep step_of(const FoundShardDrift& found);

// Compares the current user's tables with the catalogs of the shards, which are asked all at
// once as the owners of the tables. A shard that does not answer in five seconds is a difference of
// its own.
[[nodiscard]] std::vector<FoundShardDrift> look_for_shard_drift(catalog::Reach reach,
                                                                std::optional<Oid> only);

// Carries out the fixes, as the owner of each table, in a transaction each, with a row in the
// journal. A fix may bring to light what the next look finds, so that it looks again.
SyncReport repair_shards(pg::Session& session, std::optional<Oid> only,
                         const std::string& requester);

// Only what may be done unasked; health is told what is left, if the current user sees all of it.
SyncReport keep_shards_in_step(pg::Session& session, const std::string& requester);

}  // namespace pgscale::apply
