#include "catalog/journal.h"
#include "catalog/state.h"
#include "pg/contain.h"
#include "pg/query.h"
#include "pg/session.h"
#include "shim/ddl.h"
#include "shim/workers.h"

namespace pgscale::api {
namespace {

// Sets go on without a template that is gone. Who drops it is told, and so is who looks for what
// partitions made since then lack.
void let_go_of_templates(const Sql& dropped) {
  Sql sql(
      "SELECT p.parent::oid, o.object_identity"
      "  FROM (SELECT parent, template FROM pgscale.policy"
      "        UNION SELECT parent, template FROM pgscale.subpolicy) p"
      "  JOIN pg_catalog.pg_event_trigger_dropped_objects() o"
      "    ON o.classid = 'pg_catalog.pg_class'::regclass AND o.objsubid = 0"
      "   AND o.objid = p.template ORDER BY 1");
  const pg::Rows sets = pg::query(sql);
  if (sets.empty()) return;  // even an UPDATE of nothing would wake the launcher
  for (const auto& row : sets) {
    const Oid parent = pg::to_oid(row[0]);
    const std::string message = "partition set \"" +
                                std::string(pg::call(pgs_relation_name, parent)) +
                                "\" goes on without its template \"" + *row[1] + "\"";
    const char* hint = "Use pgscale.alter_parent() to give it another one.";
    pg::call(pgs_warning, message.c_str(), hint);
    catalog::record_template_dropped(parent, message, hint, catalog::session_user());
  }
  for (Sql clear : {Sql("UPDATE pgscale.policy SET template = NULL WHERE template"),
                    Sql("UPDATE pgscale.subpolicy SET template = NULL WHERE template")}) {
    pg::execute(clear << dropped);
  }
}

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
    let_go_of_templates(dropped);
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
