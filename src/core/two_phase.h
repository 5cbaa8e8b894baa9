#pragma once

#include <optional>
#include <string>

#include "core/shard_plan.h"
#include "core/shard_sweep.h"

namespace pgscale {

// Work of one transaction of ours on a shard, prepared there and waiting for that transaction: what
// became of it, the commit log of this cluster knows for good, so nothing else is kept anywhere.
struct PreparedName {
  std::string cluster;      // and its timeline: on another one the commit log may tell of others
  std::string transaction;  // xid8
  int shard_number = 0;
};
[[nodiscard]] std::string text(const PreparedName& name);
// Empty for names of others.
[[nodiscard]] std::optional<PreparedName> parse_prepared_name(const std::string& text);

[[nodiscard]] Sql prepare_statement(const PreparedName& name);
// For one that was committed or aborted.
[[nodiscard]] Sql finish_statement(const std::string& name, Fate fate);

struct InDoubt {
  std::string shard;
  std::string name;
  std::string local_role;  // as whose remote user it can be finished
  Fate fate;
};
// Empty while its transaction is running.
[[nodiscard]] std::optional<ShardItem> plan_in_doubt(const InDoubt& prepared);

}  // namespace pgscale
