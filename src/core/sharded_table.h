#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/options.h"
#include "core/policy.h"
#include "core/shard.h"
#include "core/sql.h"

namespace pgscale {

struct ShardedColumn {
  std::string name;
  std::string type;                        // as SQL says it
  std::optional<QualifiedName> collation;  // where it is not the type's own
  bool not_null = false;
  std::string default_value;      // an expression; empty: none
  bool default_is_local = false;  // by a sequence or function that is not PostgreSQL's own
  std::string generated;          // the expression of a generated column; empty: none
  bool is_virtual = false;        // computed when it is read, and not stored
};

struct NamedDefinition {
  std::string name;
  std::string definition;  // as the server writes it
};

// A table whose rows are to be on shards: what tables there must have like it.
struct ShardedTable {
  explicit ShardedTable(QualifiedName table_name) : name(std::move(table_name)) {}

  QualifiedName name;
  std::vector<ShardedColumn> columns;
  std::vector<NamedDefinition> checks;
  std::vector<NamedDefinition> unique_keys;     // constraints; only the shards can have them
  std::vector<NamedDefinition> unique_indexes;  // by USING ...; the same
  std::vector<std::string> indexes;             // whole statements, of those that are not unique
  std::string partition_key;                    // "HASH (customer_id)"; empty: a reference table
  Options storage_parameters;                   // that the policy wishes for its partitions
};

// One partition of such a table, and the shard that is to hold it.
struct Placement {
  std::string leaf;
  std::string bound;  // FOR VALUES ...
  std::string shard;
  std::optional<std::string> region;
};

// Partitions of a list or range set that the user wants: their names with the values of a list, or
// with the two ends of a range, of which NULL is unbounded.
struct NamedBound {
  std::string name;
  std::vector<std::optional<std::string>> values;
  std::optional<std::string> shard;  // empty: any
};

struct PlacementRequest {
  std::string table;  // without schema
  Method method = Method::kHash;
  int partitions = 0;              // hash
  std::vector<NamedBound> bounds;  // list and range
  std::vector<Shard> shards;
};

// The partitions, dealt out to the shards in turn. Throws Failure (22023).
[[nodiscard]] std::vector<Placement> place(const PlacementRequest& request);

// Those of the names that may be given new tables. Throws Failure (55000) for one that is being
// drained and was asked for by its name.
[[nodiscard]] std::vector<Shard> shards_for_tables(const std::vector<Shard>& all,
                                                   const std::vector<std::string>& names,
                                                   bool asked_for);
// The rows of each partition must not leave the region of its shard. Throws Failure (55000) for a
// shard without one.
void bind_to_regions(std::vector<Placement>& placements, const std::vector<Shard>& shards);

// The same partitions as those of another table, on the same shards.
[[nodiscard]] std::vector<Placement> place_beside(const std::string& table, Method method,
                                                  const std::vector<Placement>& others);

// A database whose tables have partitions on shards.
struct Coordinator {
  std::string cluster;  // system identifier and timeline
  std::string database;

  friend bool operator==(const Coordinator& a, const Coordinator& b) {
    return a.cluster == b.cluster && a.database == b.database;
  }
};
// Who made a table on a shard, so that it can be told later whether it is still wanted: the
// coordinator and the transaction there, whose fate is known to it for good.
struct Mark {
  Coordinator coordinator;
  std::string transaction;
};
[[nodiscard]] std::string text(const Mark& mark);
[[nodiscard]] Sql mark_statement(const QualifiedName& table, const Mark& mark);
[[nodiscard]] std::optional<Mark> parse_mark(const std::string& text);

// On the shard: the partitioned table, or the copy of a reference table; then each partition, made
// beside it so that its readers and writers are not disturbed. Without marks.
[[nodiscard]] std::vector<Sql> remote_table_statements(const ShardedTable& table);
[[nodiscard]] std::vector<Sql> remote_leaf_statements(const ShardedTable& table,
                                                      const Placement& placement);
[[nodiscard]] Sql remote_schema_statement(const Identifier& schema);
// One column of it, as CREATE TABLE and ADD COLUMN say it.
[[nodiscard]] Sql remote_column(const ShardedColumn& column);

// Here: the foreign table for a partition, and its entry into the parent.
[[nodiscard]] Sql foreign_table_statement(const ShardedTable& table, const QualifiedName& name,
                                          const std::string& shard, const QualifiedName& remote);
[[nodiscard]] std::vector<Sql> foreign_leaf_statements(const ShardedTable& table,
                                                       const Placement& placement);

// As many rows in one INSERT as 65,535 parameters allow, 1,000 at most.
[[nodiscard]] int batch_size(std::size_t columns);

// How partitions to come are made: on which shards, and how many each of them has already.
struct Sharding {
  ShardedTable table;
  std::vector<std::pair<std::string, int>> shards;
};
// The shard that the next partition goes to: the first of those with the fewest.
[[nodiscard]] std::string next_shard(const Sharding& sharding);

// What a step does on a shard, after its statements here and right before these are committed: what
// is then undone here bears the mark of a transaction that was rolled back.
struct RemotePart {
  std::string shard;
  QualifiedName table;                    // that is made, or dropped if pgscale has made it
  std::vector<Sql> if_parent_is_missing;  // on a shard that is new to the set
  std::vector<Sql> sql;
  std::optional<Placement> placement;  // to be registered; empty: the table is dropped
};
[[nodiscard]] RemotePart make_on_shard(const Sharding& sharding, const Placement& placement);
[[nodiscard]] RemotePart drop_on_shard(const std::string& shard, const QualifiedName& table);

}  // namespace pgscale
