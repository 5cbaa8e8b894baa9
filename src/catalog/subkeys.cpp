#include "catalog/subkeys.h"

#include "core/failure.h"
#include "pg/query.h"

namespace pgscale::catalog {

void require_in_unique_keys(const ParentFacts& facts, const std::string& control) {
  const pg::Rows rows = pg::query(
      Sql("SELECT c.relname, i.indisprimary FROM pg_catalog.pg_index i"
          "  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid"
          " WHERE i.indrelid = $1::oid AND (i.indisunique OR i.indisexclusion)"
          "   AND NOT EXISTS (SELECT FROM unnest(i.indkey::int2[]) WITH ORDINALITY u (attnum, ord)"
          "         JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid"
          "          AND a.attnum = u.attnum AND a.attname = $2"
          "        WHERE u.ord <= i.indnkeyatts)"
          " ORDER BY i.indisprimary DESC, c.relname LIMIT 1"),
      {pg::from_oid(facts.parent.oid), control});
  if (rows.empty()) return;
  const auto& row = rows.front();
  throw Failure(Problem::kNotSupported,
                "unique constraint on partitioned table must include all partitioning columns",
                (pg::to_bool(row[1]) ? "Primary key \"" : "Unique index \"") + *row[0] +
                    "\" of table \"" + facts.parent.name.name.name() + "\" lacks column \"" +
                    control + "\".",
                "Make the column a part of it, or choose one that is.");
}

bool has_no_page(Oid table) {
  const pg::Rows rows = pg::query(Sql("SELECT pg_catalog.pg_relation_size($1::oid::regclass) = 0"),
                                  {pg::from_oid(table)});
  return rows.front()[0] && pg::to_bool(rows.front()[0]);
}

}  // namespace pgscale::catalog
