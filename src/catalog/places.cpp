#include "catalog/places.h"

#include <algorithm>
#include <utility>

#include "catalog/keys.h"
#include "core/row_condition.h"
#include "core/tree.h"
#include "pg/index_reads.h"
#include "pg/query.h"
#include "pg/session.h"

namespace pgscale::catalog {
namespace {

using pg::Rows;

// The rows that are to be moved, seen from one level below.
class RowsOfLevel {
 public:
  RowsOfLevel(const ManagedSet& managed, const Drain& drain,
              std::vector<SubLevel>::const_iterator level)
      : facts_(partitioned_by(managed.facts, level->method, level->control)),
        set_{level->policy,
             Inventory(facts_.parent),
             level->axis,
             {level + 1, managed.set.below.end()}},
        column_(key_expression(facts_.parent)),
        from_(Sql(" FROM ONLY ")) {
    from_ << default_partition(managed.set.inventory)->name << " WHERE ("
          << row_condition(managed.facts.parent, drain.whole, managed.set.axis) << ")";
  }

  [[nodiscard]] bool all_have_place(Micros now) const {
    Sql sql("SELECT");
    sql << from_ << " AND (" << has_place(now) << ") IS NOT TRUE LIMIT 1";
    return pg::query(sql).empty();
  }

  // How many partitions of the level can be made, each with all that is below it.
  [[nodiscard]] std::size_t most_partitions(std::size_t most_tables, Micros now) const {
    return most_tables / tables_in_tree(set_, now, most_tables);
  }

  // Range levels: into more partitions than that. False where they lie too far apart to be counted.
  [[nodiscard]] bool need_more_than(std::size_t most, Micros now) const {
    const auto first = outermost(Sql(" ASC"));
    const auto last = outermost(Sql(" DESC"));
    if (!first || !last) return false;
    const auto bounds = bounds_between(set_, *first, *last, now);
    if (!bounds || bounds->size() < most) return false;
    std::vector<std::string> keys;
    for (const End& bound : *bounds) keys.push_back(set_.axis->columns(bound).front().value);
    Sql sql("SELECT count(DISTINCT pg_catalog.width_bucket(");
    const std::string list = pg::array_literal(keys);
    sql << column_ << ", " << Literal{list} << "::" << Definition{facts_.key.front().type_name}
        << "[]))" << from_;
    return pg::to_int(pg::query(sql).front()[0]) > static_cast<std::int64_t>(most);
  }

 private:
  // The condition on a row that there is, or will be, a partition for it.
  [[nodiscard]] Sql has_place(Micros now) const {
    if (set_.axis) return finite_from(facts_, *set_.axis, kept_from(set_, now));
    ListValues values;
    for (const ListGroup& group : set_.policy.lists) {
      values.values.insert(values.values.end(), group.values.begin(), group.values.end());
    }
    if (values.values.empty()) return Sql("false");
    return row_condition(facts_.parent, values, std::nullopt);
  }

  [[nodiscard]] std::optional<Point> outermost(const Sql& order) const {
    Sql sql("SELECT ");
    sql << column_ << from_ << " AND " << column_ << " IS NOT NULL ORDER BY " << column_ << order
        << " LIMIT 1";
    const Rows rows = pg::query(sql);
    return rows.empty() ? std::nullopt : position_of_key(facts_, *set_.axis, *rows.front()[0]);
  }

  ParentFacts facts_;
  PartitionSet set_;
  Sql column_;
  Sql from_;
};

// The table as a set, by the policy of its level; empty where it is partitioned otherwise.
std::optional<PartitionSet> set_of_level(const ManagedSet& managed, const ParentFacts& facts,
                                         int level) {
  const auto policy = managed.set.below.begin() + level;
  if (facts.parent.method != policy->method) return std::nullopt;
  if (facts.parent.key_columns != std::vector<std::string>{policy->control}) return std::nullopt;
  PartitionSet set{
      policy->policy, Inventory(facts.parent), policy->axis, {policy + 1, managed.set.below.end()}};
  set.inventory.partitions = load_partitions(facts.parent.oid, policy->axis);
  return set;
}

// The newest of its partitions with rows here.
std::optional<Point> reached_by_rows(const PartitionSet& set) {
  std::vector<std::pair<Point, const Partition*>> partitions;
  for (const Partition& partition : set.inventory.partitions) {
    const auto* range = std::get_if<Range>(&partition.bound);
    const bool is_here = partition.kind != TableKind::kForeign && !partition.detach_pending;
    if (range == nullptr || range->lower.kind != End::Kind::kValue || !is_here) continue;
    partitions.emplace_back(range->lower.value, &partition);
  }
  std::sort(partitions.rbegin(), partitions.rend());
  for (const auto& [lower, partition] : partitions) {
    Sql sql("SELECT FROM ");
    if (!pg::query(sql << partition->name << " LIMIT 1").empty()) return lower;
  }
  return std::nullopt;
}

void add_places_ahead(std::vector<Step>& steps, const ManagedSet& managed, Oid table, int level,
                      Micros now) {
  const auto& axis = managed.set.below[static_cast<std::size_t>(level)].axis;
  if (!axis || is_time(axis->kind())) return;
  const ParentFacts facts = read_parent(table);
  auto set = set_of_level(managed, facts, level);
  // A default partition takes the next keys, and may hold rows that belong in what would be made.
  if (!set || default_partition(set->inventory) != nullptr) return;
  set->inventory.reached = reached_by_rows(*set);
  if (!set->inventory.reached) return;
  set->policy.fill_from_origin = false;  // what lies behind is for the next visit
  ManagedSet below{facts, managed.row, std::move(*set)};
  for (Item& item : plan_set(below, now).items) {
    auto* step = std::get_if<Step>(&item);
    if (step != nullptr && step->action == Action::kCreate) steps.push_back(std::move(*step));
  }
}

}  // namespace

std::optional<Failure> obstacle_below(const ManagedSet& managed, const Drain& drain,
                                      std::size_t most_tables, Micros now) {
  // One that grows has been looked at, and may have partitions that the policy does not know.
  if (drain.grown != nullptr) return std::nullopt;
  const auto acting = pg::Acting::as_owner(managed.facts.owner);
  const pg::IndexReads by_index;
  const std::vector<SubLevel>& levels = managed.set.below;
  for (auto level = levels.begin(); level != levels.end(); level++) {
    if (level->method == Method::kHash || level->policy.default_partition) continue;
    const int number = static_cast<int>(level - levels.begin()) + 1;
    const RowsOfLevel rows(managed, drain, level);
    if (!rows.all_have_place(now)) return no_place(managed.set, number);
    if (level->method != Method::kRange) continue;
    const std::size_t most = rows.most_partitions(most_tables, now);
    if (rows.need_more_than(most, now)) return too_many_places(managed.set, number, most);
  }
  return std::nullopt;
}

std::optional<Item> place_for(const ManagedSet& managed, Oid table, int level,
                              const std::optional<std::string>& key, Micros now) {
  if (!key || managed.set.below.size() <= static_cast<std::size_t>(level)) return std::nullopt;
  const ParentFacts facts = read_parent(table);
  const auto set = set_of_level(managed, facts, level);
  if (!set || set->inventory.parent.method != Method::kRange) return std::nullopt;
  const auto position = position_of_key(facts, *set->axis, *key);
  if (!position) return std::nullopt;
  return place_step(*set, *position, now);
}

std::vector<Step> places_ahead(const ManagedSet& managed, Oid partition, Micros now) {
  std::vector<Step> steps;
  const auto levels = static_cast<std::int64_t>(managed.set.below.size());
  if (levels == 0) return steps;
  for (const auto& row : pg::query(Sql("SELECT relid::oid, level"
                                       "  FROM pg_catalog.pg_partition_tree($1::oid::regclass)"
                                       " WHERE NOT isleaf ORDER BY level, relid"),
                                   {pg::from_oid(partition)})) {
    const std::int64_t level = pg::to_int(row[1]);
    if (level >= levels) break;
    add_places_ahead(steps, managed, pg::to_oid(row[0]), static_cast<int>(level), now);
  }
  return steps;
}

std::vector<NamedRelation> tables_below(Oid table) {
  const Rows rows =
      pg::query(Sql("SELECT c.oid, n.nspname, c.relname"
                    "  FROM pg_catalog.pg_partition_tree($1::oid::regclass) t"
                    "  JOIN pg_catalog.pg_class c ON c.oid = t.relid"
                    "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                    " WHERE t.level > 0 AND c.relkind <> 'f' ORDER BY t.level, c.oid"),
                {pg::from_oid(table)});
  std::vector<NamedRelation> tables;
  for (const auto& row : rows) {
    tables.push_back({pg::to_oid(row[0]), {Identifier(*row[1]), Identifier(*row[2])}});
  }
  return tables;
}

}  // namespace pgscale::catalog
