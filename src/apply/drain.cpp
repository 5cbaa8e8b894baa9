#include "apply/drain.h"

#include "apply/claim.h"
#include "apply/step_runner.h"
#include "catalog/drain.h"
#include "catalog/journal.h"
#include "catalog/places.h"
#include "catalog/state.h"
#include "catalog/subpolicies.h"
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
    std::optional<Item> item;
    const auto trouble = pg::attempt([&] {
      const pg::LockTimeout limit(pg::lock_timeout());
      managed.emplace(catalog::load_set(parent_));
      drain = catalog::next_drain(*managed, scope_, pg::policy_now(), batch_, given_up_);
      if (drain) item = plan_step(*managed, *drain);
    });
    if (trouble) fail(*trouble);
    if (!item) return false;
    if (const auto* refusal = std::get_if<Refusal>(&*item)) {
      given_up_.insert(catalog::key_of(*managed, *drain));
      refuse(*managed, *refusal);
      return true;
    }
    if (report_.steps == 0) begin();
    report_.steps++;
    StepRunner runner(session_, *managed, requester_);
    const auto end = runner.run(std::get<Step>(*item));
    if (!end.failure) return true;
    given_up_.insert(catalog::key_of(*managed, *drain));
    report_.undone.insert(readable(std::get<Step>(*item).partition));
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

  // What would not find a place is not moved and taken back at each visit.
  Item plan_step(const catalog::ManagedSet& managed, const Drain& drain) const {
    const Micros now = pg::policy_now();
    const auto obstacle = catalog::obstacle_below(
        managed, drain, catalog::most_tables_in_a_tree(managed.facts.parent.oid), now);
    if (obstacle) return refuse_drain(managed.set, drain, *obstacle);
    return drain_step(managed.set, drain, batch_, now);
  }

  void refuse(const catalog::ManagedSet& managed, const Refusal& refusal) {
    const std::string line = refusal.partition + ": " + refusal.message + "\n";
    const bool is_known = counting_ == CrashCounting::kYes &&
                          catalog::load_state(parent_).refusals.find(line) != std::string::npos;
    if (!is_known) catalog::record_refusal(managed.facts.parent, refusal, requester_);
    session_.commit();
    report_.refusals += line;
    report_.undone.insert(refusal.partition);
    fail({sqlstate(refusal.problem), refusal.message, {}, refusal.hint});
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

DrainReport drain_set(pg::Session& session, Oid parent, int batch, const std::string& requester) {
  Draining draining(session, parent, catalog::DrainScope::kAll, batch, requester,
                    CrashCounting::kNo);
  for (bool goes_on = true; goes_on;) {
    claim(parent);
    goes_on = draining.step();
    session.commit();
    pg::call(pgs_unclaim, parent, PGS_CLAIM_MAINTENANCE);
  }
  if (draining.report().steps > 0) catalog::prune_runs(parent);
  session.commit();
  return draining.report();
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
  DrainReport report = drain_set(session, parent, batch, requester);
  const auto place = catalog::place_below(parent);
  catalog::settle_tree(place ? place->root : parent);
  session.commit();
  for (Oid below : catalog::sets_below(parent)) {
    DrainReport part = drain_set(session, below, batch, requester);
    report.steps += part.steps;
    report.failures += part.failures;
    if (part.trouble) report.trouble = std::move(part.trouble);
  }
  return report;
}

}  // namespace pgscale::apply
