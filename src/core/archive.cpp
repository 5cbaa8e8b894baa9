#include "core/archive.h"

namespace pgscale {
namespace {

Sql alter_table(const QualifiedName& table, const Sql& what) {
  Sql sql("ALTER TABLE ");
  sql << table << " " << what;
  return sql;
}

class Archiving {
 public:
  Archiving(const ArchivePolicy& policy, const TableTree& tree) : policy_(policy), tree_(tree) {}

  std::vector<Sql> run() {
    if (!policy_.schema.empty()) move_to_schema();
    if (!policy_.indexes) strip_indexes();
    if (!policy_.tablespace.empty()) move_to_tablespace();
    return std::move(statements_);
  }

 private:
  // Indexes and constraints go with their table.
  [[nodiscard]] QualifiedName now(const QualifiedName& name) const {
    return archived_name(policy_, name);
  }

  void move_to_schema() {
    Sql what("SET SCHEMA ");
    what << Identifier(policy_.schema);
    for (const TreeTable& table : tree_.tables) {
      if (table.name.schema.name() == policy_.schema) continue;
      statements_.push_back(alter_table(table.name, what));
    }
  }

  void strip_indexes() {
    for (const TreeIndex& index : tree_.indexes) {
      if (index.has_parent) continue;
      if (index.constraint.empty()) {
        Sql sql("DROP INDEX ");
        statements_.push_back(sql << now(index.name));
      } else {
        Sql what("DROP CONSTRAINT ");
        what << Identifier(index.constraint);
        statements_.push_back(alter_table(now(index.table), what));
      }
    }
  }

  void move_to_tablespace() {
    Sql what("SET TABLESPACE ");
    what << Identifier(policy_.tablespace);
    for (const TreeTable& table : tree_.tables) {
      if (table.has_storage) statements_.push_back(alter_table(now(table.name), what));
    }
    if (!policy_.indexes) return;
    for (const TreeIndex& index : tree_.indexes) {
      if (!index.has_storage) continue;
      Sql sql("ALTER INDEX ");
      statements_.push_back(sql << now(index.name) << " " << what);
    }
  }

  const ArchivePolicy& policy_;
  const TableTree& tree_;
  std::vector<Sql> statements_;
};

}  // namespace

std::vector<Sql> archive_statements(const ArchivePolicy& policy, const TableTree& tree) {
  return Archiving(policy, tree).run();
}

QualifiedName archived_name(const ArchivePolicy& policy, const QualifiedName& table) {
  if (policy.schema.empty()) return table;
  return {Identifier(policy.schema), table.name};
}

}  // namespace pgscale
