#include "apply/repair.h"

#include <tuple>

#include "apply/step_runner.h"
#include "catalog/drift.h"
#include "catalog/drift_watch.h"
#include "catalog/journal.h"
#include "catalog/state.h"
#include "catalog/subpolicies.h"
#include "core/plan.h"
#include "pg/server.h"
#include "shim/workers.h"

namespace pgscale::apply {
namespace {

using catalog::ManagedSet;
using catalog::RunEnd;

// What tells one difference from another, however often it is looked at.
using Key = std::tuple<Oid, DriftKind, std::string>;

Key key_of(const Drift& drift) { return {drift.partition_oid, drift.kind, drift.object}; }

// Drop what is invalid, build, attach; one more, so that a fault of ours cannot go round for ever.
constexpr int kMostSteps = 4;

class Repair {
 public:
  Repair(pg::Session& session, Oid parent, const std::set<DriftKind>& kinds, std::string requester)
      : session_(session),
        parent_(parent),
        kinds_(kinds),
        requester_(std::move(requester)),
        managed_(catalog::load_set(parent)),
        runner_(session, managed_, requester_) {}

  RepairReport run() {
    close_gaps();
    claim(managed_, PGS_CLAIM_REPAIR);
    catalog::bury_dead_runs(parent_, catalog::Runs::kRepairs);
    session_.commit();
    while (repair_all()) {
    }
    catalog::prune_runs(parent_);
    session_.commit();
    catalog::record_drift(parent_,
                          summary_of(catalog::look_for_drift(parent_, pg::current_user())));
    session_.commit();
    pg::call(pgs_unclaim, parent_, PGS_CLAIM_REPAIR);
    return report_;
  }

 private:
  // A visit of maintenance takes milliseconds, so it is worth waiting for; nobody waits behind us.
  static void claim(const ManagedSet& managed, PgsClaim kind) {
    constexpr int kTries = 100;
    constexpr std::int64_t kMillisBetween = 50;
    for (int i = 0; i < kTries; i++) {
      if (pg::call(pgs_claim, managed.facts.parent.oid, kind)) return;
      if (kind == PGS_CLAIM_REPAIR) break;
      (void)pg::call(pgs_sleep, kMillisBetween);
    }
    throw Failure(Problem::kInUse,
                  "partition set \"" + managed.facts.parent.name.name.name() + "\" is being " +
                      (kind == PGS_CLAIM_REPAIR ? "repaired" : "maintained") +
                      " by another session",
                  {}, "Try again when it has finished.");
  }

  // Partitions are made as maintenance makes them, and never beside it.
  void close_gaps() {
    if (kinds_.count(DriftKind::kGap) == 0 && kinds_.count(DriftKind::kGuard) == 0) return;
    close_gaps_of(managed_, runner_);
    for (Oid set : catalog::sets_below(parent_)) {
      const ManagedSet below = catalog::load_set(set);
      StepRunner runner(session_, below, requester_);
      close_gaps_of(below, runner);
    }
  }

  void close_gaps_of(const ManagedSet& managed, StepRunner& runner) {
    const Oid set = managed.facts.parent.oid;
    const int steps_before = report_.steps;
    claim(managed, PGS_CLAIM_MAINTENANCE);
    catalog::bury_dead_runs(set, catalog::Runs::kMaintenance);
    session_.commit();
    for (const Drift& drift : catalog::load_coverage(managed, pg::policy_now())) {
      if (kinds_.count(drift.kind) == 0) continue;
      for (const Step& step : drift.repair) {
        if (carry_out(step, runner)) continue;
        const auto guard = removal_of_guard(managed.set.inventory, step.action);
        if (guard) (void)runner.run(*guard);
        break;
      }
    }
    pg::call(pgs_unclaim, set, PGS_CLAIM_MAINTENANCE);
    if (report_.steps > steps_before) tell_maintenance(set);
  }

  // What the last visit wrote down does not know the new partitions.
  static void tell_maintenance(Oid set) {
    catalog::note_changes({set});
    pg::call(pgs_wake_launcher_at_commit);
  }

  // True when it did something: an index on a partitioned partition is the wish of the next round.
  bool repair_all() {
    bool worked = false;
    for (const Drift& drift : catalog::load_drift(parent_, pg::current_user())) {
      if (kinds_.count(drift.kind) == 0 || drift.repair.empty()) continue;
      if (given_up_.count(drift.partition_oid) > 0 || !tried_.insert(key_of(drift)).second)
        continue;
      worked = true;
      repair_one(drift);
    }
    return worked;
  }

  void repair_one(const Drift& drift) {
    const Key key = key_of(drift);
    std::optional<Drift> now = look_again(drift);
    for (int i = 0; i < kMostSteps && now && !now->repair.empty(); i++) {
      const Step step = now->repair.front();
      const bool went_well = carry_out(step, runner_);
      if (!went_well && drift.kind == DriftKind::kOwner) given_up_.insert(drift.partition_oid);
      now = look_again(drift);
      if (went_well) continue;
      // An index that could not be built to its end costs every write and serves no query.
      if (step.action == Action::kBuildIndex && now && !now->repair.empty() &&
          now->repair.front().action == Action::kDropIndex) {
        (void)carry_out(now->repair.front(), runner_);
      }
      return;
    }
  }

  [[nodiscard]] std::optional<Drift> look_again(const Drift& drift) const {
    const auto partition = drift.rests_on_partitions || drift.partition_oid == 0
                               ? std::nullopt
                               : std::optional(drift.partition_oid);
    for (Drift& found : catalog::load_drift(parent_, pg::current_user(), partition)) {
      if (key_of(found) == key_of(drift)) return std::move(found);
    }
    return std::nullopt;
  }

  bool carry_out(const Step& step, StepRunner& runner) {
    report_.steps++;
    const RunEnd end = runner.run(step);
    if (!end.failure) return true;
    report_.failures++;
    report_.last_error = end.failure->message;
    return false;
  }

  pg::Session& session_;
  Oid parent_;
  const std::set<DriftKind>& kinds_;
  std::string requester_;
  ManagedSet managed_;
  StepRunner runner_;
  RepairReport report_;
  std::set<Key> tried_;
  std::set<Oid> given_up_;  // of another owner, in whose tables nothing can be done
};

}  // namespace

RepairReport repair(pg::Session& session, Oid parent, const std::set<DriftKind>& kinds,
                    const std::string& requester) {
  return Repair(session, parent, kinds, requester).run();
}

}  // namespace pgscale::apply
