#include "core/retirement.h"

#include <algorithm>

#include "core/archive.h"
#include "core/cold_shard.h"
#include "core/export_file.h"
#include "core/retirement_steps.h"
#include "core/wanted.h"

namespace pgscale {
namespace {

class Planner {
 public:
  enum class Hold { kObserved, kIgnored };

  Planner(const PartitionSet& set, Micros now, Hold hold = Hold::kObserved)
      : set_(set), now_(now), hold_(hold) {}

  // A pending detach makes rows vanish from the parent, so these come first.
  void finalize() {
    for (const Partition& partition : set_.inventory.partitions) {
      if (!partition.detach_pending) continue;
      Step step = finalize_step(set_, partition);
      const Retire retire = step.retire;
      plan_.items.emplace_back(std::move(step));
      follow(leaver(partition, retire));
    }
  }

  enum class Work { kShort, kLong };

  void go_on(Work work) {
    for (const RetiredTable& table : set_.inventory.retired) {
      const bool copies =
          (table.action == Retire::kArchive || table.action == Retire::kExport) && !table.done;
      if (!table.attached && copies == (work == Work::kLong)) follow(leaver(table));
    }
  }

  // Of earlier visits.
  void call_after() {
    if (!set_.policy.after_retire) return;
    for (const HookCall& call : set_.inventory.calls) {
      add(hook_step(set_, Action::kAfterRetire, *set_.policy.after_retire, call));
    }
  }

  void depart(const Departure& departure) {
    const Partition& partition = *departure.partition;
    if (set_.policy.retire == Retire::kShard) {
      move(partition, departure.reason);
    } else if (!hold(Action::kDetach, partition.name, partition.bound_text)) {
      retire(partition, departure.reason);
    }
  }

  // What was begun under another policy, or what is to stay by now, is written again.
  void unseal(const std::vector<Departure>& departures) {
    for (const Partition& partition : set_.inventory.partitions) {
      if (!partition.sealed && !partition.copy) continue;
      const bool leaves = std::any_of(
          departures.begin(), departures.end(),
          [&](const Departure& departure) { return departure.partition->oid == partition.oid; });
      const bool moves = leaves && set_.policy.retire == Retire::kShard &&
                         obstacle_to_moving(set_.inventory, partition).empty();
      if (!moves) append(unseal_steps(partition));
    }
  }

  void retire(const Partition& partition, const std::string& reason) {
    const Leaver table = leaver(partition, set_.policy.retire);
    if (refuse_foreign(table)) return;
    if (set_.policy.before_retire) add(before_step(set_, table));
    add(detach_step(set_, partition, reason));
    follow(table);
  }

  RetirementPlan result() { return std::move(plan_); }

 private:
  // To a shard: the local table leaves the set only when the foreign one takes its place.
  void move(const Partition& partition, const std::string& reason) {
    const Leaver table = leaver(partition, Retire::kShard);
    if (refuse_to_move(partition) || hold(Action::kSwap, table.name, table.bounds)) return;
    if (!partition.sealed && set_.policy.before_retire) add(before_step(set_, table));
    append(moving_steps(set_, partition, reason));
    call_after(table, Retire::kShard);
    const QualifiedName moved = name_after_swap(partition.name);
    Step drop = drop_step(set_, {partition.oid, moved, partition.kind, partition.bound_text,
                                 partition.publications, Retire::kDrop});
    drop.reason = "its rows are on shard " + *set_.policy.retire_shard;
    drop.partition = partition.name;
    drop.becomes = moved;
    add(std::move(drop));
    if (!set_.policy.after_retire) return;
    Step call = hook_step(set_, Action::kAfterRetire, *set_.policy.after_retire,
                          {moved, table.bounds, text(Retire::kDrop), ""});
    call.partition = partition.name;
    add(std::move(call));
  }

  bool refuse_to_move(const Partition& partition) {
    const std::string obstacle = obstacle_to_moving(set_.inventory, partition);
    if (obstacle.empty()) return false;
    plan_.items.emplace_back(Refusal{
        Action::kSwap, readable(partition.name), partition.bound_text, Problem::kNotSupported,
        "cannot move partition " + readable(partition.name) + " to a shard: " + obstacle,
        "Give the set another way to retire partitions."});
    return true;
  }

  // What is to become of a table once it is detached.
  void follow(const Leaver& table) {
    const bool goes_at_once = table.retire == Retire::kDrop && !set_.policy.keep_for;
    if (!goes_at_once) append(unpublish_steps(table));
    switch (table.retire) {
      case Retire::kDetach:
        if (!table.is_detached) call_after(table, Retire::kDetach);
        return;
      case Retire::kArchive: archive(table); return;
      case Retire::kExport:
        if (!table.done && !write_file(table)) return;
        break;
      case Retire::kShard: return;
      case Retire::kDrop: break;
    }
    drop_in_time(table);
  }

  void archive(const Leaver& table) {
    if (table.done || !set_.policy.archive) return;
    if (hold(Action::kArchive, table.name, table.bounds)) return;
    add(archive_step(set_, table));
    call_after(table, Retire::kArchive);
  }

  bool write_file(const Leaver& table) {
    if (refuse_foreign(table) || !set_.policy.exported) return false;
    if (hold(Action::kExport, table.name, table.bounds)) return false;
    append(export_steps(set_, table));
    call_after(table, Retire::kExport);
    return true;
  }

  void drop_in_time(const Leaver& table) {
    // Without keep_for nothing waits, even if the clock was put back since the detach.
    const Micros end =
        set_.policy.keep_for ? end_of_keeping(set_, table.detached_at.value_or(now_)) : now_;
    if (now_ < end) {
      due_at(end);
    } else if (!hold(Action::kDrop, table.name, table.bounds)) {
      add(drop_step(set_, table));
      call_after(table, Retire::kDrop);
    }
  }

  void call_after(const Leaver& table, Retire done) {
    if (!set_.policy.after_retire) return;
    HookCall call{table.name, table.bounds, text(done), ""};
    if (done == Retire::kArchive) call.partition = archived_name(*set_.policy.archive, table.name);
    if (done == Retire::kExport) call.file = export_file(*set_.policy.exported, table.name);
    Step step = hook_step(set_, Action::kAfterRetire, *set_.policy.after_retire, call);
    step.partition = table.name;
    add(std::move(step));
  }

  // Its rows are elsewhere, and whoever changes them there knows nothing of this.
  bool refuse_foreign(const Leaver& table) {
    if (table.retire != Retire::kExport || table.kind != TableKind::kForeign) return false;
    plan_.items.emplace_back(
        Refusal{Action::kExport, readable(table.name), table.bounds, Problem::kNotSupported,
                "cannot export foreign table " + readable(table.name), "Detach it by hand."});
    return true;
  }

  bool hold(Action action, const QualifiedName& name, const std::string& bounds) {
    if (!set_.inventory.hold_until || hold_ == Hold::kIgnored) return false;
    const Axis clock(KeyKind::kTimestampTz, Zone::utc());
    plan_.items.emplace_back(
        Refusal{action, readable(name), bounds, Problem::kNotInPrerequisiteState,
                "retirement is on hold until " + clock.text(Point{*set_.inventory.hold_until}) +
                    " because the server was restored or promoted",
                "Use pgscale.resume() to end the hold."});
    return true;
  }

  void add(Step step) { plan_.items.emplace_back(std::move(step)); }

  void append(std::vector<Step> steps) {
    for (Step& step : steps) add(std::move(step));
  }

  void due_at(Micros moment) { plan_.next_due = std::min(plan_.next_due.value_or(moment), moment); }

  const PartitionSet& set_;
  Micros now_;
  Hold hold_;
  RetirementPlan plan_;
};

}  // namespace

RetirementPlan plan_leftovers(const PartitionSet& set, Micros now) {
  Planner planner(set, now);
  planner.finalize();
  planner.go_on(Planner::Work::kShort);
  return planner.result();
}

RetirementPlan plan_departures(const PartitionSet& set, Micros now,
                               const std::vector<Departure>& departures) {
  Planner planner(set, now);
  planner.unseal(departures);
  for (const Departure& departure : departures) planner.depart(departure);
  return planner.result();
}

RetirementPlan plan_unfinished(const PartitionSet& set, Micros now) {
  Planner planner(set, now);
  planner.go_on(Planner::Work::kLong);
  planner.call_after();
  return planner.result();
}

std::vector<Step> retirement_steps(const PartitionSet& set, const Partition& partition,
                                   const std::string& reason) {
  constexpr Micros kAnyTime = 0;  // either nothing is waited for, or the end of it lies ahead
  Planner planner(set, kAnyTime, Planner::Hold::kIgnored);
  planner.retire(partition, reason);
  std::vector<Step> steps;
  for (Item& item : planner.result().items) {
    if (auto* step = std::get_if<Step>(&item)) steps.push_back(std::move(*step));
  }
  return steps;
}

void check_retirable(const PartitionSet& set, const Partition& partition, Micros now) {
  const std::string name = readable(partition.name);
  if (std::holds_alternative<DefaultSlot>(partition.bound)) {
    throw Failure(Problem::kNotSupported, "cannot retire default partition " + name,
                  "Its rows belong to no other partition.");
  }
  if (set.policy.retire == Retire::kShard) {
    throw Failure(Problem::kNotSupported, "cannot move partition " + name + " to a shard by hand",
                  "The steps of that are transactions of their own.",
                  "Retention moves it; CALL pgscale.run_maintenance() does so at once.");
  }
  if (set.policy.retire == Retire::kExport && partition.kind == TableKind::kForeign) {
    throw Failure(Problem::kNotSupported, "cannot export foreign table " + name,
                  "Its rows are on another server.");
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
