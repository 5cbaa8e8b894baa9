#include "apply/shard_drift.h"
#include "api/procedure.h"
#include "catalog/journal.h"
#include "catalog/parents.h"
#include "pg/arguments.h"
#include "pg/contain.h"
#include "pg/server.h"
#include "pg/session.h"

namespace pgscale::api {
namespace {

pg::Value statements(const std::vector<Sql>& sql) {
  std::vector<std::string> texts;
  for (const Sql& statement : sql) texts.push_back(statement.text());
  return pg::array_literal(texts);
}

void shard_drift_of(PgsCall* call) {
  const auto only = pg::Arguments(call).oid(0);
  pg::Session session(pg::Venue::kFunction);
  const auto found = apply::look_for_shard_drift(catalog::Reach::kSeen, only);
  session.end();
  pg::ResultRows rows(call);
  for (const auto& [relation, owner, drift] : found) {
    rows.add({pg::from_oid(relation), pg::from_text(drift.leaf), pg::from_text(drift.shard),
              text(drift.kind), pg::from_text(drift.object), text(drift.severity), drift.detail,
              drift.fix ? pg::Value(text(drift.fix->site)) : std::nullopt,
              drift.fix ? statements(drift.fix->sql) : std::nullopt});
  }
}

void repair_shards(PgsCall* call) {
  require_top_level(call, "pgscale.repair_shards",
                    "It carries out each step in a transaction of its own.");
  const auto only = pg::Arguments(call).oid(0);
  pg::Session session(pg::Venue::kProcedure);
  if (only) catalog::require_ownership(*only);
  const auto report = apply::repair_shards(session, only, catalog::session_user());
  session.end();
  warn_of_undone("repair_shards", report.failures, "step", report.last_error,
                 "See pgscale.runs and pgscale.shard_drift.");
}

}  // namespace
}  // namespace pgscale::api

extern "C" {
bool body_pgscale_shard_drift_of(PgsCall* call, PgsFailure* failure);
bool body_pgscale_repair_shards(PgsCall* call, PgsFailure* failure);

bool body_pgscale_shard_drift_of(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::shard_drift_of(call); });
}

bool body_pgscale_repair_shards(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::repair_shards(call); });
}
}
