#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/inventory.h"
#include "core/shard_sweep.h"
#include "core/sharded_table.h"

namespace pgscale::catalog {

enum class ShardedKind { kSharded, kGeo, kReference };
[[nodiscard]] const char* text(ShardedKind kind);

// A row of pgscale.sharded_table with its placements.
struct ShardedRow {
  Oid relation;
  ShardedKind kind;
  std::optional<Method> method;
  std::vector<std::string> key;
  std::optional<int> colocation;
  std::vector<Placement> placements;
  std::optional<std::string> shards = {};  // an array: where partitions may come; empty: anywhere
};

[[nodiscard]] std::optional<ShardedRow> find_sharded(Oid relation);
// Throws Failure (42704).
[[nodiscard]] ShardedRow require_sharded(Oid relation);

// The number is found where the row has none and its kind wants one.
void insert_sharded(const ShardedRow& row, const ShardedTable& table);
void insert_placement(Oid relation, const Placement& placement);

// What tables on shards must have like this one. Unique constraints of a sharded table come from
// the registry, where the catalog no longer has them.
[[nodiscard]] ShardedTable read_sharded_table(Oid relation);

struct TableOwner {
  Oid owner;
  QualifiedName name;
  bool is_partitioned;
};
// Throws Failure (42P01, 42809) for what is no table.
[[nodiscard]] TableOwner read_owner(Oid relation);

// Whether the registry places a table of that name, or a partition of it, on the shard.
[[nodiscard]] bool is_placed(const std::string& shard, const QualifiedName& name);
// What became of the transaction that left the mark; unknown where this cluster cannot say.
[[nodiscard]] Fate fate_of(const std::string& cluster, const std::string& transaction);

// How partitions to come of a set are made that is on shards; empty where it is not.
[[nodiscard]] std::optional<Sharding> load_sharding(Oid parent);
// What a foreign table of a shard stands for; empty for any other.
[[nodiscard]] std::optional<RemoteTable> remote_table(Oid table);
// The same for all partitions of a set.
[[nodiscard]] std::map<Oid, RemoteTable> remote_partitions(Oid parent);
void forget_placement(Oid relation, const std::string& leaf);

[[nodiscard]] Coordinator this_coordinator();
// The transaction of this session, for marks.
[[nodiscard]] Mark own_mark();

}  // namespace pgscale::catalog
