#include "core/plan.h"

#include <algorithm>
#include <set>

#include "core/naming.h"
#include "core/statements.h"
#include "core/wanted.h"

namespace pgscale {
namespace {

bool is_default(const Partition& partition) {
  return std::holds_alternative<DefaultSlot>(partition.bound);
}

const RetiredTable* retirement_of(const Inventory& inventory, Oid oid) {
  for (const RetiredTable& table : inventory.retired) {
    if (table.oid == oid) return &table;
  }
  return nullptr;
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

std::string detach_locks(const Inventory& inventory, const QualifiedName& partition,
                         DetachMode mode) {
  const std::string parent = readable(inventory.parent.name);
  std::string locks;
  if (mode != DetachMode::kPlain) {
    locks = "SHARE UPDATE EXCLUSIVE on " + parent + "; ACCESS EXCLUSIVE on " + readable(partition);
  } else {
    locks = "ACCESS EXCLUSIVE on " + parent + ", " + readable(partition);
    if (const Partition* rest = default_partition(inventory)) locks += ", " + readable(rest->name);
  }
  // The foreign keys become the partition's own, with triggers on their targets.
  for (const QualifiedName& table : inventory.parent.referenced) {
    locks = join(locks, "SHARE ROW EXCLUSIVE on " + readable(table));
  }
  return locks;
}

Step drop_step(const Inventory& inventory, TableKind kind, Oid oid, const QualifiedName& name,
               const std::string& bounds) {
  std::string locks = "ACCESS EXCLUSIVE on " + readable(name);
  for (const QualifiedName& table : inventory.parent.referenced) locks += ", " + readable(table);
  Step step{Action::kDrop,
            oid,
            name,
            bounds,
            "retire = drop",
            drop_statements(inventory.parent, kind, name),
            locks};
  step.retire = Retire::kDrop;
  return step;
}

std::vector<Step> unpublish_steps(Oid oid, const QualifiedName& name, const std::string& bounds,
                                  const std::vector<Publication>& publications) {
  std::vector<Step> steps;
  for (const Publication& publication : publications) {
    Step step{Action::kUnpublish,
              oid,
              name,
              bounds,
              "publication " + publication.name + " names it",
              {unpublish_statement(publication.name, name)},
              "SHARE UPDATE EXCLUSIVE on " + readable(name)};
    step.role = publication.owner;
    steps.push_back(std::move(step));
  }
  return steps;
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
    plan_leftovers();
    plan_missing();
    plan_default();
    plan_expired();
    plan_refresh();
    plan_analysis();
    return std::move(plan_);
  }

 private:
  // What an earlier visit began: a pending detach makes rows vanish from the parent, so it comes
  // first.
  void plan_leftovers() {
    for (const Partition& partition : set_.inventory.partitions) {
      if (!partition.detach_pending) continue;
      const RetiredTable* retired = retirement_of(set_.inventory, partition.oid);
      Step step{
          Action::kFinalize,
          partition.oid,
          partition.name,
          partition.bound_text,
          "a concurrent detach was interrupted",
          {detach_statement(set_.inventory.parent.name, partition.name, DetachMode::kFinalize)},
          detach_locks(set_.inventory, partition.name, DetachMode::kFinalize)};
      step.retire = retired != nullptr ? retired->action : Retire::kDetach;
      plan_.items.emplace_back(step);
      if (step.retire == Retire::kDrop &&
          !hold(Action::kDrop, partition.name, partition.bound_text)) {
        plan_.items.emplace_back(drop_step(set_.inventory, partition.kind, partition.oid,
                                           partition.name, partition.bound_text));
      }
      if (step.retire == Retire::kDetach) {
        append(unpublish_steps(partition.oid, partition.name, partition.bound_text,
                               partition.publications));
      }
    }
    for (const RetiredTable& table : set_.inventory.retired) {
      if (!table.attached && table.action == Retire::kDetach) {
        append(unpublish_steps(table.oid, table.name, table.bound_text, table.publications));
      }
      if (table.attached || table.action != Retire::kDrop) continue;
      if (hold(Action::kDrop, table.name, table.bound_text)) continue;
      plan_.items.emplace_back(
          drop_step(set_.inventory, table.kind, table.oid, table.name, table.bound_text));
    }
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
    for (const Wanted& item : wanted.missing) {
      if (const auto* range = std::get_if<Range>(&item.bound)) due_at_expiry(range->upper);
      const Sql clause = bound_clause(item.bound, set_.axis);
      const std::string name = partition_name(set_.inventory.parent.base_name, set_.policy.naming,
                                              set_.inventory.parent.method, item.bound_name);
      if (refuse_taken(Action::kCreate, name, clause.text())) continue;
      const QualifiedName partition{set_.inventory.parent.name.schema, Identifier(name)};
      const Partition* rest = default_partition(set_.inventory);
      if (rest != nullptr) plan_guard(*rest, partition, item.bound, clause.text());
      Step step = create_step(Action::kCreate, partition, clause, item.reason);
      if (rest != nullptr) attach_beside(*rest, step);
      plan_.items.emplace_back(std::move(step));
    }
    for (Refusal& refusal : wanted.refusals) plan_.items.emplace_back(std::move(refusal));
    due_at(wanted.next_due);
    plan_.needs_polling = set_.axis && !is_time(set_.axis->kind());
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
    plan_.items.emplace_back(
        Step{Action::kGuard,
             0,
             partition,
             bounds,
             reason,
             {guard_statement(set_.inventory.parent, rest.name, bound, set_.axis)},
             "ACCESS EXCLUSIVE on " + readable(rest.name)});
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
    plan_.items.emplace_back(
        create_step(Action::kCreateDefault, partition, Sql("DEFAULT"), "default_partition = true"));
  }

  void plan_expired() {
    if (set_.inventory.parent.method != Method::kRange || !set_.policy.retention) return;
    const Point position = current_position(set_, now_);
    std::vector<const Partition*> expired;
    for (const Partition& partition : set_.inventory.partitions) {
      const auto* range = std::get_if<Range>(&partition.bound);
      if (range == nullptr || partition.detach_pending) continue;
      const std::optional<Point> end = expiry(set_, range->upper);
      if (!end) continue;
      if (*end <= position) {
        expired.push_back(&partition);
      } else {
        due_at_expiry(range->upper);
      }
    }
    std::sort(expired.begin(), expired.end(), [](const Partition* a, const Partition* b) {
      return std::get<Range>(a->bound).upper < std::get<Range>(b->bound).upper;
    });
    for (const Partition* partition : expired) {
      if (hold(Action::kDetach, partition->name, partition->bound_text)) continue;
      const End& upper = std::get<Range>(partition->bound).upper;
      const std::string reason = "retention ended at " + set_.axis->text(*expiry(set_, upper));
      append(retirement_steps(set_, *partition, reason));
    }
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

  void append(std::vector<Step> steps) {
    for (Step& step : steps) plan_.items.emplace_back(std::move(step));
  }

  void plan_analysis() {
    const auto& analysis = set_.inventory.analysis;
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
                   const std::string& reason) const {
    const Parent& parent = set_.inventory.parent;
    Step step{action,
              0,
              partition,
              clause.text(),
              reason,
              create_statements(parent, partition, clause),
              create_locks(set_.inventory)};
    step.first_strong = step.sql.size() - 1;  // ATTACH
    step.sets_replica_index = parent.replica_identity == ReplicaIdentity::kIndex;
    return step;
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

  bool hold(Action action, const QualifiedName& name, const std::string& bounds) {
    if (!set_.inventory.hold_until) return false;
    const Axis clock(KeyKind::kTimestampTz, Zone::utc());
    plan_.items.emplace_back(
        Refusal{action, readable(name), bounds, Problem::kNotInPrerequisiteState,
                "retirement is on hold until " + clock.text(Point{*set_.inventory.hold_until}) +
                    " because the server was restored or promoted",
                "Use pgscale.resume() to end the hold."});
    return true;
  }

  void due_at_expiry(const End& upper) {
    const std::optional<Point> end = expiry(set_, upper);
    if (end && is_time(set_.axis->kind())) due_at(set_.axis->instant(*end));
  }

  void due_at(std::optional<Micros> moment) {
    if (moment && (!plan_.next_due || *moment < *plan_.next_due)) plan_.next_due = moment;
  }

  const PartitionSet& set_;
  Micros now_;
  std::set<std::string> planned_names_;
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

std::vector<Step> retirement_steps(const PartitionSet& set, const Partition& partition,
                                   const std::string& reason) {
  // PostgreSQL refuses CONCURRENTLY beside a default partition.
  const DetachMode mode =
      default_partition(set.inventory) == nullptr ? DetachMode::kConcurrently : DetachMode::kPlain;
  Step detach{Action::kDetach,
              partition.oid,
              partition.name,
              partition.bound_text,
              reason,
              {detach_statement(set.inventory.parent.name, partition.name, mode)},
              detach_locks(set.inventory, partition.name, mode)};
  detach.concurrently = mode == DetachMode::kConcurrently;
  if (!detach.concurrently) detach.sql = plain_detach_statements(set.inventory, partition);
  detach.retire = set.policy.retire;
  std::vector<Step> steps{std::move(detach)};
  if (set.policy.retire == Retire::kDrop) {
    steps.push_back(drop_step(set.inventory, partition.kind, partition.oid, partition.name,
                              partition.bound_text));
  } else {
    for (Step& step : unpublish_steps(partition.oid, partition.name, partition.bound_text,
                                      partition.publications)) {
      steps.push_back(std::move(step));
    }
  }
  return steps;
}

std::optional<Step> removal_of_guard(const Inventory& inventory) {
  const Partition* rest = default_partition(inventory);
  if (rest == nullptr) return std::nullopt;
  return unguard_step(*rest, "the partition it was for could not be made");
}

void check_retirable(const PartitionSet& set, const Partition& partition, Micros now) {
  const std::string name = readable(partition.name);
  if (is_default(partition)) {
    throw Failure(Problem::kNotSupported, "cannot retire default partition " + name,
                  "Its rows belong to no other partition.");
  }
  if (std::holds_alternative<HashSlot>(partition.bound)) {
    throw Failure(Problem::kNotSupported, "cannot retire hash partition " + name,
                  "Rows of its remainder could no longer be inserted.");
  }
  const auto* range = std::get_if<Range>(&partition.bound);
  if (range == nullptr || set.policy.paused) return;
  if (!(End::at(current_position(set, now)) < range->upper)) return;
  throw Failure(Problem::kNotInPrerequisiteState,
                "cannot retire partition " + name + " of the present or the future",
                "The policy of the set would make it anew.",
                "Pause the set first, or change its policy.");
}

}  // namespace pgscale
