#include "apply/shard_statistics.h"

#include <map>
#include <set>
#include <utility>

#include "catalog/shard_drift.h"
#include "catalog/shard_statistics.h"
#include "catalog/sharded_tables.h"
#include "pg/server.h"
#include "remote/survey.h"

namespace pgscale::apply {
namespace {

using catalog::ShardLeaf;

constexpr std::chrono::seconds kPatience{10};
constexpr std::chrono::hours kPatienceToAnalyze{1};

using Group = std::vector<ShardLeaf>;

// Of one owner on one shard.
std::vector<Group> groups_of(const std::vector<ShardLeaf>& leaves) {
  std::map<std::pair<std::string, Oid>, Group> by_owner;
  for (const ShardLeaf& leaf : leaves) by_owner[{leaf.shard, leaf.owner}].push_back(leaf);
  std::vector<Group> groups;
  for (auto& [key, group] : by_owner) groups.push_back(std::move(group));
  return groups;
}

void note(StatisticsReport& report, const pg::Outcome& failure) {
  report.failures++;
  report.last_error = failure.message;
}

// Where nobody has counted the rows, nothing is known that would be better than what is here.
void store(const Group& group, const remote::Reply& reply, std::set<Oid>& parents,
           StatisticsReport& report) {
  if (reply.failure) {
    note(report, *reply.failure);
    return;
  }
  const auto statistics = catalog::read_statistics(reply.rows, group.size());
  for (std::size_t i = 0; i < group.size(); i++) {
    if (statistics[i].rows < 0) continue;
    const auto trouble = pg::attempt([&] {
      const pg::LockTimeout limit(pg::lock_timeout());
      // Reading a value of a domain runs its CHECK, which may be anybody's code.
      const auto acting = pg::Acting::as_owner(group[i].owner);
      catalog::store_statistics(group[i], statistics[i]);
    });
    if (trouble) {
      note(report, *trouble);
      continue;
    }
    report.leaves++;
    parents.insert(group[i].parent);
  }
}

Sql analyze_statement(const QualifiedName& table) {
  Sql sql("ANALYZE ");
  sql << table;
  return sql;
}

}  // namespace

StatisticsReport copy_statistics(pg::Session& session, const std::vector<ShardLeaf>& leaves) {
  const std::vector<Group> groups = groups_of(leaves);
  std::vector<remote::Question> questions;
  for (const Group& group : groups) {
    auto [sql, parameters] = catalog::statistics_question(group);
    questions.push_back(
        {group.front().shard, group.front().owner, std::move(sql), std::move(parameters)});
  }
  const auto answers = remote::survey(questions, remote::in(kPatience));
  StatisticsReport report;
  std::set<Oid> parents;
  for (std::size_t i = 0; i < groups.size(); i++) {
    store(groups[i], answers[i].reply, parents, report);
    session.commit();  // so that nobody waits for the locks of all
  }
  for (Oid parent : parents) {
    const auto trouble = pg::attempt([&] {
      const pg::LockTimeout limit(pg::lock_timeout());
      catalog::add_up_rows(parent);
    });
    if (trouble) note(report, *trouble);
    session.commit();
  }
  return report;
}

StatisticsReport analyze_shards(pg::Session& session, std::optional<Oid> only) {
  std::vector<remote::Question> questions;
  std::vector<ShardLeaf> leaves;
  for (const auto& table : catalog::sharded_tables_of(catalog::Reach::kOwned, only)) {
    const QualifiedName name = catalog::read_owner(table.relation).name;
    std::set<std::string> shards;
    for (const ShardLeaf& leaf : catalog::leaves_of_table(table.relation)) {
      shards.insert(leaf.shard);
      leaves.push_back(leaf);
    }
    for (const std::string& shard : shards)
      questions.push_back({shard, table.owner, analyze_statement(name), {}});
  }
  session.commit();
  StatisticsReport analyzed;
  for (const auto& answer : remote::survey(questions, remote::in(kPatienceToAnalyze))) {
    if (answer.reply.failure) note(analyzed, *answer.reply.failure);
  }
  StatisticsReport report = copy_statistics(session, leaves);
  report.failures += analyzed.failures;
  if (analyzed.failures > 0) report.last_error = analyzed.last_error;
  return report;
}

}  // namespace pgscale::apply
