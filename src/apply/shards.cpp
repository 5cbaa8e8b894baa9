#include "apply/shards.h"

#include <algorithm>

#include "apply/in_doubt.h"
#include "apply/reference.h"
#include "apply/shard_move.h"
#include "catalog/journal.h"
#include "catalog/sharded_tables.h"
#include "catalog/shards.h"
#include "core/failure.h"
#include "pg/query.h"
#include "remote/observe.h"

namespace pgscale::apply {
namespace {

constexpr std::chrono::seconds kPatience{5};

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
  // Before tables are dropped that it may hold locks on.
  for (ShardItem& item : plan_in_doubt(registry)) items.push_back(std::move(item));
  const remote::Observation seen = remote::observe_marked(registry, remote::in(kPatience));
  for (const ShardItem& item : plan_sweep(seen.tables, catalog::this_coordinator())) {
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
    for (const Sql& sql : std::get<ShardStep>(item).sql) pg::execute(sql);
  }
}

SyncReport sync_shards(pg::Session& session, const std::string& requester, Whose whose) {
  const ShardRegistry registry = registry_of(whose);
  ShardRunner runner(session, requester);
  for (const ShardItem& item : plan_all_shards(registry)) runner.take(item);
  refresh_copies(session, runner, registry.shards);
  move_partitions(session, runner, registry.shards);
  if (runner.report().steps > 0) catalog::prune_shard_runs();
  return runner.report();
}

}  // namespace pgscale::apply
