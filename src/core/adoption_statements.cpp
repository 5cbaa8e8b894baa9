#include "core/adoption_statements.h"

#include <algorithm>

#include "core/grants.h"
#include "core/repairs.h"
#include "core/statements.h"

namespace pgscale {
namespace {

Sql alter(const QualifiedName& table) {
  Sql sql("ALTER TABLE ");
  sql << table << " ";
  return sql;
}

void append_list(Sql& sql, const std::vector<std::string>& columns) {
  for (const std::string& column : columns) {
    if (&column != &columns.front()) sql << ", ";
    sql << Identifier(column);
  }
}

// (columns, partition key) INCLUDE (...) WITH (...)
void append_extended_key(Sql& sql, const AdopteeIndex& key, const std::string& partition_key) {
  std::vector<std::string> columns = key.columns;
  columns.push_back(partition_key);
  std::vector<std::string> included = key.included;
  included.erase(std::remove(included.begin(), included.end(), partition_key), included.end());
  sql << " (";
  append_list(sql, columns);
  sql << ")";
  if (!included.empty()) {
    sql << " INCLUDE (";
    append_list(sql, included);
    sql << ")";
  }
  append_options(sql, key.options);
}

void append_comment(std::vector<Sql>& statements, Sql comment_on,
                    const std::optional<std::string>& comment) {
  if (!comment) return;
  comment_on << " IS " << Literal{*comment};
  statements.push_back(comment_on);
}

Sql trigger_state(const AdoptionNames& names, const AdopteeTrigger& trigger) {
  Sql sql = alter(names.table);
  switch (trigger.state) {
    case TriggerState::kOrigin: sql << "ENABLE TRIGGER "; break;
    case TriggerState::kReplica: sql << "ENABLE REPLICA TRIGGER "; break;
    case TriggerState::kAlways: sql << "ENABLE ALWAYS TRIGGER "; break;
    case TriggerState::kDisabled: sql << "DISABLE TRIGGER "; break;
  }
  sql << Identifier(trigger.name);
  return sql;
}

void append_trigger(std::vector<Sql>& statements, const AdoptionNames& names,
                    const AdopteeTrigger& trigger) {
  Sql create("");
  create << Definition{trigger.definition};
  statements.push_back(create);
  if (trigger.state != TriggerState::kOrigin) statements.push_back(trigger_state(names, trigger));
  Sql comment("COMMENT ON TRIGGER ");
  comment << Identifier(trigger.name) << " ON " << names.table;
  append_comment(statements, comment, trigger.comment);
}

void append_command(Sql& sql, char command) {
  switch (command) {
    case 'r': sql << "SELECT"; return;
    case 'a': sql << "INSERT"; return;
    case 'w': sql << "UPDATE"; return;
    case 'd': sql << "DELETE"; return;
    default: sql << "ALL"; return;
  }
}

void append_policy(std::vector<Sql>& statements, const AdoptionNames& names,
                   const AdopteePolicy& policy) {
  Sql sql("CREATE POLICY ");
  sql << Identifier(policy.name) << " ON " << names.table;
  if (!policy.is_permissive) sql << " AS RESTRICTIVE";
  sql << " FOR ";
  append_command(sql, policy.command);
  sql << " TO ";
  for (const std::string& role : policy.roles) {
    if (&role != &policy.roles.front()) sql << ", ";
    if (role.empty()) {
      sql << "PUBLIC";
    } else {
      sql << Identifier(role);
    }
  }
  if (!policy.condition.empty()) sql << " USING (" << Definition{policy.condition} << ")";
  if (!policy.check.empty()) sql << " WITH CHECK (" << Definition{policy.check} << ")";
  statements.push_back(sql);
  Sql comment("COMMENT ON POLICY ");
  comment << Identifier(policy.name) << " ON " << names.table;
  append_comment(statements, comment, policy.comment);
}

void append_dependant(std::vector<Sql>& statements, const Dependant& dependant) {
  Sql sql("");
  if (dependant.kind == Dependant::Kind::kView) {
    sql << "CREATE OR REPLACE VIEW " << dependant.name.value();
    append_options(sql, dependant.options);
    sql << " AS ";
  }
  sql << Definition{dependant.definition};
  statements.push_back(sql);
}

Sql drop_table(const QualifiedName& table) {
  Sql sql("DROP TABLE ");
  sql << table;
  return sql;
}

Sql rename(const QualifiedName& table, const Identifier& name) {
  Sql sql = alter(table);
  sql << "RENAME TO " << name;
  return sql;
}

Sql rename_index(const Identifier& schema, const Identifier& index, const Identifier& name) {
  Sql sql("ALTER INDEX ");
  sql << QualifiedName{schema, index} << " RENAME TO " << name;
  return sql;
}

}  // namespace

Sql sample_statement(const AdoptionNames& names) {
  Sql sql("CREATE TABLE ");
  sql << names.sample << " (LIKE " << names.table << " INCLUDING ALL)";
  return sql;
}

std::vector<Sql> extend_sample_statements(const Adoptee& table, const AdoptionNames& names,
                                          const Identifier& primary_key,
                                          const std::vector<Identifier>& like_new) {
  const AdopteeIndex& key = *key_to_extend(table);
  std::vector<Sql> statements;
  for (const Identifier& index : like_new) {
    Sql drop("DROP INDEX ");
    drop << QualifiedName{names.sample.schema, index};
    statements.push_back(drop);
  }
  Sql drop = alter(names.sample);
  drop << "DROP CONSTRAINT " << primary_key;
  Sql add = alter(names.sample);
  add << "ADD PRIMARY KEY";
  append_extended_key(add, key, table.key);
  if (!key.tablespace.empty()) add << " USING INDEX TABLESPACE " << Identifier(key.tablespace);
  statements.push_back(drop);
  statements.push_back(add);
  return statements;
}

std::vector<Sql> parent_statements(const Adoptee& table, const AdoptionNames& names) {
  Sql create("CREATE TABLE ");
  create << names.old << " (LIKE " << names.sample << " INCLUDING ALL) PARTITION BY RANGE ("
         << Identifier(table.key) << ")";
  if (!table.tablespace.empty()) create << " TABLESPACE " << Identifier(table.tablespace);
  return {create, drop_table(names.sample)};
}

std::vector<Sql> property_statements(const Adoptee& table, const AdoptionNames& names) {
  std::vector<Sql> statements;
  auto add = [&](const Sql& what) {
    Sql sql = alter(names.old);
    sql << what;
    statements.push_back(sql);
  };
  for (const AdopteeReference& reference : table.references) {
    Sql key("ADD CONSTRAINT ");
    key << Identifier(reference.name) << " " << Definition{reference.definition};
    add(key);
  }
  for (const ColumnTarget& target : table.statistics_targets) {
    statements.push_back(statistics_target_statement(names.old, target));
  }
  if (table.row_security) add(Sql("ENABLE ROW LEVEL SECURITY"));
  if (table.row_security_forced) add(Sql("FORCE ROW LEVEL SECURITY"));
  if (table.replica_identity == ReplicaIdentity::kFull) add(Sql("REPLICA IDENTITY FULL"));
  if (table.replica_identity == ReplicaIdentity::kNothing) add(Sql("REPLICA IDENTITY NOTHING"));
  return statements;
}

Step key_index_step(const Adoptee& table, const AdoptionNames& names) {
  const AdopteeIndex& key = *key_to_extend(table);
  Sql sql("CREATE UNIQUE INDEX CONCURRENTLY ");
  sql << names.key_index << " ON " << names.table;
  append_extended_key(sql, key, table.key);
  if (!key.tablespace.empty()) sql << " TABLESPACE " << Identifier(key.tablespace);
  return concurrent_step(Action::kBuildIndex, {table.oid, names.table}, sql,
                         "primary key with " + table.key);
}

Step drop_key_index_step(const Adoptee& table, const AdoptionNames& names, Oid index) {
  const QualifiedName name{names.table.schema, names.key_index};
  return drop_index_step({table.oid, names.table}, {0, name}, {index, name},
                         "left by a build that did not end");
}

std::vector<Sql> leave_statements(const Adoptee& table, const AdoptionNames& names) {
  std::vector<Sql> statements;
  for (const AdopteeTrigger& trigger : table.triggers) {
    Sql sql("DROP TRIGGER ");
    sql << Identifier(trigger.name) << " ON " << names.table;
    statements.push_back(sql);
  }
  if (const AdopteeIndex* key = key_to_extend(table)) {
    const Identifier longer(extended_key(table)->name);
    Sql sql = alter(names.table);
    sql << "DROP CONSTRAINT " << Identifier(key->name) << ", ADD CONSTRAINT " << longer
        << " PRIMARY KEY USING INDEX " << longer;
    statements.push_back(sql);
    if (key->identifies) {
      Sql identity = alter(names.table);
      identity << "REPLICA IDENTITY USING INDEX " << longer;
      statements.push_back(identity);
    }
  }
  for (const AdopteeSequence& sequence : table.sequences) {
    if (!sequence.is_identity) continue;
    Sql sql = alter(names.table);
    sql << "ALTER COLUMN " << Identifier(sequence.column) << " DROP IDENTITY";
    statements.push_back(sql);
  }
  return statements;
}

std::vector<Sql> exchange_statements(const Adoptee& table, const AdoptionNames& names,
                                     const Axis& axis, Point boundary) {
  std::vector<Sql> statements{rename(names.table, names.passing.name),
                              rename(names.old, names.table.name),
                              rename(names.passing, names.old.name)};
  for (const AdopteeSequence& sequence : table.sequences) {
    if (sequence.is_identity) continue;
    Sql sql("ALTER SEQUENCE ");
    sql << sequence.name << " OWNED BY " << names.table << "." << Identifier(sequence.column);
    statements.push_back(sql);
  }
  Sql attach = alter(names.table);
  attach << "ATTACH PARTITION " << names.old << " "
         << bound_clause(Range{End::minimum(), End::at(boundary)}, axis);
  statements.push_back(attach);
  statements.push_back(unguard_statement(names.old));
  return statements;
}

std::vector<Sql> enter_statements(const Adoptee& table, const AdoptionNames& names) {
  std::vector<Sql> statements;
  for (const AdopteeTrigger& trigger : table.triggers) append_trigger(statements, names, trigger);
  for (const AdopteePolicy& policy : table.policies) append_policy(statements, names, policy);
  for (const Dependant& dependant : table.dependants) append_dependant(statements, dependant);
  Sql comment("COMMENT ON TABLE ");
  comment << names.table;
  append_comment(statements, comment, table.comment);
  return statements;
}

std::vector<Sql> publish_statements(const AdopteePublication& publication,
                                    const AdoptionNames& names) {
  Sql drop("ALTER PUBLICATION ");
  drop << Identifier(publication.name) << " DROP TABLE " << names.old;
  Sql add("ALTER PUBLICATION ");
  add << Identifier(publication.name) << " ADD TABLE " << names.table;
  if (publication.columns) {
    add << " (";
    append_list(add, *publication.columns);
    add << ")";
  }
  if (!publication.filter.empty()) add << " WHERE (" << Definition{publication.filter} << ")";
  return {drop, add};
}

std::vector<Sql> sequence_statements(const AdopteeSequence& sequence,
                                     const QualifiedName& of_parent,
                                     const std::vector<Grant>& its_grants) {
  std::vector<Sql> statements;
  Sql sql("ALTER SEQUENCE ");
  sql << of_parent << " RENAME TO " << sequence.name.name;
  statements.push_back(sql);
  for (const Sql& revoke : revoke_statements(its_grants, sequence.name, Revocation::kPrivilege,
                                             GrantObject::kSequence)) {
    statements.push_back(revoke);
  }
  for (const Sql& grant :
       grant_statements(sequence.grants, sequence.name, GrantObject::kSequence)) {
    statements.push_back(grant);
  }
  Sql comment("COMMENT ON SEQUENCE ");
  comment << sequence.name;
  append_comment(statements, comment, sequence.comment);
  return statements;
}

Sql rename_constraint_statement(const QualifiedName& table, const Identifier& from,
                                const Identifier& to) {
  Sql sql = alter(table);
  sql << "RENAME CONSTRAINT " << from << " TO " << to;
  return sql;
}

std::vector<Sql> exchange_index_names(const AdoptionNames& names, const Identifier& of_table,
                                      const Identifier& of_parent, const Identifier& wanted) {
  const Identifier& schema = names.table.schema;
  if (of_table.name() != wanted.name()) {  // the wanted name is free
    return {rename_index(schema, of_parent, wanted), rename_index(schema, of_table, of_parent)};
  }
  const Identifier& passing = names.passing.name;
  return {rename_index(schema, of_table, passing), rename_index(schema, of_parent, wanted),
          rename_index(schema, passing, of_parent)};
}

std::vector<Sql> abandon_statements(const AdoptionNames& names, const Remains& remains) {
  std::vector<Sql> statements;
  if (remains.parent) statements.push_back(drop_table(*remains.parent));
  if (remains.guard) statements.push_back(unguard_statement(names.table));
  if (remains.index) {
    Sql sql("DROP INDEX ");
    sql << QualifiedName{names.table.schema, names.key_index};
    statements.push_back(sql);
  }
  return statements;
}

}  // namespace pgscale
