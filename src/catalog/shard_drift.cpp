#include "catalog/shard_drift.h"

#include "catalog/shapes.h"
#include "catalog/shard_grants.h"
#include "catalog/sharded_tables.h"
#include "core/failure.h"
#include "pg/query.h"

namespace pgscale::catalog {
namespace {

pg::Value from_optional(std::optional<Oid> oid) { return oid ? pg::from_oid(*oid) : pg::Value(); }

pg::Value sees_all(Reach reach) { return reach == Reach::kSeen ? "t" : "f"; }

// Without names of its own a foreign table leads to what is called like it. Who may not see the
// options of a partition may still compare it.
Sql foreign_table_columns() {
  return Sql(
      "SELECT c.oid, c.relowner, n.nspname, c.relname, s.srvname,"
      "       coalesce(o.schema_name, n.nspname), coalesce(o.table_name, c.relname),"
      "       o.updatable, c.reltuples, pn.nspname, p.relname,"
      "       pg_catalog.pg_get_expr(c.relpartbound, c.oid),"
      "       CASE WHEN k.partstrat <> 'h'"
      "            THEN pg_catalog.pg_get_partition_constraintdef(c.oid) END"
      "  FROM pg_catalog.pg_foreign_table t"
      "  JOIN pg_catalog.pg_class c ON c.oid = t.ftrelid"
      "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
      "  JOIN pg_catalog.pg_foreign_server s ON s.oid = t.ftserver"
      "  JOIN pg_catalog.pg_foreign_data_wrapper w ON w.oid = s.srvfdw"
      "                                          AND w.fdwname = 'pgscale_fdw'"
      "  LEFT JOIN pg_catalog.pg_inherits h ON h.inhrelid = c.oid AND NOT h.inhdetachpending"
      "                                     AND c.relispartition"
      "  LEFT JOIN pg_catalog.pg_class p ON p.oid = h.inhparent"
      "  LEFT JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace"
      "  LEFT JOIN pg_catalog.pg_partitioned_table k ON k.partrelid = p.oid"
      " CROSS JOIN LATERAL ("
      "       SELECT max(x.option_value) FILTER (WHERE x.option_name = 'schema_name'),"
      "              max(x.option_value) FILTER (WHERE x.option_name = 'table_name'),"
      "              max(x.option_value) FILTER (WHERE x.option_name = 'updatable')"
      "         FROM pg_catalog.pg_options_to_table(t.ftoptions) x)"
      "       AS o (schema_name, table_name, updatable) ");
}

// As postgres_fdw reads a boolean option.
bool is_off(const pg::Value& value) {
  return value && pg::to_bool(pg::query(Sql("SELECT NOT $1::boolean"), {value}).front()[0]);
}

std::vector<OwnedForeignTable> read_foreign_tables(const Sql& sql,
                                                   const std::vector<pg::Value>& parameters) {
  std::vector<OwnedForeignTable> found;
  for (const auto& row : pg::query(sql, parameters)) {
    ForeignTable table({Identifier(*row[2]), Identifier(*row[3])},
                       {Identifier(*row[5]), Identifier(*row[6])});
    table.shard = *row[4];
    table.has_updatable_option = row[7].has_value();
    table.is_updatable = !is_off(row[7]);
    table.rows = pg::to_number(row[8]).value_or(-1);
    if (row[10]) table.parent = QualifiedName{Identifier(*row[9]), Identifier(*row[10])};
    table.bound = row[11].value_or("");
    table.condition = row[12].value_or("");
    found.push_back({pg::to_oid(row[0]), pg::to_oid(row[1]), std::move(table)});
  }
  return found;
}

}  // namespace

std::vector<Watched> sharded_tables_of(Reach reach, std::optional<Oid> only) {
  std::vector<Watched> tables;
  for (const auto& row :
       pg::query(Sql("SELECT c.oid, c.relowner FROM pgscale.sharded_table s"
                     "  JOIN pg_catalog.pg_class c ON c.oid = s.relation"
                     " WHERE s.kind <> 'reference' AND ($1 IS NULL OR c.oid = $1::oid)"
                     "   AND (pg_catalog.pg_has_role(c.relowner, 'USAGE')"
                     "        OR $2::bool AND pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE'))"
                     " ORDER BY c.relnamespace, c.relname"),
                 {from_optional(only), sees_all(reach)})) {
    tables.push_back({pg::to_oid(row[0]), pg::to_oid(row[1])});
  }
  return tables;
}

bool owns_all_sharded_tables() {
  return pg::query(Sql("SELECT FROM pgscale.sharded_table s"
                       "  JOIN pg_catalog.pg_class c ON c.oid = s.relation"
                       " WHERE NOT pg_catalog.pg_has_role(c.relowner, 'USAGE')"))
      .empty();
}

ShardedDesire read_desire(const Watched& table) {
  ShardedDesire desire(read_sharded_table(table.relation));
  const ShapeQuestion question = shape_question({desire.table.name}, {});
  const auto rows = pg::query(question.sql, question.parameters);
  const auto shapes = read_shapes({rows.begin(), rows.end()});
  if (shapes.empty()) {
    throw Failure(Problem::kUndefinedTable,
                  "table " + readable(desire.table.name) + " does not exist");
  }
  desire.shape = shapes.begin()->second;
  desire.grants = grants_on_shards(table.relation, table.owner);
  return desire;
}

std::vector<OwnedForeignTable> foreign_leaves(Oid relation) {
  Sql sql = foreign_table_columns();
  sql << " JOIN pgscale.placement l ON l.leaf = c.relname"
         " JOIN pg_catalog.pg_class r ON r.oid = l.relation AND r.relnamespace = c.relnamespace"
         " WHERE r.oid = $1::oid ORDER BY c.relname";
  return read_foreign_tables(sql, {pg::from_oid(relation)});
}

std::vector<OwnedForeignTable> foreign_tables_by_hand(Reach reach, std::optional<Oid> only) {
  Sql sql = foreign_table_columns();
  sql << "WHERE ($1 IS NULL OR c.oid = $1::oid OR p.oid = $1::oid)"
         "  AND (pg_catalog.pg_has_role(c.relowner, 'USAGE')"
         "       OR $2::bool AND pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE'))"
         "  AND NOT EXISTS (SELECT FROM pgscale.placement l"
         "                    JOIN pg_catalog.pg_class r ON r.oid = l.relation"
         "                   WHERE l.leaf = c.relname AND r.relnamespace = c.relnamespace)"
         "  AND NOT EXISTS (SELECT FROM pgscale.sharded_table y WHERE y.relation = c.oid)"
         " ORDER BY n.nspname, c.relname";
  return read_foreign_tables(sql, {from_optional(only), sees_all(reach)});
}

std::vector<std::string> remote_users(const std::string& shard) {
  std::vector<std::string> users;
  for (const auto& row : pg::query(Sql("SELECT DISTINCT remote_user FROM pgscale.shard_user"
                                       " WHERE shard = $1 ORDER BY 1"),
                                   {shard})) {
    users.push_back(*row[0]);
  }
  return users;
}

}  // namespace pgscale::catalog
