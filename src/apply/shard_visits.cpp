#include "apply/shard_visits.h"

#include "apply/shard_statistics.h"
#include "catalog/shard_state.h"
#include "catalog/shards.h"
#include "core/shard_statistics.h"
#include "remote/survey.h"

namespace pgscale::apply {
namespace {

constexpr std::chrono::seconds kPatience{2};

struct Visited {
  std::string shard;
  std::vector<catalog::ShardLeaf> leaves;
};

void take(const Visited& visited, const remote::Answer& answer,
          std::vector<catalog::ShardLeaf>& stale) {
  if (answer.reply.failure) {
    catalog::record_unreachable(visited.shard, *answer.reply.failure);
    return;
  }
  const auto state = catalog::read_state(answer.reply.rows, visited.leaves.size());
  catalog::record_state(visited.shard, state, answer.elapsed);
  for (std::size_t i = 0; i < visited.leaves.size(); i++) {
    if (counts_are_stale(visited.leaves[i].rows, state.rows[i])) stale.push_back(visited.leaves[i]);
  }
}

}  // namespace

void look_at_shards(pg::Session& session, Whose whose) {
  std::vector<Visited> visited;
  std::vector<remote::Question> questions;
  for (const Shard& shard : registry_of(whose).shards) {
    const auto owner = catalog::owner_of_shard(shard.name);
    if (!owner) continue;
    visited.push_back({shard.name, catalog::leaves_on_shard(shard.name)});
    auto [sql, parameters] = catalog::state_question(visited.back().leaves);
    questions.push_back({shard.name, *owner, std::move(sql), std::move(parameters)});
  }
  session.commit();  // nobody's DDL waits while shards are asked
  const auto answers = remote::survey(questions, remote::in(kPatience));
  std::vector<catalog::ShardLeaf> stale;
  for (std::size_t i = 0; i < visited.size(); i++) take(visited[i], answers[i], stale);
  session.commit();
  if (!stale.empty()) (void)copy_statistics(session, stale);
}

}  // namespace pgscale::apply
