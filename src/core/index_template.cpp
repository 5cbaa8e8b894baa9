#include "core/index_template.h"

namespace pgscale {
namespace {

Sql index_statement(const TemplateIndex& index, const QualifiedName& table) {
  if (!index.constraint.empty()) {
    Sql sql("ALTER TABLE ");
    sql << table << " ADD " << Definition{index.constraint};
    return sql;
  }
  Sql sql("CREATE ");
  if (index.unique) sql << "UNIQUE ";
  sql << "INDEX ON " << table << Definition{index.definition};
  return sql;
}

}  // namespace

std::vector<Sql> index_statements(const IndexTemplate& wish, const QualifiedName& table) {
  std::vector<Sql> statements;
  for (const TemplateIndex& index : wish.indexes) {
    statements.push_back(index_statement(index, table));
  }
  return statements;
}

}  // namespace pgscale
