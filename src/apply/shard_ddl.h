#pragma once

#include <chrono>
#include <string>

#include "core/inventory.h"

namespace pgscale::apply {

struct ShardDdlRequest {
  Oid relation;
  std::string ddl;
  std::chrono::milliseconds lock_timeout;
  std::chrono::milliseconds timeout;  // for all that happens on the shards
};

// Runs the statement here, in the caller's transaction, and prepares it on all shards of the table;
// there it is finished when the caller's transaction ends. Names mean what the caller's search_path
// says, so this must not run under one of ours.
void run_shard_ddl(const ShardDdlRequest& request);

}  // namespace pgscale::apply
