#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/inventory.h"
#include "core/point.h"
#include "core/shard_drift.h"
#include "core/sql.h"
#include "pg/attempt.h"
#include "pg/query.h"

namespace pgscale::catalog {

// A partition on a shard, and what is known of its rows here.
struct ShardLeaf {
  Oid foreign_table;
  Oid parent;
  Oid owner;
  QualifiedName name;
  std::string shard;
  bool is_geo;      // its values must not leave the shard
  double rows = 0;  // -1: nothing is known
};
// On the shard, or of the table; those that have a foreign table.
[[nodiscard]] std::vector<ShardLeaf> leaves_on_shard(const std::string& shard);
[[nodiscard]] std::vector<ShardLeaf> leaves_of_table(Oid relation);

// How a shard is, and the rows that it counts in each of the relations.
struct StateQuestion {
  Sql sql;
  std::vector<pg::Value> parameters;
};
[[nodiscard]] StateQuestion state_question(const std::vector<ShardLeaf>& leaves);

struct ShardState {
  pg::Value role, version, lag_bytes, lag_seconds, size_bytes;
  std::vector<double> rows;  // of the leaves; -1 where nobody has counted
};
[[nodiscard]] ShardState read_state(const std::vector<std::vector<pg::Value>>& rows,
                                    std::size_t leaves);

void record_state(const std::string& shard, const ShardState& state,
                  std::chrono::microseconds elapsed);
void record_unreachable(const std::string& shard, const pg::Outcome& why);
void record_shard_drift(const std::string& shard, const std::vector<ShardDrift>& found);

// When the drift of all shards was last looked at; empty when there is one that never was.
[[nodiscard]] std::optional<Micros> drift_looked_at();
[[nodiscard]] bool has_shards();

}  // namespace pgscale::catalog
