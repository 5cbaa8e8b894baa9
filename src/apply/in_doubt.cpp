#include "apply/in_doubt.h"

#include <list>

#include "catalog/shard_ddl.h"
#include "catalog/sharded_tables.h"
#include "catalog/shards.h"
#include "core/failure.h"
#include "core/two_phase.h"
#include "pg/query.h"
#include "remote/link.h"
#include "shim/session.h"

namespace pgscale::apply {
namespace {

constexpr std::chrono::seconds kPatience{3};

// As the owner of the server; anybody may see what is prepared.
void ask(const Shard& shard, std::list<remote::Link>& links) {
  const auto owner = catalog::owner_of_shard(shard.name);
  if (!owner) return;
  const auto deadline = remote::in(kPatience);
  (void)pg::attempt([&] {
    links.emplace_back(remote::target_of(shard.name, *owner), deadline);
    links.back().send(
        "SELECT gid, owner FROM pg_catalog.pg_prepared_xacts"
        " WHERE database = pg_catalog.current_database()"
        "   AND gid LIKE 'pgscale:%' ORDER BY prepared");
  });
}

std::string role_to_finish(const std::string& shard, const std::string& remote_user) {
  if (const auto role = catalog::local_role_of(shard, remote_user)) return *role;
  return pg::call(pgs_role_name, catalog::owner_of_shard(shard).value_or(0));
}

void judge(const remote::Link& link, std::vector<ShardItem>& items) {
  for (const auto& row : link.reply().rows) {
    const auto name = parse_prepared_name(*row[0]);
    if (!name) continue;
    auto item =
        pgscale::plan_in_doubt({link.shard(), *row[0], role_to_finish(link.shard(), *row[1]),
                                catalog::fate_of(name->cluster, name->transaction)});
    if (item) items.push_back(std::move(*item));
  }
}

}  // namespace

std::vector<ShardItem> plan_in_doubt(const ShardRegistry& registry) {
  std::vector<ShardItem> items;
  std::list<remote::Link> links;
  for (const Shard& shard : registry.shards) ask(shard, links);
  std::vector<remote::Link*> all;
  for (remote::Link& link : links) all.push_back(&link);
  remote::gather(all, remote::in(kPatience));
  for (const remote::Link& link : links) {
    if (!link.reply().failure) judge(link, items);
  }
  return items;
}

void finish_prepared(const ShardStep& step) {
  const auto role = catalog::role_by_name(step.remote_as);
  remote::Link link(remote::target_of(step.shard, role.value_or(0)), remote::in(kPatience));
  link.send(step.sql.front().text());
  remote::gather({&link}, remote::in(kPatience));
  const auto& failure = link.reply().failure;
  // Its own session may have been faster.
  if (failure && failure->sqlstate != "42704") throw pg::OutcomeError(*failure);
}

}  // namespace pgscale::apply
