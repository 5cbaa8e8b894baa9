#include "catalog/table_trees.h"

#include "pg/query.h"

namespace pgscale::catalog {
namespace {

using pg::Rows;

// Not pg_partition_tree(), which locks what it finds.
const Sql& members() {
  static const Sql sql(
      "WITH RECURSIVE tree (oid, level) AS ("
      "    SELECT $1::oid, 0"
      "    UNION ALL"
      "    SELECT i.inhrelid, t.level + 1 FROM pg_catalog.pg_inherits i"
      "      JOIN tree t ON i.inhparent = t.oid) ");
  return sql;
}

std::vector<TreeTable> tables_of(Oid table) {
  Sql sql = members();
  sql << "SELECT n.nspname, c.relname, c.relkind IN ('r', 'm') FROM tree t"
         "  JOIN pg_catalog.pg_class c ON c.oid = t.oid"
         "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
         " ORDER BY t.level, c.oid";
  std::vector<TreeTable> tables;
  for (const auto& row : pg::query(sql, {pg::from_oid(table)})) {
    tables.push_back({{Identifier(*row[0]), Identifier(*row[1])}, pg::to_bool(row[2])});
  }
  return tables;
}

// As long as the table is a partition, its indexes have those of its parent above them; that ends
// with the detach.
std::vector<TreeIndex> indexes_of(Oid table) {
  Sql sql = members();
  sql << "SELECT n.nspname, c.relname, x.relname, coalesce(o.conname, ''),"
         "       t.level > 0 AND EXISTS (SELECT FROM pg_catalog.pg_inherits h"
         "                                WHERE h.inhrelid = x.oid),"
         "       x.relkind = 'i'"
         "  FROM tree t"
         "  JOIN pg_catalog.pg_class c ON c.oid = t.oid"
         "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
         "  JOIN pg_catalog.pg_index i ON i.indrelid = t.oid"
         "  JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid"
         "  LEFT JOIN pg_catalog.pg_constraint o"
         "    ON o.conindid = x.oid AND o.conrelid = t.oid AND o.contype IN ('p', 'u', 'x')"
         " ORDER BY t.level, x.oid";
  std::vector<TreeIndex> indexes;
  for (const auto& row : pg::query(sql, {pg::from_oid(table)})) {
    const Identifier schema(*row[0]);
    indexes.push_back({{schema, Identifier(*row[1])},
                       {schema, Identifier(*row[2])},
                       *row[3],
                       pg::to_bool(row[4]),
                       pg::to_bool(row[5])});
  }
  return indexes;
}

std::vector<std::string> columns_of(Oid table) {
  std::vector<std::string> columns;
  for (const auto& row : pg::query(Sql("SELECT attname FROM pg_catalog.pg_attribute"
                                       " WHERE attrelid = $1::oid AND attnum > 0"
                                       "   AND NOT attisdropped AND attgenerated = ''"
                                       " ORDER BY attnum"),
                                   {pg::from_oid(table)})) {
    columns.push_back(*row[0]);
  }
  return columns;
}

}  // namespace

TableTree load_tree(Oid table) { return {tables_of(table), indexes_of(table), columns_of(table)}; }

}  // namespace pgscale::catalog
