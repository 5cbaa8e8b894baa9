#include "api/batch.h"
#include "api/procedure.h"
#include "apply/drain.h"
#include "catalog/journal.h"
#include "catalog/policies.h"
#include "pg/arguments.h"
#include "pg/contain.h"
#include "pg/session.h"

namespace pgscale::api {
namespace {

void drain_default(PgsCall* call) {
  require_top_level(call, "pgscale.drain_default", "It commits each batch of rows.");
  const pg::Arguments arguments(call);
  const Oid parent = arguments.relation(0, "parent");
  const int batch = batch_of(arguments, 1);
  pg::Session session(pg::Venue::kProcedure);
  const auto facts = catalog::read_parent(parent);
  catalog::require_ownership(facts);
  (void)catalog::require_policy(facts);
  const auto report = apply::drain(session, parent, batch, catalog::session_user());
  session.end();
  if (report.failures == 0) return;
  if (report.steps == 0) throw pg::OutcomeError(*report.trouble);
  warn_of_undone("draining the default partition of \"" + facts.parent.name.name.name() + "\"",
                 report.failures, "partition", report.trouble->message);
}

}  // namespace
}  // namespace pgscale::api

extern "C" bool body_pgscale_drain_default(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_drain_default(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::drain_default(call); });
}
