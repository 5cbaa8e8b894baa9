#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/inventory.h"
#include "core/shard_drift.h"

namespace pgscale::catalog {

// A relation whose tables on shards can be compared with it.
struct Watched {
  Oid relation;
  Oid owner;
};
// Of the current user: what it may see, or what is its own.
enum class Reach { kSeen, kOwned };
// Sharded tables, or the one of them.
[[nodiscard]] std::vector<Watched> sharded_tables_of(Reach reach, std::optional<Oid> only);

[[nodiscard]] bool owns_all_sharded_tables();

// As the table here says it and the registry adds.
[[nodiscard]] ShardedDesire read_desire(const Watched& table);

// A foreign table of our wrapper.
struct OwnedForeignTable {
  Oid oid;
  Oid owner;
  ForeignTable table;
};
// Those that are partitions of the table by the registry; and those that the registry does not
// know.
[[nodiscard]] std::vector<OwnedForeignTable> foreign_leaves(Oid relation);
[[nodiscard]] std::vector<OwnedForeignTable> foreign_tables_by_hand(Reach reach,
                                                                    std::optional<Oid> only);

// Users on the shard that roles here are mapped to.
[[nodiscard]] std::vector<std::string> remote_users(const std::string& shard);

}  // namespace pgscale::catalog
