#include <map>
#include <set>
#include <tuple>

#include "apply/shard_drift.h"
#include "catalog/journal.h"
#include "catalog/shard_state.h"
#include "catalog/sharded_tables.h"
#include "catalog/shards.h"
#include "core/failure.h"
#include "pg/query.h"
#include "pg/server.h"
#include "remote/team.h"

namespace pgscale::apply {
namespace {

// An index is built and a constraint validated within that.
constexpr std::chrono::hours kPatience{6};

// What tells one difference from another, however often it is looked at.
using Key = std::tuple<Oid, std::string, std::string, ShardDriftKind, std::string>;

Key key_of(const FoundShardDrift& found) {
  return {found.relation, found.drift.leaf, found.drift.shard, found.drift.kind,
          found.drift.object};
}

void execute_here(const FoundShardDrift& found) {
  const auto acting = pg::Acting::as_owner(found.owner);
  const pg::LockTimeout limit(pg::lock_timeout());
  for (const Sql& sql : found.drift.fix->sql) pg::execute(sql);
}

// What is made anew is pgscale's, as it was before.
Sql mark_on(const FoundShardDrift& found) {
  QualifiedName table = catalog::read_owner(found.relation).name;
  if (!found.drift.leaf.empty()) table.name = Identifier(found.drift.leaf);
  return mark_statement(table, catalog::own_mark());
}

void execute_there(const FoundShardDrift& found) {
  remote::Team team({found.drift.shard}, found.owner, remote::in(kPatience));
  Sql path("SET LOCAL search_path = pg_catalog, pg_temp");
  std::vector<Sql> work{path};
  work.insert(work.end(), found.drift.fix->sql.begin(), found.drift.fix->sql.end());
  if (found.drift.kind == ShardDriftKind::kMissing) work.push_back(mark_on(found));
  team.begin();
  team.run({{found.drift.shard, work}});
  team.commit();
}

class ShardRepair {
 public:
  ShardRepair(pg::Session& session, const std::string& requester, std::optional<FixCaution> only)
      : session_(session), runner_(session, requester), caution_(only) {}

  // Returns what the last look has found.
  std::vector<FoundShardDrift> run(std::optional<Oid> only) {
    for (;;) {
      std::vector<FoundShardDrift> found = look_for_shard_drift(catalog::Reach::kOwned, only);
      session_.commit();
      bool any = false;
      for (const FoundShardDrift& one : found) {
        if (!is_wanted(one) || !tried_.insert(key_of(one)).second) continue;
        repair(one);
        any = true;
      }
      if (!any) return found;
    }
  }
  [[nodiscard]] const SyncReport& report() const { return runner_.report(); }

 private:
  [[nodiscard]] bool is_wanted(const FoundShardDrift& found) const {
    return found.drift.fix && (!caution_ || found.drift.fix->caution == *caution_);
  }

  void repair(const FoundShardDrift& found) {
    runner_.run(step_of(found), [&found] {
      if (found.drift.fix->site == FixSite::kHere) {
        execute_here(found);
      } else {
        execute_there(found);
      }
    });
  }

  pg::Session& session_;
  ShardRunner runner_;
  std::optional<FixCaution> caution_;
  std::set<Key> tried_;
};

}  // namespace

SyncReport repair_shards(pg::Session& session, std::optional<Oid> only,
                         const std::string& requester) {
  ShardRepair repair(session, requester, std::nullopt);
  const auto left = repair.run(only);
  if (repair.report().steps > 0) catalog::prune_shard_runs();
  for (const FoundShardDrift& found : left) {
    if (found.drift.kind != ShardDriftKind::kUnreachable) continue;
    SyncReport report = repair.report();
    report.failures++;
    report.last_error = found.drift.detail;
    return report;
  }
  return repair.report();
}

SyncReport keep_shards_in_step(pg::Session& session, const std::string& requester) {
  ShardRepair repair(session, requester, FixCaution::kUnasked);
  std::map<std::string, std::vector<ShardDrift>> by_shard;
  for (FoundShardDrift& found : repair.run(std::nullopt))
    by_shard[found.drift.shard].push_back(std::move(found.drift));
  if (catalog::owns_all_sharded_tables()) {
    for (const Shard& shard : catalog::load_registry().shards)
      catalog::record_shard_drift(shard.name, by_shard[shard.name]);
  }
  session.commit();
  return repair.report();
}

}  // namespace pgscale::apply
