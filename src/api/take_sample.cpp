#include "api/procedure.h"
#include "apply/sampler.h"
#include "catalog/journal.h"
#include "pg/arguments.h"
#include "pg/contain.h"
#include "pg/session.h"
#include "shim/session.h"

namespace pgscale::api {
namespace {

void take_sample(PgsCall* call) {
  require_top_level(
      call, "pgscale.take_sample",
      "It keeps the partitions of the history, each step in a transaction of its own.");
  pg::Session session(pg::Venue::kProcedure);
  if (!apply::take_sample(session, catalog::session_user())) {
    pg::call(pgs_notice, "another session takes a sample, skipping");
  }
  session.end();
}

}  // namespace
}  // namespace pgscale::api

extern "C" bool body_pgscale_take_sample(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_take_sample(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::take_sample(call); });
}
