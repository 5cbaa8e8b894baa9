#include <algorithm>

#include "apply/step_runner.h"
#include "catalog/extension.h"
#include "core/plan.h"
#include "pg/contain.h"
#include "pg/session.h"
#include "shim/workers.h"

namespace pgscale::worker {
namespace {

// One concurrent detach for a session that cannot run it. The session holds the claim on the set
// and waits for us; it reads the result in the journal.
void detach_for(const PgsErrand& errand) {
  pg::Session session(pg::Venue::kWorker);
  catalog::require_extension();
  catalog::ManagedSet managed = catalog::load_set(errand.parent);
  managed.set.policy.retire = errand.drop_follows ? Retire::kDrop : Retire::kDetach;
  const auto& partitions = managed.set.inventory.partitions;
  const auto partition = std::find_if(
      partitions.begin(), partitions.end(),
      [&errand](const Partition& candidate) { return candidate.oid == errand.partition; });
  if (partition != partitions.end()) {
    const Step step = retirement_steps(managed.set, *partition, std::string(errand.reason)).front();
    apply::StepRunner runner(session, managed, pg::call(pgs_role_name, errand.requester));
    (void)runner.run(step, errand.run);
  }
  session.end();
}

}  // namespace
}  // namespace pgscale::worker

extern "C" bool body_errand(const PgsErrand* errand, PgsFailure* failure);
extern "C" bool body_errand(const PgsErrand* errand, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [errand] { pgscale::worker::detach_for(*errand); });
}
