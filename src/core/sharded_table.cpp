#include "core/sharded_table.h"

#include <algorithm>

#include "core/failure.h"
#include "core/grants.h"

namespace pgscale {
namespace {

enum class Site { kHere, kOnShard };

void append_column(Sql& sql, const ShardedColumn& column, Site place) {
  sql << Identifier(column.name) << " " << Definition{column.type};
  if (column.collation) sql << " COLLATE " << *column.collation;
  if (!column.generated.empty()) {
    sql << " GENERATED ALWAYS AS (" << Definition{column.generated} << ") STORED";
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

Sql mark_statement(const QualifiedName& table, const Mark& mark) {
  const std::string words = text(mark);
  Sql sql("COMMENT ON TABLE ");
  sql << table << " IS " << Literal{words};
  return sql;
}

std::vector<std::string> stored_columns(const ShardedTable& table) {
  std::vector<std::string> names;
  for (const ShardedColumn& column : table.columns) {
    if (column.generated.empty()) names.push_back(column.name);
  }
  return names;
}

void append_list(Sql& sql, const std::vector<std::string>& names) {
  for (std::size_t i = 0; i < names.size(); i++) {
    if (i > 0) sql << ", ";
    sql << Identifier(names[i]);
  }
}

[[noreturn]] void refuse(const Adoptee& facts, const std::string& what, const std::string& hint) {
  throw Failure(Problem::kNotSupported,
                "table " + readable(facts.name) + " cannot be put on shards: " + what, {}, hint);
}

// Each constraint that makes rows unique must do so within a partition.
void check_unique(const Adoptee& facts, const AdopteeIndex& index,
                  const std::vector<std::string>& key) {
  if (index.is_exclusion) {
    refuse(facts, "it has the exclusion constraint " + index.name, "Drop it first.");
  }
  if (!index.is_unique) return;
  for (const std::string& column : key) {
    if (std::find(index.columns.begin(), index.columns.end(), column) != index.columns.end())
      continue;
    throw Failure(Problem::kInvalidDefinition,
                  "unique index \"" + index.name + "\" lacks the column \"" + column +
                      "\" of the partition key",
                  "Each shard can only see to it that rows are unique among its own.",
                  "Add the column to it, or drop it.");
  }
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

std::vector<Sql> remote_table_statements(const ShardedTable& table,
                                         const std::optional<Mark>& mark) {
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
  if (mark) statements.push_back(mark_statement(table.name, *mark));
  return statements;
}

std::vector<Sql> remote_leaf_statements(const ShardedTable& table, const Placement& placement,
                                        const std::optional<Mark>& mark) {
  const QualifiedName leaf{table.name.schema, Identifier(placement.leaf)};
  Sql create("CREATE TABLE ");
  create << leaf << " PARTITION OF " << table.name << " " << Definition{placement.bound};
  if (!mark) return {create};
  return {create, mark_statement(leaf, *mark)};
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
  Sql attach("ALTER TABLE ");
  attach << table.name << " ATTACH PARTITION " << leaf << " " << Definition{placement.bound};
  return {foreign_table_statement(table, leaf, placement.shard, leaf), attach};
}

Conversion conversion(const ShardedTable& table, const Adoptee& facts) {
  // Of the same length or shorter, so that it fits.
  const QualifiedName old{table.name.schema,
                          Identifier("pgscale_old_" + std::to_string(facts.oid))};
  Conversion made{old, {}, Sql("INSERT INTO "), {}};
  Sql rename("ALTER TABLE ");
  rename << table.name << " RENAME TO " << old.name;
  Sql create("CREATE TABLE ");
  create << table.name << " (LIKE " << old << " INCLUDING ALL EXCLUDING INDEXES) PARTITION BY "
         << Definition{table.partition_key};
  made.begin = {rename, create};
  for (const AdopteeSequence& sequence : facts.sequences) {
    if (sequence.is_identity) continue;
    Sql sql("ALTER SEQUENCE ");
    sql << sequence.name << " OWNED BY " << table.name << "." << Identifier(sequence.column);
    made.begin.push_back(sql);
  }
  for (const Sql& grant : grant_statements(facts.grants, table.name)) made.begin.push_back(grant);
  if (facts.comment) {
    Sql sql("COMMENT ON TABLE ");
    sql << table.name << " IS " << Literal{*facts.comment};
    made.begin.push_back(sql);
  }
  const std::vector<std::string> columns = stored_columns(table);
  made.move << table.name << " (";
  append_list(made.move, columns);
  made.move << ") OVERRIDING SYSTEM VALUE SELECT ";
  append_list(made.move, columns);
  made.move << " FROM ONLY " << old;
  Sql drop("DROP TABLE ");
  drop << old;
  made.end = {drop};
  for (const std::string& index : table.indexes) {
    Sql sql("");
    sql << Definition{index};
    made.end.push_back(sql);
  }
  return made;
}

void refuse_unshardable(const Adoptee& facts, const std::vector<std::string>& key) {
  if (facts.is_partition) refuse(facts, "it is a partition", "Detach it first.");
  if (facts.has_relatives) refuse(facts, "it takes part in inheritance", "End that first.");
  if (facts.is_temporary || facts.is_unlogged)
    refuse(facts, "it is not permanent", "Use ALTER TABLE ... SET LOGGED first.");
  if (!facts.extension.empty())
    refuse(facts, "it belongs to extension " + facts.extension, "Use a table of your own.");
  if (!facts.references.empty()) {
    refuse(facts, "it has the foreign key " + facts.references.front().name,
           "Drop it: a foreign table cannot be checked against another.");
  }
  if (!facts.referrers.empty()) {
    refuse(facts, "the foreign key " + facts.referrers.front().name + " refers to it",
           "Drop it: a foreign table cannot be referred to.");
  }
  if (!facts.triggers.empty()) {
    refuse(facts, "it has the trigger " + facts.triggers.front().name,
           "Drop it, and create it on the shards afterwards where it is wanted.");
  }
  if (facts.row_security || !facts.policies.empty()) {
    refuse(facts, "it has row security", "Whoever reaches a shard could read around it.");
  }
  if (!facts.dependants.empty()) {
    refuse(facts, facts.dependants.front().description + " depends on it",
           "Drop that, and create it again afterwards.");
  }
  for (const AdopteePublication& publication : facts.publications) {
    if (publication.names_table)
      refuse(facts, "it is in publication " + publication.name, "Take it out first.");
  }
  for (const AdopteeIndex& index : facts.indexes) check_unique(facts, index, key);
}

}  // namespace pgscale
