#include "apply/repair.h"
#include "api/procedure.h"
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

void repair(PgsCall* call) {
  require_top_level(call, "pgscale.repair",
                    "It carries out each step in a transaction of its own.");
  const pg::Arguments arguments(call);
  const Oid parent = arguments.relation(0, "parent");
  const auto kinds = arguments.text(1);
  pg::Session session(pg::Venue::kProcedure);
  const auto facts = catalog::read_parent(parent);
  catalog::require_ownership(facts);
  (void)catalog::require_policy(facts);
  const auto report = apply::repair(session, parent, chosen_kinds(kinds), catalog::session_user());
  session.end();
  warn_of_undone("repair of \"" + facts.parent.name.name.name() + "\"", report.failures, "step",
                 report.last_error);
}

}  // namespace
}  // namespace pgscale::api

extern "C" bool body_pgscale_repair(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_repair(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::repair(call); });
}
