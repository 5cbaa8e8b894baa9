#include "apply/shard_ddl.h"

#include "catalog/shard_ddl.h"
#include "catalog/shard_grants.h"
#include "catalog/shard_moves.h"
#include "catalog/sharded_tables.h"
#include "core/failure.h"
#include "core/grants.h"
#include "pg/query.h"
#include "pg/server.h"
#include "pg/session.h"
#include "remote/two_phase.h"
#include "shim/transaction_end.h"

namespace pgscale::apply {
namespace {

using Work = std::map<std::string, std::vector<Sql>>;

struct Table {
  Oid relation;
  catalog::TableOwner facts;
  std::vector<catalog::HoldingShard> shards;
};

Table read_table(Oid relation) {
  const pg::OwnSearchPath path;
  const auto row = catalog::require_sharded(relation);
  Table table{relation, catalog::read_owner(relation), catalog::holding_shards(relation)};
  if (row.kind == catalog::ShardedKind::kReference) {
    throw Failure(
        Problem::kNotSupported, "\"" + table.facts.name.name.name() + "\" is a reference table", {},
        "Alter its copies by pgscale.exec_shards(), and then, in one transaction, the table "
        "and its foreign tables, which pgscale.placement names.");
  }
  if (!pg::call(pgs_owns, relation)) {
    throw Failure(Problem::kInsufficientPrivilege,
                  "must be owner of table " + table.facts.name.name.name());
  }
  return table;
}

// A copy on its way would not get the change. Under the lock of the statement here none begins.
void refuse_while_moving(const Table& table) {
  const pg::OwnSearchPath path;
  const auto leaf = catalog::partition_on_its_way(table.relation);
  if (!leaf) return;
  throw Failure(Problem::kInUse,
                "partition \"" + *leaf + "\" of table \"" + table.facts.name.name.name() +
                    "\" is being moved to another shard",
                {}, "Try again when pgscale.shard_move has no row of the table.");
}

// As the caller, who typed it and could run it without us.
void run_here(const ShardDdlRequest& request) {
  const pg::LockTimeout limit(request.lock_timeout);
  Sql sql("");
  sql << Definition{request.ddl};
  pg::execute(sql);
}

std::vector<remote::TwoPhase::Member> members(const Table& table) {
  std::vector<remote::TwoPhase::Member> members;
  for (const auto& shard : table.shards) members.push_back({shard.name, shard.number});
  return members;
}

// On the shards remote users have what the roles behind them have here, on all partitions.
void append_grants(const std::vector<std::string>& users, const std::vector<Grant>& grants,
                   const QualifiedName& name, std::vector<Sql>& work) {
  for (const std::string& user : users) {
    Sql sql("REVOKE ALL ON TABLE ");
    sql << name << " FROM " << Identifier(user);
    work.push_back(sql);
  }
  for (const Sql& sql : grant_statements(grants, name)) work.push_back(sql);
}

Work grants_of(const Table& table) {
  const pg::OwnSearchPath path;
  auto grants = catalog::grants_on_shards(table.relation, table.facts.owner);
  Work work;
  for (const auto& shard : table.shards) {
    const auto users = catalog::remote_users(shard.name, table.facts.owner);
    append_grants(users, grants[shard.name], table.facts.name, work[shard.name]);
    for (const std::string& leaf : shard.leaves) {
      const QualifiedName name{table.facts.name.schema, Identifier(leaf)};
      append_grants(users, grants[shard.name], name, work[shard.name]);
    }
  }
  return work;
}

std::string quoted(const QualifiedName& name) {
  Sql sql("");
  sql << name;
  return sql.text();
}

void run_there(const ShardDdlRequest& request, const Table& table, const DdlWork& work,
               const std::string& search_path) {
  auto shards = std::make_unique<remote::TwoPhase>(members(table), pg::current_user(),
                                                   remote::in(request.timeout));
  shards->run(
      "SELECT pg_catalog.set_config('lock_timeout', $1, true),"
      "       pg_catalog.set_config('search_path', $2, true)",
      {std::to_string(request.lock_timeout.count()), search_path});
  if (work.extent != DdlExtent::kHere) shards->run(request.ddl);
  if (work.changes_grants) shards->run(grants_of(table));
  if (work.changes_keys) {
    const auto keys = shards->ask_first(catalog::keys_query(), {quoted(table.facts.name)});
    const pg::OwnSearchPath path;
    catalog::register_keys(table.relation, *keys.front()[0]);
  }
  const pg::OwnSearchPath path;
  const Mark mark = catalog::own_mark();
  shards->prepare(mark.coordinator.cluster, mark.transaction);
  remote::hand_over(std::move(shards));
  pg::call(pgs_note_prepared, table.relation);
}

}  // namespace

void run_shard_ddl(const ShardDdlRequest& request) {
  const auto search_path =
      pg::query(Sql("SELECT pg_catalog.current_setting('search_path')")).front()[0];
  const Table table = read_table(request.relation);
  const DdlWork work = work_of(catalog::read_ddl(request.ddl, request.relation));
  pg::call(pgs_await_transaction_end, "pgscale.shard_ddl()");
  // The table here comes first: whoever reads through it holds its lock before one on a shard.
  if (work.extent != DdlExtent::kShards) run_here(request);
  if (work.extent == DdlExtent::kHere && !work.changes_grants) return;
  refuse_while_moving(table);
  run_there(request, table, work, *search_path);
}

}  // namespace pgscale::apply
