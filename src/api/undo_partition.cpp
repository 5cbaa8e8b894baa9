#include "api/arguments.h"
#include "api/batch.h"
#include "api/procedure.h"
#include "apply/undo.h"
#include "catalog/journal.h"
#include "catalog/policies.h"
#include "pg/contain.h"
#include "pg/server.h"
#include "pg/session.h"

namespace pgscale::api {
namespace {

void undo_partition(PgsCall* call) {
  require_top_level(call, "pgscale.undo_partition", "It commits each batch of rows.");
  const pg::Arguments arguments(call);
  const Oid parent = arguments.relation(0, "parent");
  const Oid table = arguments.relation(1, "target");
  const int batch = batch_of(arguments, 2);
  pg::Session session(pg::Venue::kProcedure);
  const auto facts = catalog::read_parent(parent);
  catalog::require_ownership(facts);
  refuse_below(facts);
  (void)catalog::require_policy(facts);
  const auto report = apply::undo(session, parent, table, batch, catalog::session_user());
  session.end();
  if (report.trouble) throw pg::OutcomeError(*report.trouble);
  const std::string name = facts.parent.name.name.name();
  pg::call(pgs_notice, (std::to_string(report.rows) + " rows of " +
                        std::to_string(report.partitions) + " partitions were moved; table \"" +
                        name + "\" has no partitions any more and is not managed")
                           .c_str());
}

}  // namespace
}  // namespace pgscale::api

extern "C" bool body_pgscale_undo_partition(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_undo_partition(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::undo_partition(call); });
}
