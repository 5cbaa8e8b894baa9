#include "core/sharded_table.h"

#include <algorithm>

namespace pgscale {
namespace {

enum class Site { kHere, kOnShard };

void append_column(Sql& sql, const ShardedColumn& column, Site place) {
  sql << Identifier(column.name) << " " << Definition{column.type};
  if (column.collation) sql << " COLLATE " << *column.collation;
  if (!column.generated.empty()) {
    sql << " GENERATED ALWAYS AS (" << Definition{column.generated} << ") ";
    if (column.is_virtual) {
      sql << "VIRTUAL";
    } else {
      sql << "STORED";
    }
  } else if (place == Site::kOnShard && !column.default_value.empty() && !column.default_is_local) {
    sql << " DEFAULT " << Definition{column.default_value};
  }
  if (column.not_null) sql << " NOT NULL";
}

// Columns and CHECK constraints, which a partition must have like its parent.
Sql shape(const ShardedTable& table, Site place) {
  Sql sql("(");
  bool first = true;
  for (const ShardedColumn& column : table.columns) {
    if (!first) sql << ", ";
    first = false;
    append_column(sql, column, place);
  }
  for (const NamedDefinition& check : table.checks) {
    if (!first) sql << ", ";
    first = false;
    sql << "CONSTRAINT " << Identifier(check.name) << " " << Definition{check.definition};
  }
  sql << ")";
  return sql;
}

Sql attach(const ShardedTable& table, const Placement& placement) {
  const QualifiedName leaf{table.name.schema, Identifier(placement.leaf)};
  Sql sql("ALTER TABLE ");
  sql << table.name << " ATTACH PARTITION " << leaf << " " << Definition{placement.bound};
  return sql;
}

}  // namespace

int batch_size(std::size_t columns) {
  constexpr std::size_t kMostParameters = 65535;
  constexpr std::size_t kMostRows = 1000;
  return static_cast<int>(std::min(kMostRows, kMostParameters / std::max<std::size_t>(columns, 1)));
}

Sql remote_schema_statement(const Identifier& schema) {
  Sql sql("CREATE SCHEMA ");
  sql << schema;
  return sql;
}

Sql remote_column(const ShardedColumn& column) {
  Sql sql("");
  append_column(sql, column, Site::kOnShard);
  return sql;
}

std::vector<Sql> remote_table_statements(const ShardedTable& table) {
  Sql create("CREATE TABLE ");
  create << table.name << " " << shape(table, Site::kOnShard);
  if (!table.partition_key.empty()) create << " PARTITION BY " << Definition{table.partition_key};
  std::vector<Sql> statements{create};
  for (const NamedDefinition& key : table.unique_keys) {
    Sql sql("ALTER TABLE ");
    sql << table.name << " ADD CONSTRAINT " << Identifier(key.name) << " "
        << Definition{key.definition};
    statements.push_back(sql);
  }
  for (const NamedDefinition& index : table.unique_indexes) {
    Sql sql("CREATE UNIQUE INDEX ");
    sql << Identifier(index.name) << " ON " << table.name << " " << Definition{index.definition};
    statements.push_back(sql);
  }
  for (const std::string& index : table.indexes) {
    Sql sql("");
    sql << Definition{index};
    statements.push_back(sql);
  }
  return statements;
}

std::vector<Sql> remote_leaf_statements(const ShardedTable& table, const Placement& placement) {
  const QualifiedName leaf{table.name.schema, Identifier(placement.leaf)};
  Sql create("CREATE TABLE ");
  create << leaf << " (LIKE " << table.name << " INCLUDING ALL)";
  append_options(create, table.storage_parameters);
  return {create, attach(table, placement)};
}

Sql foreign_table_statement(const ShardedTable& table, const QualifiedName& name,
                            const std::string& shard, const QualifiedName& remote) {
  const std::string batch = std::to_string(batch_size(table.columns.size()));
  Sql sql("CREATE FOREIGN TABLE ");
  sql << name << " " << shape(table, Site::kHere) << " SERVER " << Identifier(shard)
      << " OPTIONS (schema_name " << Literal{remote.schema.name()} << ", table_name "
      << Literal{remote.name.name()} << ", batch_size " << Literal{batch} << ")";
  return sql;
}

std::vector<Sql> foreign_leaf_statements(const ShardedTable& table, const Placement& placement) {
  const QualifiedName leaf{table.name.schema, Identifier(placement.leaf)};
  return {foreign_table_statement(table, leaf, placement.shard, leaf), attach(table, placement)};
}

Sql mark_statement(const QualifiedName& table, const Mark& mark) {
  const std::string words = text(mark);
  Sql sql("COMMENT ON TABLE ");
  sql << table << " IS " << Literal{words};
  return sql;
}

std::string next_shard(const Sharding& sharding) {
  const auto fewest =
      std::min_element(sharding.shards.begin(), sharding.shards.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  return fewest->first;
}

RemotePart make_on_shard(const Sharding& sharding, const Placement& placement) {
  return {placement.shard,
          {sharding.table.name.schema, Identifier(placement.leaf)},
          remote_table_statements(sharding.table),
          remote_leaf_statements(sharding.table, placement),
          placement};
}

RemotePart drop_on_shard(const std::string& shard, const QualifiedName& table) {
  Sql sql("DROP TABLE ");
  sql << table;
  return {shard, table, {}, {sql}, std::nullopt};
}

}  // namespace pgscale
