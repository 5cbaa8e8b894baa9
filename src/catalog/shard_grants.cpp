#include "catalog/shard_grants.h"

#include "catalog/parents.h"
#include "pg/query.h"

namespace pgscale::catalog {

ShardGrants grants_on_shards(Oid relation, Oid owner) {
  ShardGrants grants;
  for (const auto& row : pg::query(
           Sql("SELECT DISTINCT u.shard, u.remote_user, p.privilege"
               "  FROM pgscale.shard_user u"
               "  JOIN pg_catalog.pg_roles r ON r.rolname = u.local_role,"
               "       unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE}'::text[]) AS p (privilege)"
               " WHERE pg_catalog.has_table_privilege(r.oid, $1::oid, p.privilege)"
               "   AND NOT EXISTS (SELECT FROM pgscale.shard_user o"
               "                     JOIN pg_catalog.pg_roles w ON w.rolname = o.local_role"
               "                    WHERE o.shard = u.shard AND o.remote_user = u.remote_user"
               "                      AND w.oid = $2::oid)"
               " ORDER BY 1, 2, 3"),
           {pg::from_oid(relation), pg::from_oid(owner)})) {
    const auto privilege = to_privilege(*row[2]);
    if (privilege) grants[*row[0]].push_back({*row[1], *privilege, {}, false});
  }
  return grants;
}

bool keys_agree(Oid relation, const std::string& column, Oid other,
                const std::string& other_column) {
  return !pg::query(Sql("SELECT FROM pg_catalog.pg_attribute a, pg_catalog.pg_attribute b"
                        " WHERE a.attrelid = $1::oid AND a.attname = $2"
                        "   AND b.attrelid = $3::oid AND b.attname = $4"
                        "   AND a.atttypid = b.atttypid AND a.attcollation = b.attcollation"),
                    {pg::from_oid(relation), column, pg::from_oid(other), other_column})
              .empty();
}

std::optional<std::string> enum_in(Oid relation, const std::string& column) {
  const auto rows = pg::query(
      Sql("WITH RECURSIVE part (oid) AS ("
          "  SELECT atttypid FROM pg_catalog.pg_attribute WHERE attrelid = $1::oid AND attname = $2"
          "  UNION"
          "  SELECT n.oid FROM part p JOIN pg_catalog.pg_type t USING (oid), LATERAL ("
          "    SELECT t.typbasetype WHERE t.typtype = 'd'"
          "    UNION ALL SELECT t.typelem WHERE t.typelem <> 0"
          "    UNION ALL SELECT r.rngsubtype FROM pg_catalog.pg_range r"
          "               WHERE t.oid IN (r.rngtypid, r.rngmultitypid)"
          "    UNION ALL SELECT a.atttypid FROM pg_catalog.pg_attribute a"
          "               WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped"
          "  ) n (oid))"
          "SELECT pg_catalog.format_type(oid, NULL) FROM part JOIN pg_catalog.pg_type USING (oid)"
          " WHERE typtype = 'e' ORDER BY oid LIMIT 1"),
      {pg::from_oid(relation), column});
  if (rows.empty()) return std::nullopt;
  return rows.front()[0];
}

}  // namespace pgscale::catalog
