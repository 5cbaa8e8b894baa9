#include "catalog/inventory.h"

#include <algorithm>

#include "catalog/bounds.h"
#include "catalog/cold_shards.h"
#include "catalog/drain.h"
#include "catalog/hook_calls.h"
#include "catalog/milestones.h"
#include "catalog/partition_sizes.h"
#include "catalog/replication_sets.h"
#include "catalog/sharded_tables.h"
#include "catalog/state.h"
#include "catalog/subpolicies.h"
#include "catalog/table_trees.h"
#include "catalog/template_tables.h"
#include "core/export_file.h"
#include "core/growth.h"
#include "core/schedule.h"
#include "core/statements.h"
#include "pg/query.h"
#include "pg/server.h"
#include "pg/session.h"
#include "shim/partitions.h"

namespace pgscale::catalog {
namespace {

using pg::Rows;

TableKind to_table_kind(const std::string& relkind) {
  if (relkind == "p") return TableKind::kPartitioned;
  return relkind == "f" ? TableKind::kForeign : TableKind::kTable;
}

// Only tables that exist: a row whose table is gone has nothing left to do.
std::vector<RetiredTable> load_retired(const ParentFacts& facts, const std::optional<Axis>& axis) {
  const auto acting = pg::Acting::as_extension();
  const Rows rows = pg::query_often(
      Sql("SELECT c.oid, n.nspname, c.relname, c.relkind, r.action, c.relispartition, r.bounds, ")
          << micros_of("r.detached_at")
          << ", EXISTS (SELECT FROM pg_catalog.pg_constraint s"
             "                WHERE s.conrelid = c.oid AND s.conname = $2),"
             "       r.done_at IS NOT NULL"
             "  FROM pgscale.retirement r"
             "  JOIN pg_catalog.pg_class c ON c.oid = r.partition"
             "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
             " WHERE r.parent = $1::oid ORDER BY r.requested_at, c.oid",
      {pg::from_oid(facts.parent.oid), kSealName});
  std::vector<RetiredTable> retired;
  for (const auto& row : rows) {
    retired.push_back({pg::to_oid(row[0]),
                       {Identifier(*row[1]), Identifier(*row[2])},
                       to_table_kind(*row[3]),
                       read_retire(*row[4]).value(),
                       pg::to_bool(row[5]),
                       *row[6],
                       read_range(*row[6], facts, axis),
                       pg::to_integer(row[7]),
                       {},
                       pg::to_bool(row[8])});
    // Without the seal there may be rows by now that the file does not have.
    const bool is_valid = retired.back().action != Retire::kExport || retired.back().sealed;
    retired.back().done = pg::to_bool(row[9]) && is_valid;
    if (retired.back().kind == TableKind::kForeign)
      retired.back().remote = remote_table(retired.back().oid);
  }
  return retired;
}

// Looks from the newest partition down. Rows that cannot be looked at, behind somebody's strong
// lock say, do not count: were they only supposed, retention would take what is still wanted.
std::optional<Point> newest_with_rows(std::vector<Partition> partitions) {
  partitions.erase(std::remove_if(partitions.begin(), partitions.end(),
                                  [](const Partition& partition) {
                                    return !std::holds_alternative<Range>(partition.bound) ||
                                           partition.detach_pending;
                                  }),
                   partitions.end());
  std::sort(partitions.begin(), partitions.end(), [](const Partition& a, const Partition& b) {
    return std::get<Range>(b.bound).lower < std::get<Range>(a.bound).lower;
  });
  for (const Partition& partition : partitions) {
    const Range& range = std::get<Range>(partition.bound);
    const bool has_value = range.lower.kind == End::Kind::kValue;
    if (!has_value && range.upper.kind != End::Kind::kValue) continue;
    if (pg::call(pgs_has_rows, partition.oid) != PGS_ROWS_SOME) continue;
    return has_value ? range.lower.value : range.upper.value - 1;  // one without a lower bound
  }
  return std::nullopt;
}

bool has_guard(const Partition& rest) {
  return !pg::query_often(Sql("SELECT FROM pg_catalog.pg_constraint"
                              " WHERE conrelid = $1::oid AND conname = $2"),
                          {pg::from_oid(rest.oid), kGuardName})
              .empty();
}

}  // namespace

std::vector<Partition> load_partitions(Oid parent, const std::optional<Axis>& axis) {
  const Rows rows = pg::query_often(
      Sql("SELECT c.oid, n.nspname, c.relname, c.relkind, i.inhdetachpending,"
          "       pg_catalog.pg_get_expr(c.relpartbound, 0)"  // 0: takes no lock
          "  FROM pg_catalog.pg_inherits i"
          "  JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid"
          "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
          " WHERE i.inhparent = $1::oid AND c.relpartbound IS NOT NULL ORDER BY c.oid"),
      {pg::from_oid(parent)});
  std::vector<Partition> partitions;
  for (const auto& row : rows) {
    const Oid oid = pg::to_oid(row[0]);
    const PgsBound* bound = pg::call(pgs_partition_bound, oid);
    if (bound == nullptr) continue;  // gone since the query above
    partitions.push_back({oid,
                          {Identifier(*row[1]), Identifier(*row[2])},
                          to_table_kind(*row[3]),
                          to_bound(*bound, axis),
                          *row[5],
                          pg::to_bool(row[4])});
  }
  return partitions;
}

ManagedSet load_set(const ParentFacts& facts, const PolicyRow& row, const Policy& policy) {
  Policy wanted = policy;
  wanted.index_template = load_index_template(row.index_template, facts);
  ManagedSet managed{
      facts,
      row,
      {wanted, Inventory(facts.parent), axis_of(row, facts), load_levels_below(facts, wanted)}};
  Inventory& inventory = managed.set.inventory;
  const SetState state = load_state(facts.parent.oid);
  managed.set.policy.fill_from_origin = !state.filled;
  inventory.hold_until = state.hold_until;
  inventory.partitions = load_partitions(facts.parent.oid, managed.set.axis);
  load_moves(inventory);
  inventory.retired = load_retired(facts, managed.set.axis);
  inventory.calls = load_calls(facts.parent.oid);
  rank_ends(inventory, facts);
  load_growth(facts, managed.set);
  load_publications(inventory);
  inventory.sharding = load_sharding(facts.parent.oid);
  if (policy.retention_bytes) load_sizes(facts.parent.oid, inventory.partitions);
  const bool over_numbers = managed.set.axis && !is_time(managed.set.axis->kind());
  if (over_numbers || policy.retention_count || policy.retention_bytes) {
    inventory.reached = newest_with_rows(inventory.partitions);
    if (over_numbers && inventory.reached) {
      inventory.growth = usual_growth(load_milestones(facts.parent.oid, managed.set.axis->kind()),
                                      {pg::policy_now(), *inventory.reached});
    }
  }
  const Partition* rest = default_partition(inventory);
  inventory.guard_left = rest != nullptr && has_guard(*rest);
  return managed;
}

ManagedSet load_set(Oid parent) {
  const ParentFacts facts = read_parent(parent);
  const PolicyRow row = require_policy(facts);
  return load_set(facts, row, interpret(row, facts));
}

Plan plan_set(ManagedSet& managed, Micros now) {
  Plan first = plan(managed.set, now);
  std::vector<std::string> names;
  Inventory& inventory = managed.set.inventory;
  for (const Item& item : first.items) {
    const auto* step = std::get_if<Step>(&item);
    if (step == nullptr) continue;
    if (step->action == Action::kCreate || step->action == Action::kCreateDefault) {
      names.push_back(step->partition.name.name());
      for (const QualifiedName& table : step->subtree) names.push_back(table.name.name());
    }
    if (step->action == Action::kArchive || step->action == Action::kExport) {
      inventory.trees.emplace(step->partition_oid, load_tree(step->partition_oid));
    }
    if (step->action == Action::kCopy || step->action == Action::kSwap) {
      inventory.shapes.emplace(step->partition_oid, shape_to_move(step->partition_oid));
    }
  }
  if (!names.empty()) inventory.taken_names = taken_names(managed.facts.parent.name.schema, names);
  if (inventory.taken_names.empty() && inventory.trees.empty() && inventory.shapes.empty())
    return first;
  return plan(managed.set, now);
}

std::vector<Range> load_ranges(Oid parent, const Axis& axis) {
  std::vector<Range> ranges;
  for (const auto& row : pg::query_often(Sql("SELECT inhrelid FROM pg_catalog.pg_inherits"
                                             " WHERE inhparent = $1::oid AND NOT inhdetachpending"),
                                         {pg::from_oid(parent)})) {
    const PgsBound* bound = pg::call(pgs_partition_bound, pg::to_oid(row[0]));
    if (bound == nullptr || bound->is_default) continue;  // nullptr: gone since the query above
    ranges.push_back(std::get<Range>(to_bound(*bound, axis)));
  }
  return ranges;
}

std::set<std::string> taken_names(const Identifier& schema, const std::vector<std::string>& names) {
  const Rows rows = pg::query(
      Sql("SELECT relname FROM pg_catalog.pg_class"
          " WHERE relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = $1)"
          "   AND relname = ANY ($2::name[])"
          " UNION "
          "SELECT typname FROM pg_catalog.pg_type"
          " WHERE typnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = $1)"
          "   AND typname = ANY ($2::name[])"),
      {schema.name(), pg::array_literal(names)});
  std::set<std::string> taken;
  for (const auto& row : rows) taken.insert(*row[0]);
  return taken;
}

std::optional<Oid> parent_of(Oid partition) {
  const Rows rows = pg::query(Sql("SELECT inhparent FROM pg_catalog.pg_inherits i"
                                  "  JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid"
                                  " WHERE i.inhrelid = $1::oid AND c.relispartition"),
                              {pg::from_oid(partition)});
  if (rows.empty()) return std::nullopt;
  return pg::to_oid(rows.front()[0]);
}

int relations_of_partition(Oid parent) {
  const auto acting = pg::Acting::as_extension();
  const Rows rows =
      pg::query(Sql("SELECT count(*) FROM pg_catalog.pg_index WHERE indrelid IN ("
                    "       SELECT $1::oid"
                    " UNION SELECT p.template::oid FROM pgscale.policy p WHERE p.parent = $1::oid"
                    " UNION SELECT s.template::oid FROM pgscale.subpolicy s"
                    "        WHERE s.parent = $1::oid)"),
                {pg::from_oid(parent)});
  constexpr int kTableAndToast = 3;  // the TOAST table has an index
  return kTableAndToast + static_cast<int>(pg::to_int(rows.front()[0]));
}

std::size_t most_tables_in_a_tree(Oid parent) {
  return tables_in_one_tree(pg::lock_slots(), relations_of_partition(parent));
}

bool is_small(Oid table) {
  constexpr std::int64_t kQuicklyScanned = 8 * 1024 * 1024;
  const Rows rows = pg::query(Sql("SELECT coalesce(sum(pg_relation_size(relid)), 0)"
                                  "  FROM pg_catalog.pg_partition_tree($1::oid::regclass)"),
                              {pg::from_oid(table)});
  return pg::to_int(rows.front()[0]) < kQuicklyScanned;
}

bool is_named(Oid relation, const QualifiedName& name) {
  return !pg::query_latest(Sql("SELECT FROM pg_catalog.pg_class c"
                               "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                               " WHERE c.oid = $1::oid AND n.nspname = $2 AND c.relname = $3"),
                           {pg::from_oid(relation), name.schema.name(), name.name.name()})
              .empty();
}

bool is_detach_pending(Oid partition) {
  return !pg::query_latest(Sql("SELECT FROM pg_catalog.pg_inherits"
                               " WHERE inhrelid = $1::oid AND inhdetachpending"),
                           {pg::from_oid(partition)})
              .empty();
}

std::optional<std::string> replica_index_of(const Parent& parent, const QualifiedName& partition) {
  const Rows rows =
      pg::query(Sql("WITH RECURSIVE index AS ("
                    "    SELECT indexrelid AS oid FROM pg_catalog.pg_index"
                    "     WHERE indrelid = $1::oid AND indisreplident"
                    "    UNION ALL"
                    "    SELECT h.inhrelid FROM index JOIN pg_catalog.pg_inherits h"
                    "        ON h.inhparent = index.oid)"
                    "SELECT c.relname FROM index JOIN pg_catalog.pg_index i"
                    "    ON i.indexrelid = index.oid"
                    "   AND i.indrelid = format('%I.%I', $2, $3)::regclass"
                    "  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid"),
                {pg::from_oid(parent.oid), partition.schema.name(), partition.name.name()});
  if (rows.empty()) return std::nullopt;
  return rows.front()[0];
}

std::optional<std::int64_t> estimated_rows(Oid table) {
  const Rows rows = pg::query(
      // not pg_partition_tree(), which locks what it finds
      Sql("WITH RECURSIVE tree AS ("
          "    SELECT $1::oid AS oid"
          "    UNION"
          "    SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN tree ON i.inhparent = tree.oid)"
          "SELECT (sum(c.reltuples) FILTER (WHERE c.reltuples >= 0))::bigint"
          "  FROM pg_catalog.pg_class c JOIN tree USING (oid)"),
      {pg::from_oid(table)});
  if (rows.empty() || !rows.front()[0]) return std::nullopt;
  return pg::to_int(rows.front()[0]);
}

}  // namespace pgscale::catalog
