#include "core/drain.h"

#include <algorithm>
#include <set>

#include "core/grid.h"
#include "core/naming.h"
#include "core/statements.h"
#include "core/tree.h"
#include "core/wanted.h"

namespace pgscale {
namespace {

// ATTACH checks the foreign keys of the rows that a new partition brings, under its strong lock;
// those that it gets later it does not check again.
constexpr int kFirstBesideForeignKeys = 1000;

// Rows that are copied before they are deleted: what is known of them is kept in memory.

// Bounds that rows are counted by.
constexpr std::size_t kMostBounds = 100'000;

// A table that discovers values must not end with a partition for each customer.
constexpr std::size_t kMostDiscovered = 1000;

Grid grid_of(const PartitionSet& set, Micros now) {
  const Stride& interval = *set.policy.interval;
  return {*set.axis, set.policy.origin.value_or(default_origin(*set.axis, interval, now)),
          interval};
}

bool contains(const Range& range, const End& point) {
  return !(point < range.lower) && point < range.upper;
}

bool has_value(const ListValues& list, const std::optional<std::string>& value) {
  return std::find(list.values.begin(), list.values.end(), value) != list.values.end();
}

Drain whole_at_once(ListValues values, std::string name) {
  return {values, values, std::move(name)};
}

bool has_group(const Policy& policy, const std::optional<std::string>& value) {
  return std::any_of(policy.lists.begin(), policy.lists.end(), [&](const ListGroup& group) {
    return std::find(group.values.begin(), group.values.end(), value) != group.values.end();
  });
}

// What the partition holds once the step is done: what it held, and what is moved.
Bound bound_after(const Drain& drain) {
  const auto* moved = std::get_if<Range>(&drain.moved);
  if (moved == nullptr) return drain.moved;
  return Range{std::get<Range>(drain.whole).lower, moved->upper};
}

bool is_complete(const Drain& drain) {
  const auto* whole = std::get_if<Range>(&drain.whole);
  return whole == nullptr || whole->upper == std::get<Range>(drain.moved).upper;
}

// Whether rows may need partitions below that no plan without them makes.
bool makes_places(const PartitionSet& set) {
  return std::any_of(set.below.begin(), set.below.end(), [](const SubLevel& level) {
    return level.method == Method::kRange && !level.policy.default_partition;
  });
}

QualifiedName name_of_partition(const PartitionSet& set, const std::string& bound_name) {
  const Parent& parent = set.inventory.parent;
  return {parent.name.schema, Identifier(partition_name(parent.base_name, set.policy.naming,
                                                        parent.method, bound_name))};
}

std::string locks_of(const Parent& parent, const Partition& rest, const Drain& drain) {
  std::string locks = "ACCESS EXCLUSIVE on " + readable(parent.name) + ", " + readable(rest.name);
  if (drain.grown != nullptr) locks += ", " + readable(drain.grown->name);
  for (const NamedRelation& table : drain.below) locks += ", " + readable(table.name);
  for (const QualifiedName& table : parent.referenced) {
    locks += "; SHARE ROW EXCLUSIVE on " + readable(table);
  }
  return locks;
}

// The locks, and under them the proof that no row is where it does not belong, and the bounds.
void add_exchange(const PartitionSet& set, const Drain& drain, const Bound& bound, Step& step,
                  RowMove& move) {
  const Parent& parent = set.inventory.parent;
  const QualifiedName& rest = default_partition(set.inventory)->name;
  const QualifiedName& partition = step.partition;
  step.first_strong = step.sql.size();
  step.sql.push_back(lock_statement(parent.name, LockMode::kAccessExclusive));
  step.sql.push_back(lock_statement(rest, LockMode::kAccessExclusive));
  if (drain.grown != nullptr) {
    step.sql.push_back(lock_statement(partition, LockMode::kAccessExclusive));
    for (const NamedRelation& table : drain.below) {
      step.sql.push_back(lock_statement(table.name, LockMode::kAccessExclusive));
    }
    step.others = drain.below;
  }
  move.last_lock = step.sql.size() - 1;
  if (drain.grown != nullptr) {
    step.sql.push_back(detach_statement(parent.name, partition, DetachMode::kPlain));
  }
  // All of it, because once the partition is detached nothing else says that its rows are not here.
  step.sql.push_back(guard_statement(parent, rest, bound, set.axis));
  step.sql.push_back(holds_statement(parent, partition, bound, set.axis));
  move.proven = step.sql.size();
  step.sql.push_back(attach_statement(parent.name, partition, bound_clause(bound, set.axis)));
  step.sql.push_back(unguard_statement(rest));
  step.sql.push_back(unguard_statement(partition));
}

}  // namespace

Range intended_range(const Partition& partition) {
  Range range = std::get<Range>(partition.bound);
  if (partition.grows_to) range.upper = *partition.grows_to;
  return range;
}

Drain drain_of_key(const PartitionSet& set, Point key, Micros now) {
  const Grid grid = grid_of(set, now);
  const End here = End::at(key);
  std::vector<Range> existing;
  for (const Partition& partition : set.inventory.partitions) {
    const auto* range = std::get_if<Range>(&partition.bound);
    if (range == nullptr) continue;
    const Range whole = intended_range(partition);
    if (partition.grows_to && contains(whole, here)) {
      return {whole, Range{range->upper, whole.upper}, "", &partition};
    }
    existing.push_back(whole);
  }
  const Range period{set.axis->end(grid.floor(key)), set.axis->end(grid.next_after(key))};
  for (const Range& piece : uncovered(period, existing)) {
    if (!contains(piece, here)) continue;
    return {piece, piece, range_name(*set.axis, *set.policy.interval, piece.lower)};
  }
  throw Failure(Problem::kNotSupported,
                "could not tell where rows at " + set.axis->text(key) + " belong",
                "Bounds of several key columns divide them.");
}

bool is_expired(const PartitionSet& set, const Drain& drain, Micros now) {
  const auto end = expiry(set, std::get<Range>(drain.whole).upper);
  return end && *end <= current_position(set, now);
}

std::vector<End> search_starts(const PartitionSet& set, Micros now) {
  const Grid grid = grid_of(set, now);
  return {set.axis->end(grid.floor(current_position(set, now))), End::minimum()};
}

std::vector<Drain> unfinished_drains(const PartitionSet& set) {
  std::vector<Drain> drains;
  for (const Partition& partition : set.inventory.partitions) {
    if (!partition.grows_to || partition.detach_pending) continue;
    const Range whole = intended_range(partition);
    drains.push_back(
        {whole, Range{std::get<Range>(partition.bound).upper, whole.upper}, "", &partition});
  }
  return drains;
}

std::optional<int> most_rows(const PartitionSet& set, const Drain& drain, int batch) {
  // A value is in one partition, and one that foreign keys refer to cannot be detached to grow.
  if (set.inventory.parent.method != Method::kRange || !set.inventory.parent.referring.empty()) {
    return std::nullopt;
  }
  // A partition that is made below one that grows gets the foreign keys with their locks at once.
  const bool brings_keys = drain.grown == nullptr || makes_places(set);
  const bool checks_keys = brings_keys && !set.inventory.parent.referenced.empty();
  return checks_keys ? std::min(batch, kFirstBesideForeignKeys) : batch;
}

Drain up_to(Drain drain, const End& upper) {
  auto& moved = std::get<Range>(drain.moved);
  moved.upper = std::min(moved.upper, upper);
  return drain;
}

std::vector<Drain> list_drains(const PartitionSet& set, std::vector<ValueCount> found) {
  std::vector<Drain> drains;
  for (const Wanted& wanted : wanted_lists(set).missing) {
    const auto& values = std::get<ListValues>(wanted.bound);
    const bool is_stray =
        std::any_of(found.begin(), found.end(),
                    [&values](const ValueCount& count) { return has_value(values, count.value); });
    if (is_stray) drains.push_back(whole_at_once(values, wanted.bound_name));
  }
  if (!set.policy.auto_list) return drains;
  std::stable_sort(found.begin(), found.end(),
                   [](const ValueCount& a, const ValueCount& b) { return b.rows < a.rows; });
  for (const ValueCount& count : found) {
    if (set.inventory.partitions.size() + drains.size() > kMostDiscovered) break;
    if (count.rows < set.policy.auto_list_rows || has_group(set.policy, count.value)) continue;
    drains.push_back(whole_at_once(ListValues{{count.value}}, value_name(count.value)));
  }
  return drains;
}

std::string value_name(const std::optional<std::string>& value) {
  if (!value) return "null";
  if (value->empty()) return "empty";
  const std::set<std::string> taken{"null", "empty", "default"};
  return taken.count(*value) > 0 ? "value_" + *value : *value;
}

Item drain_step(const PartitionSet& set, const Drain& drain, int batch, Micros now) {
  const Parent& parent = set.inventory.parent;
  const Partition& rest = *default_partition(set.inventory);
  const Bound bound = bound_after(drain);
  const Sql clause = bound_clause(bound, set.axis);
  const QualifiedName partition =
      drain.grown != nullptr ? drain.grown->name : name_of_partition(set, drain.bound_name);
  Step step{Action::kDrain,
            drain.grown != nullptr ? drain.grown->oid : 0,
            partition,
            clause.text(),
            "rows in " + readable(rest.name),
            {},
            locks_of(parent, rest, drain)};
  if (drain.grown == nullptr) {
    Tree tree = make_apart(set, partition, clause, now);
    if (tree.refusal) {
      tree.refusal->action = Action::kDrain;
      return *tree.refusal;
    }
    step.sql = std::move(tree.sql);
    step.subtree = std::move(tree.subtree);
  }
  RowMove move{rest.oid, ctids_statement(parent, rest.name, drain.moved, set.axis),
               std::min(batch, kMostCopied)};
  add_exchange(set, drain, bound, step, move);
  if (!is_complete(drain)) move.grows_to = bound_clause(drain.whole, set.axis).text();
  step.move = std::move(move);
  step.sets_replica_index = parent.replica_identity == ReplicaIdentity::kIndex;
  return step;
}

std::optional<Item> place_step(const PartitionSet& set, Point key, Micros now) {
  const Drain drain = drain_of_key(set, key, now);
  if (is_expired(set, drain, now)) return std::nullopt;
  const Sql clause = bound_clause(drain.whole, set.axis);
  const QualifiedName partition = name_of_partition(set, drain.bound_name);
  Tree tree = make_tree(set, partition, clause, now);
  if (tree.refusal) return *tree.refusal;
  Step step{Action::kCreate,     0, partition, clause.text(), "for rows that are moved",
            std::move(tree.sql), ""};
  step.subtree = std::move(tree.subtree);
  return step;
}

End kept_from(const PartitionSet& set, Micros now) {
  if (!set.policy.retention) return End::minimum();
  const Grid grid = grid_of(set, now);
  const Point position = current_position(set, now);
  auto is_kept = [&](Point bound) {
    const auto end = expiry(set, set.axis->end(grid.next_after(bound)));
    return !end || position < *end;
  };
  // Months differ in length, so that going back is not the inverse of going on.
  Point bound = set.axis->add(position, *set.policy.retention, -1);
  if (bound <= set.axis->first()) return End::minimum();
  bound = grid.floor(bound);
  while (!is_kept(bound)) bound = grid.next_after(bound);
  while (bound > set.axis->first() && is_kept(grid.floor(bound - 1))) bound = grid.floor(bound - 1);
  return set.axis->end(bound);
}

std::optional<std::vector<End>> bounds_between(const PartitionSet& set, Point first, Point last,
                                               Micros now) {
  const Grid grid = grid_of(set, now);
  std::vector<End> bounds;
  for (Point bound = grid.next_after(first); bound <= last; bound = grid.next_after(bound)) {
    if (bounds.size() == kMostBounds) return std::nullopt;
    bounds.push_back(set.axis->end(bound));
  }
  return bounds;
}

Failure too_many_places(const PartitionSet& set, int level, std::size_t most) {
  return {Problem::kLimitExceeded,
          "rows of " + readable(default_partition(set.inventory)->name) + " need more than " +
              std::to_string(most) + " partitions of level " + std::to_string(level),
          "Attaching their partition locks all of them, which must fit into the lock table.",
          "Give the level a default partition with pgscale.alter_subparent(), or raise "
          "max_locks_per_transaction."};
}

Failure no_place(const PartitionSet& set, int level) {
  return {Problem::kNotInPrerequisiteState,
          "rows of " + readable(default_partition(set.inventory)->name) +
              " have values of column \"" + set.below[level - 1].control +
              "\" that no partition of level " + std::to_string(level) + " takes",
          "They would have no place in their partition, so that all its rows stay.",
          "Give the level a default partition with pgscale.alter_subparent(), or change or delete "
          "these rows."};
}

Refusal refuse_drain(const PartitionSet& set, const Drain& drain, const Failure& reason) {
  const QualifiedName partition =
      drain.grown != nullptr ? drain.grown->name : name_of_partition(set, drain.bound_name);
  return {Action::kDrain,   readable(partition), bound_clause(drain.whole, set.axis).text(),
          reason.problem(), reason.what(),       reason.hint()};
}

}  // namespace pgscale
