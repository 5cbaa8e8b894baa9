#include <algorithm>
#include <set>

#include "api/procedure.h"
#include "apply/adoption.h"
#include "apply/maintenance.h"
#include "catalog/adoptions.h"
#include "catalog/due.h"
#include "catalog/inventory.h"
#include "catalog/journal.h"
#include "catalog/subpolicies.h"
#include "pg/arguments.h"
#include "pg/contain.h"
#include "pg/server.h"
#include "pg/session.h"

namespace pgscale::api {
namespace {

using apply::Attendance;
using apply::Report;

void notice(const std::string& message) { pg::call(pgs_notice, message.c_str()); }
void warn(const std::string& message, const char* hint) {
  pg::call(pgs_warning, message.c_str(), hint);
}

void tell(const Report& report, Oid parent) {
  const std::string name = pg::call(pgs_relation_name, parent);
  switch (report.attendance) {
    case Attendance::kBusy:
      notice("partition set \"" + name + "\" is being maintained by another session, skipping");
      return;
    case Attendance::kPaused: notice("partition set \"" + name + "\" is paused, skipping"); return;
    case Attendance::kQuarantined:
      warn("partition set \"" + name + "\" is quarantined after crashes, skipping",
           "Use pgscale.resume() to try it again.");
      return;
    case Attendance::kGone: return;
    case Attendance::kMaintained: break;
  }
  warn_of_undone("maintenance of \"" + name + "\"", report.failures, "step", report.last_error);
}

// Where no worker visits the database, the adoptions that have come to a standstill are looked at
// here.
void release_own_guards(pg::Session& session, const std::string& requester) {
  for (Oid table : catalog::guards_due(pg::policy_now())) {
    if (pg::call(pgs_owns, table)) apply::release_guard(session, table, requester);
  }
}

std::vector<Oid> with_sets_below(Oid parent) {
  std::vector<Oid> sets = catalog::sets_below(parent);
  sets.insert(sets.begin(), parent);
  return sets;
}

void run_maintenance(PgsCall* call) {
  require_top_level(call, "pgscale.run_maintenance",
                    "It carries out each step in a transaction of its own.");
  const auto parent = pg::Arguments(call).oid(0);
  const std::string requester = catalog::session_user();
  pg::Session session(pg::Venue::kProcedure);
  if (!parent && !catalog::may_be_due(pg::policy_now(), pg::real_now())) {
    session.end();
    return;
  }
  if (parent) {
    const auto facts = catalog::read_parent(*parent);
    catalog::require_ownership(facts);
    (void)catalog::require_policy(facts);
  }
  if (!parent) release_own_guards(session, requester);
  // A set that is visited may bring forth others below it.
  std::set<Oid> visited;
  for (;;) {
    std::vector<Oid> sets =
        parent ? with_sets_below(*parent) : catalog::own_due_sets(pg::policy_now(), pg::real_now());
    sets.erase(std::remove_if(sets.begin(), sets.end(),
                              [&visited](Oid set) { return !visited.insert(set).second; }),
               sets.end());
    if (sets.empty()) break;
    for (Oid set : sets) tell(apply::maintain(session, set, requester), set);
  }
  session.end();
}

}  // namespace
}  // namespace pgscale::api

extern "C" bool body_pgscale_run_maintenance(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_run_maintenance(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::run_maintenance(call); });
}
