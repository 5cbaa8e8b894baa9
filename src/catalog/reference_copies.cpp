#include "catalog/reference_copies.h"

#include "pg/query.h"
#include "pg/session.h"

namespace pgscale::catalog {

std::vector<Oid> reference_tables() {
  return pg::to_oids(
      pg::query(Sql("SELECT t.relation::oid FROM pgscale.sharded_table t"
                    "  JOIN pg_catalog.pg_class c ON c.oid = t.relation"
                    " WHERE t.kind = 'reference'"
                    "   AND pg_catalog.pg_has_role(c.relowner, 'USAGE')"
                    " ORDER BY t.relation::oid")));
}

std::vector<std::string> key_of_rows(Oid relation) {
  std::vector<std::string> columns;
  for (const auto& row : pg::query(
           Sql("SELECT a.attname"
               "  FROM (SELECT i.indrelid, (i.indkey::int2[])[0:i.indnkeyatts - 1] AS keys"
               "          FROM pg_catalog.pg_index i"
               "         WHERE i.indrelid = $1::oid AND i.indisunique AND i.indisvalid"
               "           AND i.indpred IS NULL AND i.indexprs IS NULL"
               "         ORDER BY i.indisprimary DESC, i.indexrelid LIMIT 1) k,"
               "       pg_catalog.pg_attribute a"
               " WHERE a.attrelid = k.indrelid AND a.attnum = ANY (k.keys) ORDER BY a.attnum"),
           {pg::from_oid(relation)})) {
    columns.push_back(*row[0]);
  }
  return columns;
}

bool has_relation(const QualifiedName& name) {
  return !pg::query(Sql("SELECT FROM pg_catalog.pg_class c"
                        "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                        " WHERE n.nspname = $1 AND c.relname = $2"),
                    {name.schema.name(), name.name.name()})
              .empty();
}

void note_copy(Oid relation, const std::string& shard, const std::string& seen,
               const std::string& wanted) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("INSERT INTO pgscale.reference_state AS r"
                  "       (relation, shard, in_step, fingerprint, checked_at, in_step_at)"
                  " VALUES ($1::oid, $2::name, $3 = $4, $3, clock_timestamp(),"
                  "         CASE WHEN $3 = $4 THEN clock_timestamp() END)"
                  " ON CONFLICT (relation, shard) DO UPDATE SET in_step = excluded.in_step,"
                  "       fingerprint = excluded.fingerprint, checked_at = excluded.checked_at,"
                  "       in_step_at = coalesce(excluded.in_step_at, r.in_step_at), error = NULL"),
              {pg::from_oid(relation), shard, seen, wanted});
}

void note_copy_error(Oid relation, const std::string& shard, const std::string& error) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("INSERT INTO pgscale.reference_state (relation, shard, checked_at, error)"
                  " VALUES ($1::oid, $2::name, clock_timestamp(), $3)"
                  " ON CONFLICT (relation, shard) DO UPDATE SET in_step = NULL,"
                  "       checked_at = excluded.checked_at, error = excluded.error"),
              {pg::from_oid(relation), shard, error});
}

}  // namespace pgscale::catalog
