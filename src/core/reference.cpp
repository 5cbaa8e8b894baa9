#include "core/reference.h"

#include "core/naming.h"

namespace pgscale {
namespace {

constexpr char kPlain[] = "";
constexpr char kOfTable[] = "t.";
constexpr char kOfCopy[] = "c.";

template <std::size_t N>
void append_columns(Sql& sql, const ShardedTable& table, const char (&prefix)[N]) {
  bool first = true;
  for (const ShardedColumn& column : table.columns) {
    if (!column.generated.empty()) continue;  // computed there as here
    if (!first) sql << ", ";
    first = false;
    sql << prefix << Identifier(column.name);
  }
}

// As text, because not every type has an equality, and no search_path finds that of every type.
Sql same_key(const std::vector<std::string>& key) {
  Sql sql("");
  for (const std::string& column : key) {
    if (!sql.text().empty()) sql << " AND ";
    sql << "c." << Identifier(column) << "::text = t." << Identifier(column) << "::text";
  }
  return sql;
}

}  // namespace

Identifier copy_name(const ShardedTable& table, const std::string& shard) {
  return Identifier(
      partition_name(table.name.name.name(), "{parent}_on_{bound}", Method::kList, shard));
}

Sql fingerprint_statement(const ShardedTable& table) {
  Sql row("ROW(");
  append_columns(row, table, kPlain);
  row << ")::text";
  Sql sql("SELECT count(*) || ' ' || coalesce(sum(('x' || substr(md5(");
  sql << row << "), 1, 15))::bit(60)::bigint), 0) FROM ONLY " << table.name;
  return sql;
}

Sql fill_statement(const ShardedTable& table, const QualifiedName& copy) {
  Sql sql("INSERT INTO ");
  sql << copy << " (";
  append_columns(sql, table, kPlain);
  sql << ") SELECT ";
  append_columns(sql, table, kPlain);
  sql << " FROM ONLY " << table.name;
  return sql;
}

std::vector<Sql> replacing_statements(const ShardedTable& table, const QualifiedName& copy) {
  Sql empty("DELETE FROM ");
  empty << copy;
  return {empty, fill_statement(table, copy)};
}

Sql removal_statement(const ShardedTable& table, const QualifiedName& copy,
                      const std::vector<std::string>& key) {
  Sql sql("DELETE FROM ");
  sql << copy << " c WHERE NOT EXISTS (SELECT FROM ONLY " << table.name << " t WHERE "
      << same_key(key) << ")";
  return sql;
}

std::vector<Sql> changing_statements(const ShardedTable& table, const QualifiedName& copy,
                                     const std::vector<std::string>& key) {
  Sql change("UPDATE ");
  change << copy << " c SET (";
  append_columns(change, table, kPlain);
  change << ") = ROW(";
  append_columns(change, table, kOfTable);
  change << ") FROM ONLY " << table.name << " t WHERE " << same_key(key) << " AND ROW(";
  append_columns(change, table, kOfCopy);
  change << ")::text <> ROW(";
  append_columns(change, table, kOfTable);
  change << ")::text";
  Sql add("INSERT INTO ");
  add << copy << " (";
  append_columns(add, table, kPlain);
  add << ") SELECT ";
  append_columns(add, table, kPlain);
  add << " FROM ONLY " << table.name << " t WHERE NOT EXISTS (SELECT FROM " << copy << " c WHERE "
      << same_key(key) << ")";
  return {change, add};
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
