#include "catalog/state.h"
#include "pg/contain.h"
#include "pg/query.h"
#include "pg/session.h"
#include "shim/ddl.h"
#include "shim/workers.h"

namespace pgscale::api {
namespace {

// The event trigger on sql_drop. The set goes with its table; its history stays, under its name.
void forget_dropped(PgsCall* call) {
  pg::Session session(pg::Venue::kFunction);
  const auto acting = pg::Acting::as_extension();
  // While the extension itself is being dropped its tables may be gone already.
  const bool installed =
      !pg::query(Sql("SELECT WHERE to_regclass('pgscale.run') IS NOT NULL")).empty();
  if (installed) {
    const Sql dropped(
        " IN (SELECT objid FROM pg_catalog.pg_event_trigger_dropped_objects()"
        "      WHERE classid = 'pg_catalog.pg_class'::regclass AND objsubid = 0)");
    for (Sql sql : {Sql("DELETE FROM pgscale.policy WHERE parent"),
                    Sql("DELETE FROM pgscale.subpolicy WHERE parent"),
                    Sql("DELETE FROM pgscale.set_state WHERE root"),
                    Sql("DELETE FROM pgscale.set_state WHERE parent"),
                    Sql("DELETE FROM pgscale.analyzed WHERE parent"),
                    Sql("DELETE FROM pgscale.drift_watch WHERE parent"),
                    Sql("DELETE FROM pgscale.change WHERE parent"),
                    Sql("DELETE FROM pgscale.milestone WHERE parent"),
                    Sql("DELETE FROM pgscale.retirement WHERE partition"),
                    Sql("DELETE FROM pgscale.growing WHERE partition"),
                    Sql("DELETE FROM pgscale.cold_copy WHERE partition"),
                    Sql("DELETE FROM pgscale.hook_call WHERE parent"),
                    Sql("DELETE FROM pgscale.sharded_table WHERE relation"),
                    Sql("DELETE FROM pgscale.adoption WHERE relation"),
                    Sql("UPDATE pgscale.adoption SET parent = NULL WHERE parent"),
                    Sql("UPDATE pgscale.run SET parent = NULL WHERE parent")}) {
      pg::execute(sql << dropped);
    }
  }
  session.end();
  pg::call(pgs_return_void, call);
}

// Somebody gave a set a partition or took one from it: the worker looks when the transaction
// commits. Not much is done for the statements of others, and of theirs most are no such.
void note_ddl(PgsCall* call) {
  const PgsParents parents = pg::call(pgs_ddl_parents, call);
  if (parents.count > 0) {
    pg::Session session(pg::Venue::kFunction);
    const pg::OwnSearchPath path;
    catalog::note_changes({parents.oids, parents.oids + parents.count});
    session.end();
    pg::call(pgs_wake_launcher_at_commit);
  }
  pg::call(pgs_return_void, call);
}

}  // namespace
}  // namespace pgscale::api

extern "C" {
bool body_pgscale_forget_dropped(PgsCall* call, PgsFailure* failure);
bool body_pgscale_note_ddl(PgsCall* call, PgsFailure* failure);

bool body_pgscale_forget_dropped(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::forget_dropped(call); });
}

bool body_pgscale_note_ddl(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::note_ddl(call); });
}
}
