#include "catalog/shard_ddl.h"

#include <algorithm>

#include "core/failure.h"
#include "pg/query.h"
#include "pg/session.h"
#include "shim/session.h"
#include "shim/shard_ddl.h"

namespace pgscale::catalog {
namespace {

constexpr std::pair<PgsDdlKind, DdlKind> kKinds[] = {
    {PGS_DDL_ALTER_TABLE, DdlKind::kAlterTable},
    {PGS_DDL_RENAME_COLUMN, DdlKind::kRenameColumn},
    {PGS_DDL_CREATE_INDEX, DdlKind::kCreateIndex},
    {PGS_DDL_DROP_INDEX, DdlKind::kDropIndex},
    {PGS_DDL_TABLE_COMMENT, DdlKind::kTableComment},
    {PGS_DDL_COLUMN_COMMENT, DdlKind::kColumnComment},
    {PGS_DDL_GRANT, DdlKind::kGrant},
    {PGS_DDL_OTHER, DdlKind::kOther},
};

DdlKind to_kind(PgsDdlKind kind) {
  return std::find_if(std::begin(kKinds), std::end(kKinds),
                      [kind](const auto& known) { return known.first == kind; })
      ->second;
}

// A constraint that is not here is one of those that only the shards have.
bool has_constraint(Oid relation, const std::string& name) {
  return !pg::query(Sql("SELECT FROM pg_catalog.pg_constraint"
                        " WHERE conrelid OPERATOR(pg_catalog.=) $1::pg_catalog.oid"
                        "   AND conname OPERATOR(pg_catalog.=) $2::pg_catalog.name"),
                    {pg::from_oid(relation), name})
              .empty();
}

DdlPart to_part(const PgsDdlPart& part, Oid relation) {
  switch (part.kind) {
    case PGS_PART_COLUMN: return DdlPart::kColumn;
    case PGS_PART_KEY: return DdlPart::kKey;
    case PGS_PART_STORAGE: return DdlPart::kStorage;
    case PGS_PART_NUMBERS: return DdlPart::kNumbers;
    case PGS_PART_CONSTRAINT:
      return has_constraint(relation, part.constraint) ? DdlPart::kColumn : DdlPart::kKey;
    case PGS_PART_OTHER: break;
  }
  return DdlPart::kOther;
}

}  // namespace

DdlStatement read_ddl(const std::string& ddl, Oid relation) {
  PgsDdl found{};
  pg::call(pgs_read_ddl, ddl.c_str(), &found);
  DdlStatement statement{found.statements, to_kind(found.kind), found.concurrent, found.unique, {}};
  if (statement.statements != 1 || statement.kind == DdlKind::kOther) return statement;
  if (found.relation != relation) {
    const std::string name = pg::call(pgs_relation_name, relation);
    throw Failure(Problem::kInvalidParameter, "the statement is not about table \"" + name + "\"",
                  {}, "It must name this one table, without ONLY.");
  }
  for (int i = 0; i < found.parts; i++) {
    statement.parts.push_back(to_part(found.part[i], relation));
  }
  return statement;
}

std::vector<HoldingShard> holding_shards(Oid relation) {
  std::vector<HoldingShard> shards;
  for (const auto& row : pg::query(Sql("SELECT s.name, s.number, p.leaf FROM pgscale.placement p"
                                       "  JOIN pgscale.shard s ON s.name = p.shard"
                                       " WHERE p.relation = $1::oid ORDER BY s.number, p.leaf"),
                                   {pg::from_oid(relation)})) {
    if (shards.empty() || shards.back().name != *row[0]) {
      shards.push_back({*row[0], static_cast<int>(pg::to_int(row[1])), {}});
    }
    shards.back().leaves.push_back(*row[2]);
  }
  return shards;
}

Sql keys_query() {
  return Sql(
      "SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('name', k.name, k.kind,"
      "                                     k.definition) ORDER BY k.name), '[]')"
      "  FROM (SELECT 'constraint' AS kind, c.conname AS name,"
      "               pg_catalog.pg_get_constraintdef(c.oid) AS definition"
      "          FROM pg_catalog.pg_constraint c"
      "         WHERE c.conrelid = $1::pg_catalog.regclass AND c.contype IN ('p', 'u')"
      "        UNION ALL"
      "        SELECT 'index', i.relname, pg_catalog.substr(d.definition,"
      "               pg_catalog.strpos(d.definition, ' USING ') + 1)"
      "          FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid,"
      "               pg_catalog.pg_get_indexdef(x.indexrelid) AS d (definition)"
      "         WHERE x.indrelid = $1::pg_catalog.regclass AND x.indisunique AND x.indisvalid"
      "           AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint c"
      "                            WHERE c.conindid = x.indexrelid"
      "                              AND c.conrelid = x.indrelid)) k");
}

void register_keys(Oid relation, const std::string& keys) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("UPDATE pgscale.sharded_table SET unique_keys = $2::jsonb"
                  " WHERE relation = $1::oid"),
              {pg::from_oid(relation), keys});
}

std::vector<std::string> remote_users(const std::string& shard, Oid owner) {
  std::vector<std::string> users;
  for (const auto& row :
       pg::query(Sql("SELECT DISTINCT u.remote_user FROM pgscale.shard_user u"
                     " WHERE u.shard = $1 AND NOT EXISTS"
                     "       (SELECT FROM pgscale.shard_user o"
                     "          JOIN pg_catalog.pg_roles r ON r.rolname = o.local_role"
                     "         WHERE o.shard = u.shard AND o.remote_user = u.remote_user"
                     "           AND r.oid = $2::oid)"
                     " ORDER BY 1"),
                 {shard, pg::from_oid(owner)})) {
    users.push_back(*row[0]);
  }
  return users;
}

std::optional<std::string> local_role_of(const std::string& shard, const std::string& remote_user) {
  const auto rows = pg::query(Sql("SELECT u.local_role FROM pgscale.shard_user u"
                                  "  JOIN pg_catalog.pg_roles r ON r.rolname = u.local_role"
                                  " WHERE u.shard = $1 AND u.remote_user = $2"
                                  " ORDER BY 1 LIMIT 1"),
                              {shard, remote_user});
  if (rows.empty()) return std::nullopt;
  return *rows.front()[0];
}

}  // namespace pgscale::catalog
