#include "catalog/undo.h"

#include "core/export_file.h"
#include "core/failure.h"
#include "pg/query.h"

namespace pgscale::catalog {

std::vector<UndoColumn> columns_of(Oid table) {
  std::vector<UndoColumn> columns;
  for (const auto& row :
       pg::query(Sql("SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod)"
                     "       || coalesce(' COLLATE '"
                     "                   || nullif(a.attcollation, 0)::regcollation::text, ''),"
                     "       coalesce('(' || pg_catalog.pg_get_expr(d.adbin, d.adrelid) || ') '"
                     "                || CASE a.attgenerated WHEN 's' THEN 'STORED'"
                     "                                       WHEN 'v' THEN 'VIRTUAL' END, ''),"
                     "       a.attgenerated <> 'v'"
                     "  FROM pg_catalog.pg_attribute a"
                     "  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid"
                     "   AND d.adnum = a.attnum AND a.attgenerated <> ''"
                     " WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped"
                     " ORDER BY a.attnum"),
                 {pg::from_oid(table)})) {
    columns.push_back({*row[0], *row[1], *row[2], pg::to_bool(row[3])});
  }
  return columns;
}

UndoTarget load_undo_target(Oid table, Oid parent) {
  const auto rows = pg::query(
      Sql("SELECT n.nspname, c.relname, c.relowner = p.relowner,"
          "       c.relkind = 'r' AND NOT c.relispartition AND NOT c.relhassubclass"
          "       AND c.relpersistence IN ('p', p.relpersistence) AND c.relpersistence <> 't'"
          "       AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid),"
          "       EXISTS (SELECT FROM pg_catalog.pg_constraint k"
          "                WHERE k.conrelid = c.oid AND k.contype = 'f'),"
          "       EXISTS (SELECT FROM pg_catalog.pg_constraint k"
          "                WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'x')"
          "                  AND k.condeferrable)"
          "  FROM pg_catalog.pg_class c"
          "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
          "  JOIN pg_catalog.pg_class p ON p.oid = $2::oid"
          " WHERE c.oid = $1::oid"),
      {pg::from_oid(table), pg::from_oid(parent)});
  if (rows.empty()) {
    throw Failure(Problem::kUndefinedTable,
                  "relation with OID " + std::to_string(table) + " does not exist");
  }
  const auto& row = rows.front();
  UndoTarget target{table, {Identifier(*row[0]), Identifier(*row[1])}};
  target.has_same_owner = pg::to_bool(row[2]);
  target.is_plain = pg::to_bool(row[3]);
  target.has_foreign_keys = pg::to_bool(row[4]);
  target.has_deferrable_keys = pg::to_bool(row[5]);
  target.columns = columns_of(table);
  return target;
}

std::vector<UndoLeaf> leaves_below(Oid partition) {
  std::vector<UndoLeaf> leaves;
  for (const auto& row :
       pg::query(Sql("WITH RECURSIVE tree (oid, detaching) AS ("
                     "    SELECT $1::oid, false"
                     "    UNION ALL"
                     "    SELECT i.inhrelid, t.detaching OR i.inhdetachpending FROM tree t"
                     "      JOIN pg_catalog.pg_inherits i ON i.inhparent = t.oid)"
                     "SELECT c.oid, n.nspname, c.relname, c.relkind = 'f', c.reltuples::float8,"
                     "       CASE WHEN c.relkind = 'r' THEN pg_catalog.pg_relation_size(c.oid)"
                     "            / pg_catalog.current_setting('block_size')::bigint END,"
                     "       t.detaching"
                     "  FROM tree t"
                     "  JOIN pg_catalog.pg_class c ON c.oid = t.oid"
                     "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                     " WHERE c.relkind <> 'p'"
                     " ORDER BY n.nspname, c.relname"),
                 {pg::from_oid(partition)})) {
    leaves.push_back({pg::to_oid(row[0]),
                      {Identifier(*row[1]), Identifier(*row[2])},
                      pg::to_bool(row[3]) ? TableKind::kForeign : TableKind::kTable,
                      pg::to_integer(row[5]).value_or(0),
                      pg::to_number(row[4]).value_or(-1),
                      pg::to_bool(row[6])});
  }
  return leaves;
}

void continue_sequences(Oid table, Oid parent) {
  (void)pg::query(
      Sql("WITH pair AS ("
          "    SELECT pg_catalog.pg_get_serial_sequence($1::oid::regclass::text, a.attname)"
          "           ::regclass AS mine,"
          "           pg_catalog.pg_get_serial_sequence($2::oid::regclass::text, a.attname)"
          "           ::regclass AS theirs"
          "      FROM pg_catalog.pg_attribute a"
          "     WHERE a.attrelid = $1::oid AND a.attidentity <> '' AND NOT a.attisdropped)"
          "SELECT pg_catalog.setval(p.mine, v.theirs)"
          "  FROM pair p"
          "  JOIN pg_catalog.pg_sequence s ON s.seqrelid = p.mine"
          " CROSS JOIN LATERAL (SELECT pg_catalog.pg_sequence_last_value(p.mine) AS mine,"
          "                            pg_catalog.pg_sequence_last_value(p.theirs) AS theirs) v"
          " WHERE p.mine <> p.theirs AND v.theirs BETWEEN s.seqmin AND s.seqmax"
          "   AND (v.mine IS NULL"
          "        OR (v.theirs > v.mine) = (s.seqincrement > 0))"),
      {pg::from_oid(table), pg::from_oid(parent)});
}

bool is_empty(const UndoLeaf& leaf) {
  Sql sql("SELECT FROM ONLY ");
  return pg::query_latest(sql << leaf.name << " LIMIT 1", {}).empty();
}

bool is_closed(Oid partition) {
  return !pg::query(Sql("SELECT FROM pg_catalog.pg_constraint"
                        " WHERE conrelid = $1::oid AND conname = $2"),
                    {pg::from_oid(partition), kSealName})
              .empty();
}

}  // namespace pgscale::catalog
