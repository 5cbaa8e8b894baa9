#include "catalog/policies.h"

#include "catalog/policy_rows.h"
#include "core/failure.h"
#include "pg/query.h"
#include "pg/server.h"
#include "pg/session.h"

namespace pgscale::catalog {
namespace {

using pg::Rows;

}  // namespace

std::vector<Oid> own_sets() {
  const Oid user = pg::current_user();
  const auto acting = pg::Acting::as_extension();
  return pg::to_oids(pg::query(Sql("SELECT p.parent::oid FROM pgscale.policy p"
                                   "  JOIN pg_catalog.pg_class c ON c.oid = p.parent"
                                   " WHERE pg_catalog.pg_has_role($1::oid, c.relowner, 'USAGE')"
                                   " ORDER BY c.relnamespace::regnamespace::text, c.relname"),
                               {pg::from_oid(user)}));
}

bool may_see(Oid parent) {
  return !pg::query_often(Sql("SELECT FROM pg_catalog.pg_class c"
                              " WHERE c.oid = $1::oid"
                              "   AND (pg_catalog.pg_has_role(c.relowner, 'USAGE')"
                              "        OR pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE'))"),
                          {pg::from_oid(parent)})
              .empty();
}

std::optional<PolicyRow> load_policy(Oid parent) {
  const auto acting = pg::Acting::as_extension();
  Sql sql("SELECT ");
  sql << policy_fields()
      << " FROM pgscale.managed_set WHERE parent = $1::oid"
         // a table that has left the tree keeps what it has, whatever the policy was
         "    AND (level = 0 OR EXISTS (SELECT FROM pg_catalog.pg_partition_ancestors(parent) a"
         "                               WHERE a.relid = root))";
  const Rows rows = pg::query_often(sql, {pg::from_oid(parent)});
  if (rows.empty()) return std::nullopt;
  return to_policy_row(rows.front());
}

bool is_current(Oid parent, const PolicyRow& row) {
  const auto now = load_policy(parent);
  return now && policy_parameters(parent, *now) == policy_parameters(parent, row);
}

PolicyRow require_policy(const ParentFacts& facts) {
  if (auto row = load_policy(facts.parent.oid)) return *row;
  throw Failure(Problem::kUndefinedObject,
                "table \"" + facts.parent.name.name.name() + "\" is not managed by pgscale", {},
                "Use pgscale.create_parent() to manage it.");
}

bool insert_policy(Oid parent, const PolicyRow& row) {
  const auto acting = pg::Acting::as_extension();
  Sql sql("INSERT INTO pgscale.policy (parent, ");
  sql << policy_columns() << ") VALUES ($1::oid, " << policy_values()
      << ") ON CONFLICT (parent) DO NOTHING";
  return pg::execute(sql, policy_parameters(parent, row)) > 0;
}

void update_policy(Oid parent, const PolicyRow& row) {
  const auto acting = pg::Acting::as_extension();
  Sql sql("UPDATE pgscale.policy SET (");
  sql << policy_columns() << ") = ROW (" << policy_values() << ") WHERE parent = $1::oid";
  pg::execute(sql, policy_parameters(parent, row));
}

void remove_list_group(Oid parent, const std::string& group) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("UPDATE pgscale.policy SET lists = lists - $2 WHERE parent = $1::oid"),
              {pg::from_oid(parent), group});
}

void delete_policy(Oid parent) {
  const auto acting = pg::Acting::as_extension();
  Sql sets(
      " IN (SELECT $1::oid UNION ALL SELECT parent FROM pgscale.set_state WHERE root = $1::oid)");
  for (Sql sql :
       {Sql("DELETE FROM pgscale.policy WHERE parent"),
        Sql("DELETE FROM pgscale.subpolicy WHERE parent"),
        Sql("DELETE FROM pgscale.analyzed WHERE parent"),
        Sql("DELETE FROM pgscale.drift_watch WHERE parent"),
        Sql("DELETE FROM pgscale.change WHERE parent"),
        Sql("DELETE FROM pgscale.milestone WHERE parent"),
        Sql("DELETE FROM pgscale.hook_call WHERE parent"),
        Sql("DELETE FROM pgscale.growing WHERE parent"),
        Sql("DELETE FROM pgscale.cold_copy WHERE parent"),
        Sql("DELETE FROM pgscale.retirement WHERE parent"),
        Sql("DELETE FROM pgscale.set_state WHERE parent")}) {  // the last, as it tells the sets
    pg::execute(sql << sets, {pg::from_oid(parent)});
  }
}

}  // namespace pgscale::catalog
