#include "catalog/subpolicies.h"

#include "catalog/policy_rows.h"
#include "catalog/template_tables.h"
#include "pg/query.h"
#include "pg/session.h"

namespace pgscale::catalog {
namespace {

using pg::Rows;

Method to_method(const std::string& word) {
  if (word == "range") return Method::kRange;
  return word == "list" ? Method::kList : Method::kHash;
}

// What stands below the set is found anew by settle_tree(), where it is.
void forget_lost(Oid root) {
  const Rows rows = pg::query(Sql("SELECT s.parent::oid FROM pgscale.set_state s"
                                  " WHERE s.root = $1::oid AND NOT EXISTS ("
                                  "       SELECT FROM pg_catalog.pg_partition_ancestors(s.parent) a"
                                  "        WHERE a.relid = s.root)"),
                              {pg::from_oid(root)});
  for (Oid lost : pg::to_oids(rows)) delete_policy(lost);
}

// A hold on the root holds what is found below it, too: after a restore both begin anew.
void take_up(Oid root, const SubPolicy& subpolicy) {
  pg::execute(
      Sql("INSERT INTO pgscale.set_state (parent, root, level, filled, cluster, hold_until)"
          " SELECT k.partrelid, $1::oid, $2::int, NOT $5::bool, r.cluster, r.hold_until"
          "  FROM pgscale.set_state r"
          "  JOIN pgscale.set_state above ON above.level = $2::int - 1"
          "   AND coalesce(above.root, above.parent) = $1::oid"
          "  JOIN pg_catalog.pg_inherits i ON i.inhparent = above.parent AND NOT i.inhdetachpending"
          "  JOIN pg_catalog.pg_partitioned_table k ON k.partrelid = i.inhrelid"
          "   AND k.partstrat = left($3, 1)::\"char\" AND k.partnatts = 1"
          "  JOIN pg_catalog.pg_attribute a ON a.attrelid = i.inhrelid"
          "   AND a.attnum = k.partattrs[0] AND a.attname = $4"
          " WHERE r.parent = $1::oid"
          "   AND NOT EXISTS (SELECT FROM pgscale.policy p WHERE p.parent = i.inhrelid)"
          " ON CONFLICT (parent) DO NOTHING"),
      {pg::from_oid(root), pg::from_int(subpolicy.level), text(subpolicy.method), subpolicy.control,
       subpolicy.fills ? "t" : "f"});
}

}  // namespace

std::optional<Place> place_below(Oid parent) {
  const auto acting = pg::Acting::as_extension();
  const Rows rows =
      pg::query_often(Sql("SELECT root::oid, level FROM pgscale.managed_set"
                          " WHERE parent = $1::oid AND level > 0"
                          "   AND EXISTS (SELECT FROM pg_catalog.pg_partition_ancestors(parent) a"
                          "                WHERE a.relid = root)"),
                      {pg::from_oid(parent)});
  if (rows.empty()) return std::nullopt;
  return Place{pg::to_oid(rows.front()[0]), static_cast<int>(pg::to_int(rows.front()[1]))};
}

std::vector<SubPolicy> load_subpolicies(const Place& place) {
  const auto acting = pg::Acting::as_extension();
  Sql sql("SELECT ");
  sql << policy_fields()
      << ", level, method, control, fills FROM pgscale.subpolicy"
         " WHERE parent = $1::oid AND level > $2::int ORDER BY level";
  std::vector<SubPolicy> subpolicies;
  for (const auto& row :
       pg::query_often(sql, {pg::from_oid(place.root), pg::from_int(place.level)})) {
    const auto own = row.end() - 4;
    subpolicies.push_back({static_cast<int>(pg::to_int(own[0])), to_method(*own[1]), *own[2],
                           pg::to_bool(own[3]), to_policy_row(row)});
  }
  return subpolicies;
}

SubLevel interpret(const SubPolicy& subpolicy, const ParentFacts& facts) {
  const ParentFacts below = partitioned_by(facts, subpolicy.method, subpolicy.control);
  SubLevel level{interpret(subpolicy.row, below), subpolicy.method, subpolicy.control,
                 axis_of(subpolicy.row, below)};
  level.policy.fill_from_origin = subpolicy.fills;
  return level;
}

std::vector<SubLevel> load_levels_below(const ParentFacts& facts, const Policy& policy) {
  const Oid parent = facts.parent.oid;
  Options wished = policy.storage_parameters;
  IndexTemplate index_template = policy.index_template;
  std::vector<SubLevel> levels;
  for (const SubPolicy& subpolicy :
       load_subpolicies(place_below(parent).value_or(Place{parent, 0}))) {
    Policy& level = levels.emplace_back(interpret(subpolicy, facts)).policy;
    if (level.storage_parameters.empty()) level.storage_parameters = wished;
    wished = level.storage_parameters;
    const Oid own = level.index_template.table;
    if (own != 0) index_template = load_index_template(own, facts);
    level.index_template = index_template;
  }
  return levels;
}

void insert_subpolicy(Oid root, const SubPolicy& subpolicy) {
  const auto acting = pg::Acting::as_extension();
  Sql sql("INSERT INTO pgscale.subpolicy (parent, ");
  sql << policy_columns() << ", level, method, control, fills) VALUES ($1::oid, " << policy_values()
      << ", " << subpolicy.level << ", " << Literal{text(subpolicy.method)} << ", "
      << Literal{subpolicy.control} << ", " << Literal{subpolicy.fills ? "t" : "f"} << ")";
  pg::execute(sql, policy_parameters(root, subpolicy.row));
}

void update_subpolicy(Oid root, const SubPolicy& subpolicy) {
  const auto acting = pg::Acting::as_extension();
  Sql sql("UPDATE pgscale.subpolicy SET (");
  sql << policy_columns() << ", fills) = ROW (" << policy_values() << ", "
      << Literal{subpolicy.fills ? "t" : "f"}
      << "::bool) WHERE parent = $1::oid AND level = " << subpolicy.level;
  pg::execute(sql, policy_parameters(root, subpolicy.row));
}

void delete_subpolicies(Oid root, int level) {
  const auto acting = pg::Acting::as_extension();
  for (Oid set : pg::to_oids(pg::query(Sql("SELECT parent::oid FROM pgscale.set_state"
                                           " WHERE root = $1::oid AND level >= $2::int"),
                                       {pg::from_oid(root), pg::from_int(level)}))) {
    delete_policy(set);
  }
  pg::execute(Sql("DELETE FROM pgscale.subpolicy WHERE parent = $1::oid AND level >= $2::int"),
              {pg::from_oid(root), pg::from_int(level)});
}

std::vector<Oid> sets_below(Oid above) {
  const auto acting = pg::Acting::as_extension();
  return pg::to_oids(pg::query_often(
      Sql("WITH place AS (SELECT coalesce(s.root, s.parent) AS root, s.level"
          "                 FROM pgscale.set_state s WHERE s.parent = $1::oid)"
          "SELECT s.parent::oid FROM place"
          "  JOIN pgscale.set_state s ON s.root = place.root AND s.level > place.level"
          "  JOIN pg_catalog.pg_class c ON c.oid = s.parent"
          " WHERE EXISTS (SELECT FROM pg_catalog.pg_partition_ancestors(s.parent) a"
          "                WHERE a.relid = $1::oid)"
          " ORDER BY s.level, c.relnamespace::regnamespace::text, c.relname"),
      {pg::from_oid(above)}));
}

void settle_tree(Oid root) {
  const auto acting = pg::Acting::as_extension();
  forget_lost(root);
  for (const SubPolicy& subpolicy : load_subpolicies({root, 0})) take_up(root, subpolicy);
}

void forget_lost_set(Oid parent) {
  const auto acting = pg::Acting::as_extension();
  const bool was_below = !pg::query(Sql("SELECT FROM pgscale.set_state"
                                        " WHERE parent = $1::oid AND root IS NOT NULL"),
                                    {pg::from_oid(parent)})
                              .empty();
  if (was_below) delete_policy(parent);
}

void make_level_due(Oid root, int level) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("UPDATE pgscale.set_state SET visited_at = NULL"
                  " WHERE root = $1::oid AND level = $2::int"),
              {pg::from_oid(root), pg::from_int(level)});
}

void cancel_actions_of_level(Oid root, int level) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("UPDATE pgscale.retirement SET action = 'detach'"
                  " WHERE parent IN (SELECT s.parent FROM pgscale.set_state s"
                  "       WHERE s.root = $1::oid AND s.level = $2::int)"),
              {pg::from_oid(root), pg::from_int(level)});
}

}  // namespace pgscale::catalog
