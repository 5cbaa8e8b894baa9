#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/sharded_tables.h"
#include "core/sharded_table.h"

namespace pgscale::apply {

// How a table is to be put on shards.
struct ShardingRequest {
  Oid relation;
  catalog::ShardedKind kind = catalog::ShardedKind::kSharded;
  Method method = Method::kHash;
  std::string key;
  int partitions = 0;
  std::vector<NamedBound> bounds;
  std::optional<std::string> shards;  // an array of names; empty: all that take new tables
  std::optional<Oid> beside;          // the table whose partitions it is to have
};

// Makes the tables on the shards, then, in the caller's transaction, the foreign tables here, and
// moves the rows. What is made on the shards bears the mark of this transaction: if it is rolled
// back, sweep_shards() finds that out. Returns what is now registered.
catalog::ShardedRow put_on_shards(const ShardingRequest& request);

}  // namespace pgscale::apply
