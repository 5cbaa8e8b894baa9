#include "apply/repair.h"

#include <algorithm>

#include "catalog/journal.h"
#include "catalog/policies.h"
#include "core/failure.h"
#include "pg/arguments.h"
#include "pg/contain.h"
#include "pg/session.h"

namespace pgscale::api {
namespace {

std::set<DriftKind> chosen_kinds(const std::optional<std::string>& array) {
  const auto& all = all_drift_kinds();
  if (!array) return {all.begin(), all.end()};
  std::set<DriftKind> chosen;
  for (const auto& row : pg::query(Sql("SELECT unnest($1::text[])"), {array})) {
    const auto found = std::find_if(all.begin(), all.end(), [&row](DriftKind kind) {
      return row[0] == std::string(text(kind));
    });
    if (found == all.end()) {
      throw Failure(Problem::kInvalidParameter,
                    "invalid value for kinds: \"" + row[0].value_or("NULL") + "\"", {},
                    "The kinds are those of the view pgscale.drift.");
    }
    chosen.insert(*found);
  }
  return chosen;
}

void require_top_level(PgsCall* call) {
  if (pg::call(pgs_call_may_commit, call)) return;
  throw Failure(Problem::kInvalidTransactionState,
                "pgscale.repair() cannot run inside a transaction block or a function",
                "It carries out each step in a transaction of its own.");
}

void repair(PgsCall* call) {
  require_top_level(call);
  pg::call(pgs_prevent_in_recovery, "pgscale.repair()");
  const pg::Arguments arguments(call);
  const Oid parent = arguments.relation(0, "parent");
  const auto kinds = arguments.text(1);
  pg::Session session(pg::Venue::kProcedure);
  const auto facts = catalog::read_parent(parent);
  catalog::require_ownership(facts);
  (void)catalog::require_policy(facts);
  const auto report = apply::repair(session, parent, chosen_kinds(kinds), catalog::session_user());
  session.end();
  if (report.failures == 0) return;
  const std::string message = "repair of \"" + facts.parent.name.name.name() + "\" left " +
                              std::to_string(report.failures) +
                              (report.failures == 1 ? " step" : " steps") +
                              " undone: " + report.last_error;
  pg::call(pgs_warning, message.c_str(), "See pgscale.runs.");
}

}  // namespace
}  // namespace pgscale::api

extern "C" bool body_pgscale_repair(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_repair(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::repair(call); });
}
