#include "catalog/drift.h"

#include "catalog/policies.h"
#include "core/failure.h"
#include "pg/arguments.h"
#include "pg/contain.h"
#include "pg/server.h"
#include "pg/session.h"

namespace pgscale::api {
namespace {

pg::Value statements(const Drift& drift) {
  if (drift.repair.empty()) return std::nullopt;
  std::vector<std::string> texts;
  for (const Step& step : drift.repair) {
    for (const Sql& sql : step.sql) texts.push_back(sql.text());
  }
  return pg::array_literal(texts);
}

void drift_of(PgsCall* call) {
  const Oid parent = pg::Arguments(call).relation(0, "parent");
  pg::Session session(pg::Venue::kFunction);
  if (!catalog::may_see(parent)) {
    throw Failure(Problem::kInsufficientPrivilege,
                  "permission denied to see the drift of table \"" +
                      std::string(pg::call(pgs_relation_name, parent)) + "\"",
                  "Its owner may, and members of pg_read_all_stats.");
  }
  if (!catalog::load_policy(parent)) (void)catalog::require_policy(catalog::read_parent(parent));
  std::vector<std::vector<pg::Value>> rows;
  for (const Drift& drift : catalog::look_for_drift(parent, pg::current_user())) {
    rows.push_back({drift.partition_oid != 0 ? pg::from_oid(drift.partition_oid) : pg::Value(),
                    text(drift.kind), pg::from_text(drift.object), pg::from_text(drift.expected),
                    pg::from_text(drift.actual), text(drift.severity), statements(drift),
                    pg::from_text(locks_of(drift))});
  }
  session.end();
  pg::ResultRows result(call);
  for (const auto& row : rows) result.add(row);
}

}  // namespace
}  // namespace pgscale::api

extern "C" bool body_pgscale_drift_of(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_drift_of(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::drift_of(call); });
}
