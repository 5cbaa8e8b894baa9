#include "catalog/foreign_keys.h"

#include "pg/query.h"

namespace pgscale::catalog {

std::vector<KeyLock> detach_locks(Oid partition) {
  std::vector<KeyLock> locks;
  for (const auto& row :
       pg::query(Sql("SELECT t.oid, bool_or(t.exclusively)"
                     "  FROM (SELECT confrelid, false FROM pg_catalog.pg_constraint"
                     "         WHERE conrelid = $1::oid AND contype = 'f'"
                     "        UNION ALL"
                     "        SELECT conrelid, true FROM pg_catalog.pg_constraint"
                     "         WHERE confrelid = $1::oid AND contype = 'f' AND conparentid <> 0)"
                     "       AS t (oid, exclusively)"
                     " GROUP BY t.oid ORDER BY t.oid"),
                 {pg::from_oid(partition)})) {
    locks.push_back({pg::to_oid(row[0]), pg::to_bool(row[1])});
  }
  return locks;
}

std::vector<QualifiedName> referring_tables(Oid parent) {
  std::vector<QualifiedName> tables;
  for (const auto& row :
       pg::query_often(Sql("SELECT DISTINCT n.nspname, r.relname"
                           "  FROM pg_catalog.pg_constraint k"
                           "  JOIN pg_catalog.pg_class r ON r.oid = k.conrelid"
                           "  JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace"
                           " WHERE k.confrelid = $1::oid AND k.contype = 'f'"
                           " ORDER BY 1, 2"),
                       {pg::from_oid(parent)})) {
    tables.push_back({Identifier(*row[0]), Identifier(*row[1])});
  }
  return tables;
}

// A key to a partitioned table has parts for its partitions; those with no parent are keys of their
// own.
std::vector<TableReference> references_to(Oid table) {
  std::vector<TableReference> references;
  for (const auto& row : pg::query(Sql("WITH RECURSIVE tree (oid) AS ("
                                       "    SELECT $1::oid"
                                       "    UNION ALL"
                                       "    SELECT i.inhrelid FROM tree t"
                                       "      JOIN pg_catalog.pg_inherits i ON i.inhparent = t.oid)"
                                       "SELECT DISTINCT n.nspname, r.relname, m.nspname, c.relname"
                                       "  FROM tree t"
                                       "  JOIN pg_catalog.pg_constraint k ON k.confrelid = t.oid"
                                       "   AND k.contype = 'f' AND k.conparentid = 0"
                                       "  JOIN pg_catalog.pg_class r ON r.oid = k.conrelid"
                                       "  JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace"
                                       "  JOIN pg_catalog.pg_class c ON c.oid = k.confrelid"
                                       "  JOIN pg_catalog.pg_namespace m ON m.oid = c.relnamespace"
                                       " ORDER BY 1, 2, 3, 4"),
                                   {pg::from_oid(table)})) {
    references.push_back(
        {{Identifier(*row[0]), Identifier(*row[1])}, {Identifier(*row[2]), Identifier(*row[3])}});
  }
  return references;
}

void name_foreign_key(Oid partition, pg::Outcome& failure) {
  const pg::Rows rows =
      pg::query(Sql("WITH RECURSIVE key AS ("
                    "    SELECT oid, conname, conparentid, conrelid FROM pg_catalog.pg_constraint"
                    "     WHERE confrelid = $1::oid AND contype = 'f' AND conparentid <> 0"
                    "       AND strpos($2, conname) > 0"
                    "    UNION ALL"
                    "    SELECT p.oid, p.conname, p.conparentid, p.conrelid"
                    "      FROM pg_catalog.pg_constraint p JOIN key ON p.oid = key.conparentid)"
                    "SELECT k.conname, n.nspname, r.relname FROM key k"
                    "  JOIN pg_catalog.pg_class r ON r.oid = k.conrelid"
                    "  JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace"
                    " WHERE k.conparentid = 0 ORDER BY length(k.conname) DESC LIMIT 1"),
                {pg::from_oid(partition), failure.message});
  if (rows.empty()) return;
  const auto& row = rows.front();
  failure.hint = "Rows of " + readable({Identifier(*row[1]), Identifier(*row[2])}) +
                 " refer to it by foreign key \"" + *row[0] +
                 "\". It can be retired once there are none.";
}

}  // namespace pgscale::catalog
