#include "core/reference.h"

#include "core/naming.h"

namespace pgscale {
namespace {

void append_columns(Sql& sql, const ShardedTable& table) {
  bool first = true;
  for (const ShardedColumn& column : table.columns) {
    if (!column.generated.empty()) continue;  // computed there as here
    if (!first) sql << ", ";
    first = false;
    sql << Identifier(column.name);
  }
}

}  // namespace

Identifier copy_name(const ShardedTable& table, const std::string& shard) {
  return Identifier(
      partition_name(table.name.name.name(), "{parent}_on_{bound}", Method::kList, shard));
}

Sql fingerprint_statement(const ShardedTable& table) {
  Sql row("ROW(");
  append_columns(row, table);
  row << ")::text";
  Sql sql("SELECT count(*) || ' ' || coalesce(sum(('x' || substr(md5(");
  sql << row << "), 1, 15))::bit(60)::bigint), 0) FROM ONLY " << table.name;
  return sql;
}

Sql fill_statement(const ShardedTable& table, const QualifiedName& copy) {
  Sql sql("INSERT INTO ");
  sql << copy << " (";
  append_columns(sql, table);
  sql << ") SELECT ";
  append_columns(sql, table);
  sql << " FROM ONLY " << table.name;
  return sql;
}

std::vector<Sql> refresh_statements(const ShardedTable& table, const QualifiedName& copy) {
  Sql empty("DELETE FROM ");
  empty << copy;
  return {empty, fill_statement(table, copy)};
}

Sql watch_statement(const QualifiedName& table) {
  Sql sql("CREATE TRIGGER pgscale_reference AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON ");
  sql << table << " FOR EACH STATEMENT EXECUTE FUNCTION pgscale.note_reference_change()";
  return sql;
}

CopyWork work_on(const Copy& copy, const std::string& fingerprint) {
  if (!copy.is_placed) return CopyWork::kMake;
  if (!copy.fingerprint || *copy.fingerprint == fingerprint) return CopyWork::kNothing;
  return CopyWork::kRefresh;
}

}  // namespace pgscale
