#include "core/sharding_conversion.h"

#include <algorithm>

#include "core/failure.h"
#include "core/grants.h"

namespace pgscale {
namespace {

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
