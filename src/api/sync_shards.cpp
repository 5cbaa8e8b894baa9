#include "api/procedure.h"
#include "apply/shard_drift.h"
#include "apply/shard_move.h"
#include "apply/shard_visits.h"
#include "apply/shards.h"
#include "catalog/journal.h"
#include "pg/arguments.h"
#include "pg/contain.h"
#include "pg/session.h"

namespace pgscale::api {
namespace {

std::string sql_array(const ShardStep& step) {
  std::vector<std::string> statements;
  for (const Sql& sql : step.sql) statements.push_back(sql.text());
  for (const auto& [shard, work] : step.there) {
    for (const Sql& sql : work) statements.push_back("-- on shard " + shard + ": " + sql.text());
  }
  return pg::array_literal(statements);
}

void plan_shards(PgsCall* call) {
  pg::Session session(pg::Venue::kFunction);
  const ShardRegistry registry = apply::registry_of(apply::Whose::kOwn);
  auto items = apply::plan_all_shards(registry);
  for (ShardItem& item : apply::plan_moves_from(registry.shards)) items.push_back(std::move(item));
  for (const auto& found : apply::look_for_shard_drift(catalog::Reach::kOwned, std::nullopt)) {
    if (found.drift.fix && found.drift.fix->caution == FixCaution::kUnasked)
      items.emplace_back(apply::step_of(found));
  }
  session.end();
  pg::ResultRows rows(call);
  int number = 0;
  for (const ShardItem& item : items) {
    number++;
    if (const auto* step = std::get_if<ShardStep>(&item)) {
      rows.add({pg::from_int(number), text(step->action), step->shard, step->object, step->reason,
                sql_array(*step), std::nullopt});
    } else {
      const auto& refusal = std::get<ShardRefusal>(item);
      rows.add({pg::from_int(number), text(refusal.action), refusal.shard, refusal.object,
                std::nullopt, std::nullopt, refusal.message + ". " + refusal.hint});
    }
  }
}

void sync_shards(PgsCall* call) {
  require_top_level(call, "pgscale.sync_shards",
                    "It carries out each step in a transaction of its own.");
  pg::Session session(pg::Venue::kProcedure);
  auto report = apply::sync_shards(session, catalog::session_user(), apply::Whose::kOwn);
  apply::look_at_shards(session, apply::Whose::kOwn);
  const auto kept = apply::keep_shards_in_step(session, catalog::session_user());
  session.end();
  report.failures += kept.failures;
  if (kept.failures > 0) report.last_error = kept.last_error;
  warn_of_undone("sync_shards", report.failures, "step", report.last_error);
}

}  // namespace
}  // namespace pgscale::api

extern "C" {
bool body_pgscale_plan_shards(PgsCall* call, PgsFailure* failure);
bool body_pgscale_sync_shards(PgsCall* call, PgsFailure* failure);

bool body_pgscale_plan_shards(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::plan_shards(call); });
}

bool body_pgscale_sync_shards(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::sync_shards(call); });
}
}
