#include "apply/maintenance.h"

#include <set>

#include "apply/drain.h"
#include "apply/step_runner.h"
#include "catalog/analysis.h"
#include "catalog/drain.h"
#include "catalog/inventory.h"
#include "catalog/journal.h"
#include "catalog/milestones.h"
#include "catalog/replication_sets.h"
#include "catalog/retirements.h"
#include "catalog/state.h"
#include "catalog/subpolicies.h"
#include "core/plan.h"
#include "core/schedule.h"
#include "pg/server.h"
#include "shim/partitions.h"
#include "shim/session.h"

namespace pgscale::apply {
namespace {

using catalog::ManagedSet;
using catalog::RunEnd;
using catalog::SetState;
using catalog::VisitRecord;

Micros retry_time(int failures) {
  const auto rest = rest_after_failures(failures, pg::naptime());
  return pg::real_now() + rest.count() * kMicrosPerSecond;
}

bool makes_partition(Action action) {
  return action == Action::kGuard || action == Action::kValidate || action == Action::kCreate ||
         action == Action::kCreateDefault;
}

bool retires(Action action) {
  return action == Action::kBeforeRetire || action == Action::kDetach ||
         action == Action::kArchive || action == Action::kSeal || action == Action::kExport ||
         action == Action::kCopy || action == Action::kSwap || action == Action::kDrop;
}

// One visit to one set, after it has been claimed and planned.
class SetVisit {
 public:
  SetVisit(pg::Session& session, const ManagedSet& managed, const Plan& plan,
           const SetState& before, const DrainReport& drained, const std::string& requester)
      : session_(session),
        managed_(managed),
        plan_(plan),
        before_(before),
        drained_(drained),
        requester_(requester),
        runner_(session, managed, requester) {
    record_.filled = true;
    report_.steps = drained.steps;
    report_.failures = drained.failures;
    record_.refusals = drained.refusals;
    if (drained.trouble) fail_record(drained.trouble->message, drained.trouble->sqlstate);
    looked_ = managed.set.inventory.analysis.has_value();
  }

  Report run() {
    const bool has_begun = drained_.steps > 0;
    if (!has_begun && (has_steps() || before_.crashes > 0)) begin();
    if (looked_ && managed_.set.inventory.analysis->statistics.by_others) {
      catalog::begin_counting(parent());
    }
    for (const Item& item : plan_.items) {
      if (!has_claim_ || outdated_) break;
      if (const auto* step = std::get_if<Step>(&item)) {
        visit(*step);
      } else {
        note(std::get<Refusal>(item));
      }
    }
    end();
    return report_;
  }

 private:
  [[nodiscard]] bool has_steps() const {
    for (const Item& item : plan_.items) {
      if (std::holds_alternative<Step>(item)) return true;
    }
    return false;
  }

  [[nodiscard]] bool drains() const { return managed_.row.drain || managed_.row.auto_list; }

  [[nodiscard]] Oid parent() const { return managed_.facts.parent.oid; }

  void begin() {
    catalog::bury_dead_runs(parent(), catalog::Runs::kMaintenance);
    catalog::forget_stale_retirements(parent());
    catalog::begin_visit(parent());
    session_.commit();
  }

  void visit(const Step& step) {
    const std::string name = readable(step.partition);
    if (broken_.count(name) > 0) return;
    if (makes_partition(step.action) && awaits_rows(name)) {
      record_.filled = false;
      return;
    }
    // PostgreSQL allows one pending detach a table; a second would only fail.
    if (step.action == Action::kDetach && step.concurrently && detach_is_pending_) {
      broken_.insert(name);
      return;
    }

    // What was to go by the policy of the plan may be wanted by that of now.
    if (retires(step.action) && !catalog::is_current(parent(), managed_.row)) {
      outdated_ = true;
      fail("the policy of the set was changed during the visit",
           sqlstate(Problem::kNotInPrerequisiteState));
      return;
    }
    report_.steps++;
    const RunEnd end = runner_.run(step);
    if (runner_.lost_claim() && has_claim_)
      has_claim_ = pg::call(pgs_claim, parent(), PGS_CLAIM_MAINTENANCE);
    if (!end.failure && step.action == Action::kRefresh) catalog::record_refresh(parent());
    if (!end.failure) return;
    fail(end.failure->message, end.failure->sqlstate);
    if (step.action == Action::kAfterRetire) return;  // that undoes nothing
    broken_.insert(name);
    if (step.action == Action::kAnalyze) looked_ = false;
    if (makes_partition(step.action)) record_.filled = false;
    // One that failed before it began, say for a foreign key, stands in nobody's way.
    if (step.action == Action::kFinalize || (step.action == Action::kDetach && step.concurrently)) {
      detach_is_pending_ = catalog::is_detach_pending(step.partition_oid);
    }
    const auto guard = removal_of_guard(managed_.set.inventory, step.action);
    if (guard) (void)runner_.run(*guard);
  }

  // Whether rows in the default partition may belong to it: a guard would refuse what writers do
  // with them, and never be proven. Which partitions of a list have rows there is known only when
  // all have been moved.
  [[nodiscard]] bool awaits_rows(const std::string& partition) const {
    return drained_.undone.count(partition) > 0 ||
           (drained_.has_more && managed_.facts.parent.method == Method::kList);
  }

  void note(const Refusal& refusal) {
    record_.refusals += refusal.message + "\n";
    fail(refusal.message, sqlstate(refusal.problem));
    if (makes_partition(refusal.action)) record_.filled = false;
    if (before_.refusals.find(refusal.message + "\n") != std::string::npos) return;
    catalog::record_refusal(managed_.facts.parent, refusal, requester_);
  }

  void fail(const std::string& message, const std::string& state) {
    report_.failures++;
    fail_record(message, state);
  }

  void fail_record(const std::string& message, const std::string& state) {
    record_.clean = false;
    record_.error = message;
    record_.sqlstate = state;
    report_.last_error = message;
  }

  void end() {
    record_.worked = report_.steps > 0;
    record_.next_due = plan_.next_due;
    record_.polled = plan_.needs_polling || drains();
    record_.changes = before_.changes;
    record_.watched = watched();
    if (looked_) record_.look_at = pg::real_now() + kBetweenLooks;
    if (outdated_ || (drained_.has_more && drained_.failures == 0)) {
      record_.retry_at = pg::real_now();
    } else if (!record_.clean || !has_claim_) {
      // A pending detach hides rows, so it is tried again at the usual pace.
      record_.retry_at = retry_time(detach_is_pending_ ? 1 : before_.failures + 1);
    } else if (record_.polled && !record_.watched) {
      record_.retry_at = retry_time(1);
    } else if (plan_.needs_measuring) {
      record_.retry_at = pg::real_now() + kBetweenMeasures;
    }
    catalog::record_visit(parent(), record_);
    if (plan_.needs_polling) note_milestone();
    if (report_.steps > 0) catalog::prune_runs(parent());
    session_.commit();
  }

  // The partitions after the newest with rows: while they are empty there is nothing to do. After
  // steps, and where there are many of them, the next visit must look again.
  [[nodiscard]] std::optional<std::vector<Oid>> watched() const {
    constexpr std::size_t kMostWatched = 64;
    if (!record_.polled || report_.steps > 0 || !record_.clean) return std::nullopt;
    const Inventory& inventory = managed_.set.inventory;
    const End reached = inventory.reached ? End::at(*inventory.reached) : End::minimum();
    std::vector<Oid> oids;
    const Partition* rest = default_partition(inventory);
    if (drains() && rest != nullptr) {
      // Rows that have no place elsewhere may be joined by others that have.
      if (pg::call(pgs_has_rows, rest->oid) != PGS_ROWS_NONE) return std::nullopt;
      oids.push_back(rest->oid);
    }
    for (const Partition& partition : inventory.partitions) {
      if (!plan_.needs_polling) break;
      const auto* range = std::get_if<Range>(&partition.bound);
      if (range != nullptr && reached < range->lower) oids.push_back(partition.oid);
    }
    if (oids.size() > kMostWatched) return std::nullopt;
    return oids;
  }

  void note_milestone() const {
    const PartitionSet& set = managed_.set;
    if (!set.inventory.reached) return;
    catalog::note_milestone(parent(), {pg::policy_now(), *set.inventory.reached}, set.axis->kind());
  }

  pg::Session& session_;
  const ManagedSet& managed_;
  const Plan& plan_;
  const SetState& before_;
  const DrainReport& drained_;
  const std::string& requester_;
  StepRunner runner_;
  Report report_;
  VisitRecord record_;
  std::set<std::string> broken_;  // partitions of which a step failed
  bool looked_ = false;           // at the statistics of the parent, and to the end
  bool detach_is_pending_ = false;
  bool has_claim_ = true;
  bool outdated_ = false;  // the plan is of a policy that is no more
};

Report absent(Attendance attendance) {
  Report report;
  report.attendance = attendance;
  return report;
}

// Who asks for maintenance gets all of it; by itself a set looks at the counters of its partitions
// no more often than they are worth.
bool looks_at_statistics(const pg::Session& session, const SetState& state) {
  return session.venue() == pg::Venue::kProcedure || !state.look_at ||
         *state.look_at <= pg::real_now();
}

// Rows that stand in the way of a partition are moved to it before the plan asks for it; only so
// many at a time, for there are other sets.
DrainReport drain_some(pg::Session& session, Oid parent, const catalog::PolicyRow& row,
                       const std::string& requester) {
  constexpr int kBatch = 50'000;
  constexpr int kMostBatches = 10;
  const bool drains = row.drain || row.auto_list;
  if (!drains && !catalog::is_growing(parent)) return {};
  const auto scope = drains ? catalog::DrainScope::kAll : catalog::DrainScope::kUnfinished;
  return drain_claimed(session, parent, scope, kBatch, kMostBatches, requester);
}

// Partitions that have come are sets themselves where the policy says so, and those that have gone
// are none.
void settle_tree(pg::Session& session, const ManagedSet& managed, Report& report) {
  if (managed.set.below.empty()) return;
  const Oid parent = managed.facts.parent.oid;
  const auto trouble = pg::attempt([parent] {
    const auto place = catalog::place_below(parent);
    catalog::settle_tree(place ? place->root : parent);
  });
  session.commit();
  if (!trouble) return;
  report.failures++;
  report.last_error = trouble->message;
}

Report maintain_claimed(pg::Session& session, Oid parent, const std::string& requester) {
  const auto row = catalog::load_policy(parent);
  if (!row) {
    catalog::forget_lost_set(parent);
    return absent(Attendance::kGone);
  }
  if (!catalog::relation_exists(parent)) {
    catalog::delete_policy(parent);  // dropped while event triggers were off
    return absent(Attendance::kGone);
  }
  if (row->paused) return absent(Attendance::kPaused);
  const SetState state = catalog::load_state(parent);
  // Whoever changes the policy in an open transaction holds this row; the other sets go on.
  if (const auto held = pg::attempt([&] {
        catalog::settle(parent, state);
        if (state.crashes > 0) catalog::end_interrupted_detaches(parent);
      })) {
    Report report;
    report.failures = 1;
    report.last_error = held->message;
    return report;
  }
  if (state.crashes >= kCrashesToQuarantine) return absent(Attendance::kQuarantined);

  const DrainReport drained = drain_some(session, parent, *row, requester);

  std::optional<ManagedSet> managed;
  Plan plan;
  const auto trouble = pg::attempt([&] {
    const pg::LockTimeout limit(pg::lock_timeout());
    managed.emplace(catalog::load_set(parent));
    Inventory& inventory = managed->set.inventory;
    if (looks_at_statistics(session, state)) {
      inventory.analysis = catalog::look_at_statistics(parent);
    }
    if (pg::refresh_subscriptions()) catalog::load_subscriptions(inventory);
    inventory.refresh_is_due = session.venue() == pg::Venue::kProcedure || !state.refreshed_at ||
                               *state.refreshed_at + kBetweenRefreshes <= pg::real_now();
    plan = catalog::plan_set(*managed, pg::policy_now());
  });
  if (trouble) {
    record_failed_visit(session, parent, *trouble, requester);
    Report report;
    report.failures = 1;
    report.last_error = trouble->message;
    return report;
  }
  Report report = SetVisit(session, *managed, plan, state, drained, requester).run();
  settle_tree(session, *managed, report);
  return report;
}

}  // namespace

Report maintain(pg::Session& session, Oid parent, const std::string& requester) {
  if (!pg::call(pgs_claim, parent, PGS_CLAIM_MAINTENANCE)) return absent(Attendance::kBusy);
  const Report report = maintain_claimed(session, parent, requester);
  pg::call(pgs_unclaim, parent, PGS_CLAIM_MAINTENANCE);
  return report;
}

void record_failed_visit(pg::Session& session, Oid parent, const pg::Outcome& outcome,
                         const std::string& requester) {
  const SetState state = catalog::load_state(parent);
  VisitRecord record;
  record.clean = false;
  record.error = outcome.message;
  record.sqlstate = outcome.sqlstate;
  record.next_due = state.next_due;
  record.polled = state.polled;
  record.refusals = state.refusals;
  record.changes = state.changes;
  record.retry_at = retry_time(state.failures + 1);
  catalog::record_visit(parent, record);
  catalog::record_trouble(parent, outcome, requester);
  catalog::prune_runs(parent);
  session.commit();
}

}  // namespace pgscale::apply
