#include "apply/repair.h"

#include <tuple>

#include "apply/step_runner.h"
#include "catalog/drift.h"
#include "catalog/drift_watch.h"
#include "catalog/journal.h"
#include "catalog/state.h"
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
    claim(PGS_CLAIM_REPAIR);
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
  void claim(PgsClaim kind) {
    constexpr int kTries = 100;
    constexpr std::int64_t kMillisBetween = 50;
    for (int i = 0; i < kTries; i++) {
      if (pg::call(pgs_claim, parent_, kind)) return;
      if (kind == PGS_CLAIM_REPAIR) break;
      (void)pg::call(pgs_sleep, kMillisBetween);
    }
    throw Failure(Problem::kInUse,
                  "partition set \"" + managed_.facts.parent.name.name.name() + "\" is being " +
                      (kind == PGS_CLAIM_REPAIR ? "repaired" : "maintained") +
                      " by another session",
                  {}, "Try again when it has finished.");
  }

  // Partitions are made as maintenance makes them, and never beside it.
  void close_gaps() {
    if (kinds_.count(DriftKind::kGap) == 0 && kinds_.count(DriftKind::kGuard) == 0) return;
    claim(PGS_CLAIM_MAINTENANCE);
    catalog::bury_dead_runs(parent_, catalog::Runs::kMaintenance);
    session_.commit();
    for (const Drift& drift : catalog::load_coverage(managed_, pg::policy_now())) {
      if (kinds_.count(drift.kind) == 0) continue;
      for (const Step& step : drift.repair) {
        if (carry_out(step)) continue;
        if (const auto guard = removal_of_guard(managed_.set.inventory)) (void)runner_.run(*guard);
        break;
      }
    }
    pg::call(pgs_unclaim, parent_, PGS_CLAIM_MAINTENANCE);
    if (report_.steps > 0) tell_maintenance();
  }

  // What the last visit wrote down does not know the new partitions.
  void tell_maintenance() const {
    catalog::note_changes({parent_});
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
      const bool went_well = carry_out(step);
      if (!went_well && drift.kind == DriftKind::kOwner) given_up_.insert(drift.partition_oid);
      now = look_again(drift);
      if (went_well) continue;
      // An index that could not be built to its end costs every write and serves no query.
      if (step.action == Action::kBuildIndex && now && !now->repair.empty() &&
          now->repair.front().action == Action::kDropIndex) {
        (void)carry_out(now->repair.front());
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

  bool carry_out(const Step& step) {
    report_.steps++;
    const RunEnd end = runner_.run(step);
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
