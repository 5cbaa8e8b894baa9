#include "apply/shard_runner.h"

#include "apply/in_doubt.h"
#include "apply/strong_locks.h"
#include "catalog/journal.h"
#include "catalog/shards.h"
#include "core/failure.h"
#include "core/schedule.h"
#include "pg/query.h"
#include "remote/team.h"
#include "shim/session.h"

namespace pgscale::apply {
namespace {

constexpr std::chrono::seconds kPatience{5};

void execute_on_shard(const ShardStep& step) {
  const auto role = catalog::role_by_name(step.remote_as);
  if (!role) throw Failure(Problem::kUndefinedObject, "public has no rights on a shard");
  remote::Team team({step.shard}, *role, remote::in(kPatience));
  team.begin();
  for (const Sql& sql : step.only_if) {
    const auto rows = team.ask(sql).at(step.shard).rows;
    const bool is_last = &sql == &step.only_if.back();
    if (!is_last || (!rows.empty() && rows.front()[0] == "t")) continue;
    throw Failure(Problem::kInUse, "table " + step.object + " on shard \"" + step.shard +
                                       "\" has come into use meanwhile");
  }
  team.run({{step.shard, step.sql}});
  team.commit();
}

void execute_as_owner(const ShardStep& step) {
  const auto owner = catalog::owner_of_shard(step.shard);
  if (!owner) {
    throw Failure(Problem::kUndefinedObject, "the owner of shard \"" + step.shard + "\" is gone",
                  {}, "Remove the shard as superuser, and add it again.");
  }
  const auto acting = pg::Acting::as_owner(*owner);
  for (const Sql& sql : step.sql) pg::execute(sql);
}

}  // namespace

void ShardRunner::take(const ShardItem& item) {
  if (const auto* step = std::get_if<ShardStep>(&item)) {
    run(*step, [step] {
      if (step->action == ShardAction::kFinishPrepared) {
        finish_prepared(*step);
      } else if (step->remote_as.empty()) {
        execute_as_owner(*step);
      } else {
        execute_on_shard(*step);
      }
    });
  } else {
    refuse(std::get<ShardRefusal>(item));
  }
}

bool ShardRunner::run(const ShardStep& step, const std::function<void()>& deed, Tries tries) {
  const std::int64_t number = catalog::next_run();
  catalog::begin_run(number, step, requester_);
  session_.commit();
  catalog::RunEnd end;
  for (int failures = 1;; failures++) {
    note_.clear();
    end.failure = pg::attempt(deed);
    if (tries == Tries::kOnce || !end.failure || !is_passing(*end.failure)) break;
    const auto wait = wait_before_retry(failures);
    if (!wait) break;
    session_.commit();  // meanwhile nothing is held and nothing is queued for
    (void)pg::call(pgs_sleep, static_cast<std::int64_t>(wait->count()));
  }
  report_.steps++;
  if (end.failure) note_failure(step.action, end.failure->message);
  if (!end.failure) end.note = note_;
  catalog::end_run(number, end);
  session_.commit_promptly();
  return !end.failure;
}

void ShardRunner::refuse(const ShardRefusal& refusal) {
  catalog::record_refusal(refusal, requester_);
  note_failure(refusal.action, refusal.message + ". " + refusal.hint);
  session_.commit();
}

void ShardRunner::note_failure(ShardAction action, const std::string& message) {
  if (action == ShardAction::kFinishPrepared || action == ShardAction::kReach)
    report_.is_in_doubt = true;
  report_.failures++;
  report_.last_error = message;
}

}  // namespace pgscale::apply
