#include "catalog/journal.h"
#include "pg/contain.h"
#include "pg/session.h"
#include "shim/table_ref.h"
#include "shim/trigger.h"

namespace pgscale::api {
namespace {

// Who restores may not have seen the warning, for pg_restore shows none.
void record_missing(catalog::LeftOut what) {
  pg::Session session(pg::Venue::kFunction);
  while (const char* table = pg::call(pgs_take_missing_table)) {
    catalog::record_left_out(table, what, catalog::session_user());
  }
  session.end();
}

// The trigger of the tables that a dump has rows of: the table of this row was not restored.
void leave_out(PgsCall* call) {
  pg::call(pgs_trigger_skip, call);
  record_missing(catalog::LeftOut::kRow);
}

// The trigger of policies whose template was not restored.
void leave_template_out(PgsCall* call) {
  pg::call(pgs_trigger_clear, call, "template");
  record_missing(catalog::LeftOut::kTemplate);
}

}  // namespace
}  // namespace pgscale::api

extern "C" {
bool body_pgscale_leave_out(PgsCall* call, PgsFailure* failure);
bool body_pgscale_leave_template_out(PgsCall* call, PgsFailure* failure);

bool body_pgscale_leave_out(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::leave_out(call); });
}

bool body_pgscale_leave_template_out(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::leave_template_out(call); });
}
}
