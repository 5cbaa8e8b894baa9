#include <algorithm>
#include <optional>

#include "apply/key_index.h"
#include "apply/preflight.h"
#include "apply/step_runner.h"
#include "catalog/adoptions.h"
#include "catalog/drift.h"
#include "catalog/extension.h"
#include "catalog/replication_sets.h"
#include "core/retirement_steps.h"
#include "pg/contain.h"
#include "pg/session.h"
#include "shim/workers.h"

namespace pgscale::worker {
namespace {

std::optional<Step> detach_step(const catalog::ManagedSet& managed, const PgsErrand& errand) {
  const auto& partitions = managed.set.inventory.partitions;
  const auto partition = std::find_if(
      partitions.begin(), partitions.end(),
      [&errand](const Partition& candidate) { return candidate.oid == errand.partition; });
  if (partition == partitions.end()) return std::nullopt;
  return pgscale::detach_step(managed.set, *partition, std::string(errand.reason));
}

// The step that the session means, as the partition looks now.
std::optional<Step> repair_step(const PgsErrand& errand) {
  for (const Drift& drift :
       catalog::load_drift(errand.parent, errand.requester, errand.partition)) {
    if (drift.repair.empty()) continue;
    const Step& step = drift.repair.front();
    if (step.action == static_cast<Action>(errand.action) && step.object_oid == errand.object) {
      return step;
    }
  }
  return std::nullopt;
}

std::optional<Step> refresh_step_of(catalog::ManagedSet& managed, const PgsErrand& errand) {
  catalog::load_subscriptions(managed.set.inventory);
  for (const Subscription& subscription : managed.set.inventory.subscriptions) {
    if (subscription.oid == errand.object) return refresh_step(managed.facts.parent, subscription);
  }
  return std::nullopt;
}

std::optional<Step> find_step(catalog::ManagedSet& managed, const PgsErrand& errand) {
  switch (static_cast<Action>(errand.action)) {
    case Action::kDetach: return detach_step(managed, errand);
    case Action::kRefresh: return refresh_step_of(managed, errand);
    default: return repair_step(errand);
  }
}

void run(pg::Session& session, const catalog::ManagedSet& managed, const std::optional<Step>& step,
         const PgsErrand& errand) {
  if (!step) return;
  apply::StepRunner runner(session, managed, pg::call(pgs_role_name, errand.requester));
  (void)runner.run(*step, errand.run);
}

void carry_out_for_set(pg::Session& session, const PgsErrand& errand) {
  catalog::ManagedSet managed = catalog::load_set(errand.parent);
  managed.set.policy.retire = static_cast<Retire>(errand.retire);
  managed.set.policy.after_retire.reset();  // the session asks for the call
  const auto step = find_step(managed, errand);
  run(session, managed, step, errand);
}

// Here the table is yet to become a set: in place of the parent stands the table itself.
void carry_out_for_adoption(pg::Session& session, const catalog::AdoptionRow& row,
                            const PgsErrand& errand) {
  const auto facts = catalog::read_adoptee(errand.parent, row.control);
  auto step = apply::next_key_step(facts, apply::names_of(facts, row));
  if (step && step->action != static_cast<Action>(errand.action)) step.reset();
  run(session, apply::as_set(facts, row), step, errand);
}

// One step at top level for a session that cannot run it. The session holds the claim on the set
// and waits for us; it reads the result in the journal.
void carry_out(const PgsErrand& errand) {
  pg::Session session(pg::Venue::kWorker);
  catalog::require_extension();
  if (const auto adoption = catalog::load_adoption(errand.parent)) {
    carry_out_for_adoption(session, *adoption, errand);
  } else {
    carry_out_for_set(session, errand);
  }
  session.end();
}

}  // namespace
}  // namespace pgscale::worker

extern "C" bool body_errand(const PgsErrand* errand, PgsFailure* failure);
extern "C" bool body_errand(const PgsErrand* errand, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [errand] { pgscale::worker::carry_out(*errand); });
}
