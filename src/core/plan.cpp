#include "core/plan.h"

#include <algorithm>
#include <set>

#include "core/naming.h"
#include "core/retirement.h"
#include "core/statements.h"
#include "core/tree.h"
#include "core/wanted.h"

namespace pgscale {
namespace {

bool is_default(const Partition& partition) {
  return std::holds_alternative<DefaultSlot>(partition.bound);
}

std::string join(const std::string& a, const std::string& b) {
  return a.empty() || b.empty() ? a + b : a + "; " + b;
}

// Locks in the words of PostgreSQL's manual, chapter "Explicit Locking".
std::string create_locks(const Inventory& inventory) {
  const Parent& parent = inventory.parent;
  std::string locks = "SHARE UPDATE EXCLUSIVE on " + readable(parent.name);
  if (const Partition* rest = default_partition(inventory)) {
    locks = join(locks, "ACCESS EXCLUSIVE on " + readable(rest->name));
  }
  for (const QualifiedName& table : parent.referenced) {
    locks = join(locks, "SHARE ROW EXCLUSIVE on " + readable(table));
  }
  return locks;
}

Step unguard_step(const Partition& rest, const std::string& reason) {
  return {Action::kUnguard,
          rest.oid,
          rest.name,
          rest.bound_text,
          reason,
          {unguard_statement(rest.name)},
          "ACCESS EXCLUSIVE on " + readable(rest.name)};
}

class Planner {
 public:
  Planner(const PartitionSet& set, Micros now) : set_(set), now_(now) {}

  Plan run() {
    append(plan_leftovers(set_, now_));
    plan_guard_left();
    plan_missing();
    plan_default();
    append(plan_departures(set_, now_, departures_.partitions));
    append(plan_unfinished(set_, now_));
    plan_refresh();
    plan_analysis();
    return std::move(plan_);
  }

 private:
  void plan_guard_left() {
    const Partition* rest = default_partition(set_.inventory);
    if (rest != nullptr && set_.inventory.guard_left) {
      plan_.items.emplace_back(unguard_step(*rest, "left by an interrupted run"));
    }
  }

  WantedPartitions wanted() const {
    switch (set_.inventory.parent.method) {
      case Method::kRange: return wanted_ranges(set_, now_);
      case Method::kList: return wanted_lists(set_);
      case Method::kHash: break;
    }
    return wanted_slots(set_);
  }

  void plan_missing() {
    WantedPartitions wanted = this->wanted();
    if (set_.axis) apply_retention(wanted.missing);
    for (const Wanted& item : wanted.missing) {
      const Sql clause = bound_clause(item.bound, set_.axis);
      const std::string name = partition_name(set_.inventory.parent.base_name, set_.policy.naming,
                                              set_.inventory.parent.method, item.bound_name);
      if (refuse_taken(Action::kCreate, name, clause.text())) continue;
      const QualifiedName partition{set_.inventory.parent.name.schema, Identifier(name)};
      Tree tree = make_tree(set_, partition, clause, now_);
      if (tree.refusal) {
        plan_.items.emplace_back(std::move(*tree.refusal));
        continue;
      }
      if (refuse_taken_below(tree.subtree, clause.text())) continue;
      const Partition* rest = default_partition(set_.inventory);
      if (rest != nullptr) plan_guard(*rest, partition, item.bound, clause.text());
      Step step = create_step(Action::kCreate, partition, clause, item.reason, std::move(tree.sql));
      step.subtree = std::move(tree.subtree);
      if (set_.inventory.sharding) put_on_shard(step);
      if (rest != nullptr) attach_beside(*rest, step);
      plan_.items.emplace_back(std::move(step));
    }
    for (Refusal& refusal : wanted.refusals) plan_.items.emplace_back(std::move(refusal));
    due_at(wanted.next_due);
    plan_.needs_polling = set_.axis && !is_time(set_.axis->kind());
    plan_.needs_measuring = set_.policy.retention_bytes.has_value();
  }

  // The partition is a foreign table here; each new one counts when the next is placed.
  void put_on_shard(Step& step) {
    if (!sharding_) sharding_ = set_.inventory.sharding;
    const Placement placement{step.partition.name.name(), step.bounds, next_shard(*sharding_),
                              std::nullopt};
    for (auto& [shard, partitions] : sharding_->shards) partitions += shard == placement.shard;
    step.sql = foreign_leaf_statements(sharding_->table, placement);
    step.first_strong = step.sql.size() - 1;  // ATTACH
    step.sets_replica_index = false;
    step.subtree.clear();
    step.remote = make_on_shard(*sharding_, placement);
  }

  // What retention would take at once is not made.
  void apply_retention(std::vector<Wanted>& missing) {
    std::vector<Range> coming;
    for (const Wanted& item : missing) coming.push_back(std::get<Range>(item.bound));
    departures_ = departures(set_, now_, coming);
    due_at(departures_.next_due);
    std::vector<Wanted> staying;
    for (std::size_t i = 0; i < missing.size(); i++) {
      if (!departures_.coming[i]) staying.push_back(std::move(missing[i]));
    }
    missing = std::move(staying);
  }

  // ATTACH comes last in the statements of a creation; it would take the same locks at once.
  void attach_beside(const Partition& rest, Step& step) const {
    const std::vector<Sql> locks = {
        lock_statement(set_.inventory.parent.name, LockMode::kShareUpdateExclusive),
        lock_statement(rest.name, LockMode::kAccessExclusive)};
    step.sql.insert(step.sql.end() - 1, locks.begin(), locks.end());
    step.sql.push_back(unguard_statement(rest.name));
  }

  // Without this, ATTACH would scan the default partition under ACCESS EXCLUSIVE.
  void plan_guard(const Partition& rest, const QualifiedName& partition, const Bound& bound,
                  const std::string& bounds) {
    const std::string reason = "so that attaching need not scan " + readable(rest.name);
    Step guard{Action::kGuard,
               0,
               partition,
               bounds,
               reason,
               {guard_statement(set_.inventory.parent, rest.name, bound, set_.axis)},
               "ACCESS EXCLUSIVE on " + readable(rest.name)};
    if (rest.kind == TableKind::kTable) {
      guard.look = look_statement(set_.inventory.parent, rest.name, bound, set_.axis);
    }
    plan_.items.emplace_back(std::move(guard));
    plan_.items.emplace_back(Step{Action::kValidate,
                                  0,
                                  partition,
                                  bounds,
                                  reason,
                                  {validate_guard_statement(rest.name)},
                                  "SHARE UPDATE EXCLUSIVE on " + readable(rest.name)});
  }

  void plan_default() {
    if (!set_.policy.default_partition || default_partition(set_.inventory) != nullptr) return;
    const std::string name = default_partition_name(set_.inventory.parent.base_name);
    if (refuse_taken(Action::kCreateDefault, name, "DEFAULT")) return;
    const QualifiedName partition{set_.inventory.parent.name.schema, Identifier(name)};
    if (auto refusal =
            refusal_of_template(set_, Action::kCreateDefault, partition, Sql("DEFAULT"))) {
      plan_.items.emplace_back(std::move(*refusal));
      return;
    }
    const Parent& parent = set_.inventory.parent;
    std::vector<Sql> sql = table_statements(parent, partition, set_.policy);
    sql.push_back(attach_statement(parent.name, partition, Sql("DEFAULT")));
    plan_.items.emplace_back(create_step(Action::kCreateDefault, partition, Sql("DEFAULT"),
                                         "default_partition = true", std::move(sql)));
  }

  // A partition that a subscription does not know gets no rows by it. What has just been made the
  // publisher may have, too, or will have soon.
  void plan_refresh() {
    const bool creates = std::any_of(plan_.items.begin(), plan_.items.end(), [](const Item& item) {
      const auto* step = std::get_if<Step>(&item);
      return step != nullptr && step->action == Action::kCreate;
    });
    for (const Subscription& subscription : set_.inventory.subscriptions) {
      const bool is_stale = subscription.unknown > 0 && set_.inventory.refresh_is_due;
      if (creates || is_stale) {
        plan_.items.emplace_back(refresh_step(set_.inventory.parent, subscription));
      }
    }
  }

  void append(RetirementPlan part) {
    for (Item& item : part.items) plan_.items.push_back(std::move(item));
    due_at(part.next_due);
  }

  void plan_analysis() {
    const auto& analysis = set_.inventory.analysis;
    // ANALYZE would pull all rows here.
    const auto& partitions = set_.inventory.partitions;
    if (set_.inventory.sharding) return;
    if (std::any_of(partitions.begin(), partitions.end(),
                    [](const Partition& partition) { return partition.remote.has_value(); })) {
      return;
    }
    if (!analysis || !is_stale(analysis->statistics, analysis->rule)) return;
    const Parent& parent = set_.inventory.parent;
    plan_.items.emplace_back(Step{Action::kAnalyze,
                                  parent.oid,
                                  parent.name,
                                  "",
                                  reason_to_analyze(analysis->statistics),
                                  {analyze_statement(parent.name, analysis->knows_only)},
                                  "SHARE UPDATE EXCLUSIVE on " + readable(parent.name)});
  }

  Step create_step(Action action, const QualifiedName& partition, const Sql& clause,
                   const std::string& reason, std::vector<Sql> sql) const {
    Step step{
        action, 0, partition, clause.text(), reason, std::move(sql), create_locks(set_.inventory)};
    step.first_strong = step.sql.size() - 1;  // ATTACH
    step.sets_replica_index = set_.inventory.parent.replica_identity == ReplicaIdentity::kIndex;
    return step;
  }

  // Two long names may be shortened to one.
  bool refuse_taken_below(const std::vector<QualifiedName>& subtree, const std::string& bounds) {
    for (const QualifiedName& table : subtree) {
      if (refuse_taken(Action::kCreate, table.name.name(), bounds)) return true;
    }
    return false;
  }

  bool refuse_taken(Action action, const std::string& name, const std::string& bounds) {
    const bool is_new = planned_names_.insert(name).second;
    if (is_new && set_.inventory.taken_names.count(name) == 0) return false;
    const QualifiedName full{set_.inventory.parent.name.schema, Identifier(name)};
    plan_.items.emplace_back(Refusal{
        action, readable(full), bounds, Problem::kDuplicateTable,
        "relation " + readable(full) + " already exists and is no partition for these bounds",
        "Rename or drop it, or give the set another name template with naming."});
    return true;
  }

  void due_at(std::optional<Micros> moment) {
    if (moment && (!plan_.next_due || *moment < *plan_.next_due)) plan_.next_due = moment;
  }

  const PartitionSet& set_;
  Micros now_;
  std::set<std::string> planned_names_;
  Departures departures_;
  std::optional<Sharding> sharding_;
  Plan plan_;
};

}  // namespace

const Partition* default_partition(const Inventory& inventory) {
  const auto found =
      std::find_if(inventory.partitions.begin(), inventory.partitions.end(), is_default);
  return found == inventory.partitions.end() ? nullptr : &*found;
}

Plan plan(const PartitionSet& set, Micros now) { return Planner(set, now).run(); }

Step refresh_step(const Parent& parent, const Subscription& subscription) {
  Step step{Action::kRefresh,
            parent.oid,
            parent.name,
            "",
            "partitions that subscription " + subscription.name + " does not know",
            {refresh_statement(subscription.name)},
            ""};
  step.object_oid = subscription.oid;
  step.role = subscription.owner;
  step.concurrently = true;
  return step;
}

std::optional<Step> removal_of_guard(const Inventory& inventory, Action failed) {
  const Partition* rest = default_partition(inventory);
  const bool is_set = failed == Action::kValidate || failed == Action::kCreate;
  if (rest == nullptr || !is_set) return std::nullopt;
  return unguard_step(*rest, "the partition it was for could not be made");
}

}  // namespace pgscale
