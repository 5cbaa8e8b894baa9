#include "apply/shard_move.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "apply/move_deeds.h"
#include "catalog/shard_moves.h"
#include "pg/query.h"
#include "pg/server.h"
#include "remote/survey.h"
#include "shim/session.h"

namespace pgscale::apply {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{5};

// Which owners of tables reach which shards; asked once in a visit.
class Reach {
 public:
  void tell(MoveFacts& facts) {
    ask(facts);
    for (MovingTable& table : facts.tables) {
      for (const std::string& shard : involved(facts, table)) {
        if (!reached_[{shard, table.owner}]) table.unreachable.insert(shard);
      }
    }
    auto& copies = facts.copies;
    const auto is_out_of_reach = [this](const LeavingCopy& copy) {
      return !reached_[{copy.shard, copy.owner}];
    };
    copies.erase(std::remove_if(copies.begin(), copies.end(), is_out_of_reach), copies.end());
  }

 private:
  using Way = std::pair<std::string, Oid>;

  static std::set<std::string> involved(const MoveFacts& facts, const MovingTable& table) {
    std::set<std::string> shards = facts.own;
    for (const Shard& shard : facts.shards) {
      if (shard.state == ShardState::kActive) shards.insert(shard.name);
    }
    for (const MovingPartition& partition : table.partitions) {
      if (partition.move) shards.insert({partition.move->source, partition.move->target});
    }
    return shards;
  }

  void ask(const MoveFacts& facts) {
    std::vector<Way> ways;
    const auto add = [&](const std::string& shard, Oid owner) {
      if (reached_.try_emplace({shard, owner}, false).second) ways.emplace_back(shard, owner);
    };
    for (const MovingTable& table : facts.tables) {
      for (const std::string& shard : involved(facts, table)) add(shard, table.owner);
    }
    for (const LeavingCopy& copy : facts.copies) add(copy.shard, copy.owner);
    std::vector<remote::Question> questions;
    for (const auto& [shard, owner] : ways) questions.push_back({shard, owner, Sql("SELECT"), {}});
    const auto answers = remote::survey(questions, remote::in(kPatience));
    for (std::size_t i = 0; i < ways.size(); i++) reached_[ways[i]] = !answers[i].reply.failure;
  }

  std::map<Way, bool> reached_;
};

class Mover {
 public:
  Mover(pg::Session& session, ShardRunner& runner, const std::vector<Shard>& shards)
      : session_(session), runner_(runner), shards_(shards) {
    if (session.venue() == pg::Venue::kWorker) begin_until_ = steady_clock::now() + pg::naptime();
  }

  void run() {
    while (const auto item = choose()) take(*item);
  }

 private:
  using Key = std::pair<Oid, std::string>;

  // The next step of the partition that comes first and gets on.
  std::optional<MoveItem> choose() {
    MoveFacts facts = catalog::load_move_facts(shards_);
    session_.commit();  // nobody's DDL waits while shards are asked
    reach_.tell(facts);
    std::set<Key> passed = stalled_;
    for (MoveItem& item : plan_moves(facts)) {
      const Key key{item.relation, item.leaf};
      if (const auto* refusal = std::get_if<ShardRefusal>(&item.item)) {
        if (refused_.insert({refusal->shard, refusal->object}).second) runner_.refuse(*refusal);
      } else if (item.begins && !may_begin(item)) {
        passed.insert(key);
      } else if (passed.count(key) == 0) {
        return std::move(item);
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] bool may_begin(const MoveItem& item) const {
    return held_up_.count(item.relation) == 0 &&
           (!begin_until_ || steady_clock::now() < *begin_until_);
  }

  // Whoever has the claim may be at the same partition.
  void take(const MoveItem& item) {
    const bool is_claimed = pg::call(pgs_claim, item.relation, PGS_CLAIM_MAINTENANCE);
    const bool went_well =
        is_claimed && is_as_planned(item) && MoveDeeds(runner_, item).carry_out();
    if (is_claimed) pg::call(pgs_unclaim, item.relation, PGS_CLAIM_MAINTENANCE);
    if (went_well) return;
    const ShardAction action = std::get<ShardStep>(item.item).action;
    if (action == ShardAction::kCopy || action == ShardAction::kSwap)
      held_up_.insert(item.relation);
    // What could not be copied is opened again at once.
    if (action != ShardAction::kCopy || !is_claimed) stalled_.insert({item.relation, item.leaf});
  }

  static bool is_as_planned(const MoveItem& item) {
    const auto move = catalog::find_move(item.relation, item.leaf);
    if (item.begins || item.move.target.empty()) return !move;
    return move && move->phase == item.move.phase && move->target == item.move.target;
  }

  pg::Session& session_;
  ShardRunner& runner_;
  const std::vector<Shard>& shards_;
  Reach reach_;
  std::optional<steady_clock::time_point> begin_until_;  // empty: as long as it takes
  std::set<Key> stalled_;                                // partitions that failed in this visit
  std::set<Oid> held_up_;                                // their tables
  std::set<std::pair<std::string, std::string>> refused_;
};

}  // namespace

std::vector<ShardItem> plan_moves_from(const std::vector<Shard>& shards) {
  if (!catalog::is_anything_to_move()) return {};
  MoveFacts facts = catalog::load_move_facts(shards);
  Reach().tell(facts);
  std::vector<ShardItem> items;
  for (MoveItem& item : plan_moves(facts)) items.push_back(std::move(item.item));
  return items;
}

void move_partitions(pg::Session& session, ShardRunner& runner, const std::vector<Shard>& shards) {
  if (catalog::is_anything_to_move()) Mover(session, runner, shards).run();
}

}  // namespace pgscale::apply
