#include "core/drain.h"

#include <algorithm>
#include <set>

#include "core/grid.h"
#include "core/naming.h"
#include "core/statements.h"
#include "core/wanted.h"

namespace pgscale {
namespace {

// ATTACH checks the foreign keys of the rows that a new partition brings, under its strong lock;
// those that it gets later it does not check again.
constexpr int kFirstBesideForeignKeys = 1000;

// Rows that are copied before they are deleted: what is known of them is kept in memory.
constexpr int kMostCopied = 50'000;

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
  return {values, values, std::move(name), nullptr};
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

std::string locks_of(const Parent& parent, const Partition& rest, const Drain& drain) {
  std::string locks = "ACCESS EXCLUSIVE on " + readable(parent.name) + ", " + readable(rest.name);
  if (drain.grown != nullptr) locks += ", " + readable(drain.grown->name);
  for (const QualifiedName& table : parent.referenced) {
    locks += "; SHARE ROW EXCLUSIVE on " + readable(table);
  }
  return locks;
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
    return {piece, piece, range_name(*set.axis, *set.policy.interval, piece.lower), nullptr};
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
  const bool checks_keys = drain.grown == nullptr && !set.inventory.parent.referenced.empty();
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

Step drain_step(const PartitionSet& set, const Drain& drain, int batch) {
  const Parent& parent = set.inventory.parent;
  const Partition& rest = *default_partition(set.inventory);
  const Bound bound = bound_after(drain);
  const Sql clause = bound_clause(bound, set.axis);
  const QualifiedName partition =
      drain.grown != nullptr
          ? drain.grown->name
          : QualifiedName{parent.name.schema,
                          Identifier(partition_name(parent.base_name, set.policy.naming,
                                                    parent.method, drain.bound_name))};
  Step step{Action::kDrain,
            drain.grown != nullptr ? drain.grown->oid : 0,
            partition,
            clause.text(),
            "rows in " + readable(rest.name),
            {},
            locks_of(parent, rest, drain)};
  // Rows are moved to a table, so it is not partitioned in turn, whatever levels there are below.
  if (drain.grown == nullptr) {
    step.sql = table_statements(parent, partition, set.policy.storage_parameters);
  }
  step.first_strong = step.sql.size();
  step.sql.push_back(lock_statement(parent.name, LockMode::kAccessExclusive));
  step.sql.push_back(lock_statement(rest.name, LockMode::kAccessExclusive));
  if (drain.grown != nullptr) {
    step.sql.push_back(lock_statement(partition, LockMode::kAccessExclusive));
    step.sql.push_back(detach_statement(parent.name, partition, DetachMode::kPlain));
  }
  RowMove move{rest.oid, ctids_statement(parent, rest.name, drain.moved, set.axis),
               std::min(batch, kMostCopied)};
  move.last_lock = drain.grown != nullptr ? step.first_strong + 2 : step.first_strong + 1;
  // All of it, because once the partition is detached nothing else says that its rows are not here.
  step.sql.push_back(guard_statement(parent, rest.name, bound, set.axis));
  step.sql.push_back(holds_statement(parent, partition, bound, set.axis));
  move.proven = step.sql.size();
  step.sql.push_back(attach_statement(parent.name, partition, clause));
  step.sql.push_back(unguard_statement(rest.name));
  step.sql.push_back(unguard_statement(partition));
  if (!is_complete(drain)) move.grows_to = bound_clause(drain.whole, set.axis).text();
  step.move = std::move(move);
  step.sets_replica_index = parent.replica_identity == ReplicaIdentity::kIndex;
  return step;
}

}  // namespace pgscale
