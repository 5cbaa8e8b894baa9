#include "core/statements.h"

#include "core/grants.h"

#include "core/row_condition.h"

namespace pgscale {
namespace {

void append_end(Sql& sql, const End& end, const Axis& axis) {
  bool first = true;
  for (const EndColumn& column : axis.columns(end)) {
    if (!first) sql << ", ";
    first = false;
    switch (column.kind) {
      case EndKind::kMinimum: sql << "MINVALUE"; break;
      case EndKind::kMaximum: sql << "MAXVALUE"; break;
      case EndKind::kValue: sql << Literal{column.value}; break;
    }
  }
}

void append_list(Sql& sql, const std::vector<std::optional<std::string>>& values) {
  bool first = true;
  for (const auto& value : values) {
    if (!first) sql << ", ";
    first = false;
    if (value) {
      sql << Literal{*value};
    } else {
      sql << "NULL";
    }
  }
}

void append_partitioning(Sql& sql, const SubLevel& below) {
  sql << " PARTITION BY ";
  switch (below.method) {
    case Method::kRange: sql << "RANGE ("; break;
    case Method::kList: sql << "LIST ("; break;
    case Method::kHash: sql << "HASH ("; break;
  }
  sql << Identifier(below.control) << ")";
}

Sql create_like(const Parent& parent, const QualifiedName& partition) {
  Sql sql("CREATE ");
  if (parent.unlogged) sql << "UNLOGGED ";
  sql << "TABLE " << partition << " (LIKE " << parent.name << " INCLUDING ALL";
  if (parent.attach_brings_identity) sql << " EXCLUDING IDENTITY";
  return sql << ")";
}

void append_access_method(Sql& sql, const Parent& parent) {
  if (!parent.access_method.empty()) sql << " USING " << Identifier(parent.access_method);
}

void append_tablespace(Sql& sql, const Parent& parent) {
  if (!parent.tablespace.empty()) sql << " TABLESPACE " << Identifier(parent.tablespace);
}

void append_alter(std::vector<Sql>& statements, const QualifiedName& table, const Sql& what) {
  Sql sql("ALTER TABLE ");
  sql << table << " " << what;
  statements.push_back(sql);
}

}  // namespace

Sql bound_clause(const Bound& bound, const std::optional<Axis>& axis) {
  if (const auto* range = std::get_if<Range>(&bound)) {
    Sql sql("FOR VALUES FROM (");
    append_end(sql, range->lower, axis.value());
    sql << ") TO (";
    append_end(sql, range->upper, axis.value());
    sql << ")";
    return sql;
  }
  if (const auto* list = std::get_if<ListValues>(&bound)) {
    Sql sql("FOR VALUES IN (");
    append_list(sql, list->values);
    sql << ")";
    return sql;
  }
  if (const auto* slot = std::get_if<HashSlot>(&bound)) {
    Sql sql("FOR VALUES WITH (MODULUS ");
    sql << slot->modulus << ", REMAINDER " << slot->remainder << ")";
    return sql;
  }
  return Sql("DEFAULT");
}

Sql lock_statement(const QualifiedName& table, LockMode mode) {
  Sql sql("LOCK TABLE ONLY ");
  sql << table;
  switch (mode) {
    case LockMode::kRowExclusive: return sql << " IN ROW EXCLUSIVE MODE";
    case LockMode::kShareUpdateExclusive: return sql << " IN SHARE UPDATE EXCLUSIVE MODE";
    case LockMode::kAccessExclusive: break;
  }
  return sql << " IN ACCESS EXCLUSIVE MODE";
}

Sql member_statement(Membership membership, const QualifiedName& table) {
  Sql sql("ALTER EXTENSION pgscale ");
  if (membership == Membership::kJoin) {
    sql << "ADD TABLE ";
  } else {
    sql << "DROP TABLE ";
  }
  sql << table;
  return sql;
}

namespace {

// What LIKE does not carry over.
std::vector<Sql> completed(const Sql& create, const Parent& parent,
                           const QualifiedName& partition) {
  std::vector<Sql> statements{create};
  for (const Sql& grant : grant_statements(parent.grants, partition)) statements.push_back(grant);
  for (const ColumnTarget& target : parent.statistics_targets) {
    statements.push_back(statistics_target_statement(partition, target));
  }
  // Rows must not be readable around the parent's policies: nobody but the owner reads directly.
  if (parent.row_security) {
    append_alter(statements, partition, Sql("ENABLE ROW LEVEL SECURITY"));
  }
  if (parent.replica_identity == ReplicaIdentity::kFull) {
    append_alter(statements, partition, Sql("REPLICA IDENTITY FULL"));
  } else if (parent.replica_identity == ReplicaIdentity::kNothing) {
    append_alter(statements, partition, Sql("REPLICA IDENTITY NOTHING"));
  }
  if (parent.in_extension) statements.push_back(member_statement(Membership::kJoin, partition));
  return statements;
}

}  // namespace

std::vector<Sql> table_statements(const Parent& parent, const QualifiedName& partition,
                                  const Policy& policy) {
  Sql create = create_like(parent, partition);
  append_access_method(create, parent);
  append_options(create, policy.storage_parameters);
  append_tablespace(create, parent);
  std::vector<Sql> statements = completed(create, parent, partition);
  for (const Sql& sql : index_statements(policy.index_template, partition)) {
    statements.push_back(sql);
  }
  return statements;
}

std::vector<Sql> partitioned_table_statements(const Parent& parent, const QualifiedName& partition,
                                              const SubLevel& below) {
  Sql create = create_like(parent, partition);
  append_partitioning(create, below);
  append_access_method(create, parent);
  append_tablespace(create, parent);
  return completed(create, parent, partition);
}

Sql attach_statement(const QualifiedName& parent, const QualifiedName& partition,
                     const Sql& bound_clause) {
  Sql sql("ALTER TABLE ");
  sql << parent << " ATTACH PARTITION " << partition << " " << bound_clause;
  return sql;
}

Sql statistics_target_statement(const QualifiedName& table, const ColumnTarget& target) {
  Sql sql("ALTER TABLE ");
  sql << table << " ALTER COLUMN " << Identifier(target.column) << " SET STATISTICS "
      << target.value;
  return sql;
}

Sql replica_index_statement(const QualifiedName& partition, const Identifier& index) {
  Sql sql("ALTER TABLE ");
  sql << partition << " REPLICA IDENTITY USING INDEX " << index;
  return sql;
}

Sql detach_statement(const QualifiedName& parent, const QualifiedName& partition, DetachMode mode) {
  Sql sql("ALTER TABLE ");
  sql << parent << " DETACH PARTITION " << partition;
  if (mode == DetachMode::kConcurrently) sql << " CONCURRENTLY";
  if (mode == DetachMode::kFinalize) sql << " FINALIZE";
  return sql;
}

std::vector<Sql> plain_detach_statements(const Inventory& inventory, const Partition& partition) {
  std::vector<Sql> statements{lock_statement(inventory.parent.name, LockMode::kAccessExclusive)};
  if (const Partition* rest = default_partition(inventory)) {
    statements.push_back(lock_statement(rest->name, LockMode::kAccessExclusive));
  }
  if (partition.kind != TableKind::kForeign) {  // LOCK TABLE knows no foreign tables
    statements.push_back(lock_statement(partition.name, LockMode::kAccessExclusive));
  }
  statements.push_back(detach_statement(inventory.parent.name, partition.name, DetachMode::kPlain));
  return statements;
}

Sql unpublish_statement(const std::string& publication, const QualifiedName& table) {
  Sql sql("ALTER PUBLICATION ");
  sql << Identifier(publication) << " DROP TABLE " << table;
  return sql;
}

Sql refresh_statement(const std::string& subscription) {
  Sql sql("ALTER SUBSCRIPTION ");
  sql << Identifier(subscription) << " REFRESH PUBLICATION";
  return sql;
}

Sql analyze_statement(const QualifiedName& parent, bool knows_only) {
  Sql sql("ANALYZE ");
  if (knows_only) sql << "ONLY ";
  sql << parent;
  return sql;
}

std::vector<Sql> drop_statements(const Parent& parent, TableKind kind, const QualifiedName& table) {
  std::vector<Sql> statements;
  if (parent.in_extension) statements.push_back(member_statement(Membership::kLeave, table));
  Sql sql("DROP ");
  if (kind == TableKind::kForeign) sql << "FOREIGN ";
  sql << "TABLE " << table;
  statements.push_back(sql);
  return statements;
}

Sql guard_statement(const Parent& parent, const QualifiedName& default_partition,
                    const Bound& bound, const std::optional<Axis>& axis) {
  Sql sql("ALTER TABLE ");
  sql << default_partition << " ADD CONSTRAINT " << Identifier(kGuardName) << " CHECK (NOT ("
      << row_condition(parent, bound, axis) << ")) NOT VALID";
  return sql;
}

Sql own_guard_statement(const Parent& table, const Range& range, const Axis& axis) {
  Sql sql("ALTER TABLE ");
  sql << table.name << " ADD CONSTRAINT " << Identifier(kGuardName) << " CHECK ("
      << row_condition(table, range, axis) << ") NOT VALID";
  return sql;
}

Sql holds_statement(const Parent& parent, const QualifiedName& partition, const Bound& bound,
                    const std::optional<Axis>& axis) {
  Sql sql("ALTER TABLE ");
  sql << partition << " ADD CONSTRAINT " << Identifier(kGuardName) << " CHECK ("
      << row_condition(parent, bound, axis) << ") NOT VALID";
  return sql;
}

Sql ctids_statement(const Parent& parent, const QualifiedName& default_partition,
                    const Bound& bound, const std::optional<Axis>& axis) {
  Sql sql("SELECT ctid FROM ONLY ");
  sql << default_partition << " WHERE " << row_condition(parent, bound, axis);
  return sql;
}

Sql look_statement(const Parent& parent, const QualifiedName& default_partition, const Bound& bound,
                   const std::optional<Axis>& axis) {
  Sql sql("SELECT FROM ");
  sql << default_partition << " WHERE " << row_condition(parent, bound, axis) << " LIMIT 1";
  return sql;
}

Sql validate_guard_statement(const QualifiedName& default_partition) {
  Sql sql("ALTER TABLE ");
  sql << default_partition << " VALIDATE CONSTRAINT " << Identifier(kGuardName);
  return sql;
}

Sql unguard_statement(const QualifiedName& default_partition) {
  Sql sql("ALTER TABLE ");
  sql << default_partition << " DROP CONSTRAINT " << Identifier(kGuardName);
  return sql;
}

}  // namespace pgscale
