#include "catalog/journal.h"
#include "pg/contain.h"
#include "pg/session.h"
#include "shim/table_ref.h"
#include "shim/trigger.h"

namespace pgscale::api {
namespace {

// The trigger of the tables that a dump has rows of: the table of this row was not restored. Who
// restores may not have seen the warning, for pg_restore shows none.
void leave_out(PgsCall* call) {
  pg::call(pgs_trigger_skip, call);
  const char* table = pg::call(pgs_missing_table);
  if (table == nullptr) return;
  pg::Session session(pg::Venue::kFunction);
  catalog::record_left_out(table, catalog::session_user());
  session.end();
}

}  // namespace
}  // namespace pgscale::api

extern "C" bool body_pgscale_leave_out(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_leave_out(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::leave_out(call); });
}
