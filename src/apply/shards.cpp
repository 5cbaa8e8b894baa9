#include "apply/shards.h"

#include <algorithm>

#include "catalog/journal.h"
#include "catalog/shards.h"
#include "core/failure.h"
#include "pg/query.h"
#include "remote/observe.h"
#include "remote/team.h"
#include "shim/session.h"

namespace pgscale::apply {
namespace {

constexpr std::chrono::seconds kPatience{5};

void execute(const ShardStep& step) {
  for (const Sql& sql : step.sql) pg::execute(sql);
}

void execute_on_shard(const ShardStep& step) {
  const auto role = catalog::role_by_name(step.remote_as);
  if (!role) throw Failure(Problem::kUndefinedObject, "public has no rights on a shard");
  remote::Team team({step.shard}, *role, remote::in(kPatience));
  team.begin();
  team.run({{step.shard, step.sql}});
  team.commit();
}

void execute_as_owner(const ShardStep& step) {
  if (!step.remote_as.empty()) {
    execute_on_shard(step);
    return;
  }
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

std::vector<ShardItem> plan_all_shards(const ShardRegistry& registry) {
  std::vector<ShardItem> items = plan_shards(registry, catalog::observe_shards(registry));
  const remote::Observation seen = remote::observe_marked(registry, remote::in(kPatience));
  for (const ShardItem& item : plan_sweep(seen.tables, pg::call(pgs_cluster_identity))) {
    items.push_back(item);
  }
  items.insert(items.end(), seen.unreachable.begin(), seen.unreachable.end());
  return items;
}

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
  for (const ShardItem& item : plan_all_shards(registry)) sync.take(item);
  if (sync.report().steps > 0) catalog::prune_shard_runs();
  return sync.report();
}

}  // namespace pgscale::apply
