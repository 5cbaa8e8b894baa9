#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/shard_plan.h"
#include "core/sharded_table.h"

namespace pgscale {

// What has become of a transaction of this cluster.
enum class Fate { kRunning, kCommitted, kAborted, kUnknown };

// A table on a shard that pgscale has made.
struct MarkedTable {
  std::string shard;
  std::string local_role;  // by whose user mapping it was seen
  QualifiedName name;
  bool is_leaf;    // a partition of a table that is marked, too
  bool is_wanted;  // the registry knows it, or a move
  Mark mark;
  Fate fate;  // of the marking transaction
};

// Tables whose creation was rolled back have never been seen by anybody and go. A mark of another
// timeline, and a transaction that is long forgotten, prove nothing: such tables are told of and
// stay. Those of another coordinator are its own.
[[nodiscard]] std::vector<ShardItem> plan_sweep(const std::vector<MarkedTable>& tables,
                                                const Coordinator& own);

}  // namespace pgscale
