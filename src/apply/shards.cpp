#include "apply/shards.h"

#include <algorithm>

#include "catalog/journal.h"
#include "catalog/shards.h"
#include "core/failure.h"
#include "pg/query.h"

namespace pgscale::apply {
namespace {

void execute(const ShardStep& step) {
  for (const Sql& sql : step.sql) pg::execute(sql);
}

// The shards of the caller, or of everybody.
ShardRegistry registry_of(Whose whose) {
  ShardRegistry registry = catalog::load_registry();
  if (whose == Whose::kAll) return registry;
  const auto is_foreign = [](const std::string& shard) { return !catalog::owns_shard(shard); };
  auto& shards = registry.shards;
  shards.erase(std::remove_if(shards.begin(), shards.end(),
                              [&](const Shard& shard) { return is_foreign(shard.name); }),
               shards.end());
  auto& users = registry.users;
  users.erase(std::remove_if(users.begin(), users.end(),
                             [&](const ShardUser& user) { return is_foreign(user.shard); }),
              users.end());
  return registry;
}

void execute_as_owner(const ShardStep& step) {
  const auto owner = catalog::owner_of_shard(step.shard);
  if (!owner) {
    throw Failure(Problem::kUndefinedObject, "the owner of shard \"" + step.shard + "\" is gone",
                  {}, "Remove the shard as superuser, and add it again.");
  }
  const auto acting = pg::Acting::as_owner(*owner);
  execute(step);
}

class Sync {
 public:
  Sync(pg::Session& session, const std::string& requester)
      : session_(session), requester_(requester) {}

  void take(const ShardItem& item) {
    if (const auto* step = std::get_if<ShardStep>(&item)) {
      run(*step);
    } else {
      const auto& refusal = std::get<ShardRefusal>(item);
      catalog::record_refusal(refusal, requester_);
      note_failure(refusal.message + ". " + refusal.hint);
    }
    session_.commit();
  }
  [[nodiscard]] const SyncReport& report() const { return report_; }

 private:
  void run(const ShardStep& step) {
    const std::int64_t number = catalog::next_run();
    catalog::begin_run(number, step, requester_);
    session_.commit();
    catalog::RunEnd end;
    end.failure = pg::attempt([&] { execute_as_owner(step); });
    report_.steps++;
    if (end.failure) note_failure(end.failure->message);
    catalog::end_run(number, end);
  }

  void note_failure(const std::string& message) {
    report_.failures++;
    report_.last_error = message;
  }

  pg::Session& session_;
  const std::string& requester_;
  SyncReport report_;
};

}  // namespace

void bring_about(const std::vector<ShardItem>& items) {
  for (const ShardItem& item : items) {
    if (const auto* refusal = std::get_if<ShardRefusal>(&item)) {
      throw Failure(Problem::kNotInPrerequisiteState,
                    "shard \"" + refusal->shard + "\": " + refusal->message, {}, refusal->hint);
    }
    execute(std::get<ShardStep>(item));
  }
}

SyncReport sync_shards(pg::Session& session, const std::string& requester, Whose whose) {
  const ShardRegistry registry = registry_of(whose);
  Sync sync(session, requester);
  for (const ShardItem& item : plan_shards(registry, catalog::observe_shards(registry))) {
    sync.take(item);
  }
  if (sync.report().steps > 0) catalog::prune_shard_runs();
  return sync.report();
}

}  // namespace pgscale::apply
