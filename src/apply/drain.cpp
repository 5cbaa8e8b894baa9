#include "apply/drain.h"

#include "apply/step_runner.h"
#include "catalog/drain.h"
#include "catalog/journal.h"
#include "catalog/state.h"
#include "core/failure.h"
#include "pg/server.h"

namespace pgscale::apply {
namespace {

// What maintenance does by itself must not bring the server down for ever.
enum class CrashCounting { kNo, kYes };

// One step after the other; a partition for which a step failed is left alone from then on.
class Draining {
 public:
  Draining(pg::Session& session, Oid parent, catalog::DrainScope scope, int batch,
           const std::string& requester, CrashCounting counting)
      : session_(session),
        parent_(parent),
        scope_(scope),
        batch_(batch),
        requester_(requester),
        counting_(counting) {}

  // False when there is nothing to do.
  bool step() {
    std::optional<catalog::ManagedSet> managed;
    std::optional<Drain> drain;
    const auto trouble = pg::attempt([&] {
      const pg::LockTimeout limit(pg::lock_timeout());
      managed.emplace(catalog::load_set(parent_));
      drain = catalog::next_drain(*managed, scope_, pg::policy_now(), batch_, given_up_);
    });
    if (trouble) fail(*trouble);
    if (!drain) return false;
    if (report_.steps == 0) begin();
    report_.steps++;
    StepRunner runner(session_, *managed, requester_);
    const auto end = runner.run(drain_step(managed->set, *drain, batch_));
    if (!end.failure) return true;
    given_up_.insert(catalog::key_of(*managed, *drain));
    fail(*end.failure);
    return true;
  }

  [[nodiscard]] DrainReport& report() { return report_; }

 private:
  void begin() const {
    catalog::bury_dead_runs(parent_, catalog::Runs::kMaintenance);
    if (counting_ == CrashCounting::kYes) catalog::begin_visit(parent_);
    session_.commit();
  }

  void fail(const pg::Outcome& outcome) {
    report_.failures++;
    report_.trouble = outcome;
  }

  pg::Session& session_;
  Oid parent_;
  catalog::DrainScope scope_;
  int batch_;
  const std::string& requester_;
  CrashCounting counting_;
  std::set<std::string> given_up_;
  DrainReport report_;
};

// A visit of maintenance takes milliseconds, or seconds where it drains, too.
bool claim(Oid parent) {
  constexpr int kTries = 1200;
  constexpr std::int64_t kMillisBetween = 50;
  for (int i = 0; i < kTries; i++) {
    if (pg::call(pgs_claim, parent, PGS_CLAIM_MAINTENANCE)) return true;
    (void)pg::call(pgs_sleep, kMillisBetween);
  }
  return false;
}

}  // namespace

DrainReport drain_claimed(pg::Session& session, Oid parent, catalog::DrainScope scope, int batch,
                          int most_steps, const std::string& requester) {
  Draining draining(session, parent, scope, batch, requester, CrashCounting::kYes);
  DrainReport& report = draining.report();
  while (report.steps < most_steps) {
    if (!draining.step()) return report;
  }
  report.has_more = true;
  return report;
}

DrainReport drain(pg::Session& session, Oid parent, int batch, const std::string& requester) {
  Draining draining(session, parent, catalog::DrainScope::kAll, batch, requester,
                    CrashCounting::kNo);
  for (bool goes_on = true; goes_on;) {
    if (!claim(parent)) {
      throw Failure(Problem::kInUse,
                    std::string("partition set \"") + pg::call(pgs_relation_name, parent) +
                        "\" is being maintained by another session",
                    {}, "Try again when it has finished.");
    }
    goes_on = draining.step();
    session.commit();
    pg::call(pgs_unclaim, parent, PGS_CLAIM_MAINTENANCE);
  }
  if (draining.report().steps > 0) catalog::prune_runs(parent);
  session.commit();
  return draining.report();
}

}  // namespace pgscale::apply
