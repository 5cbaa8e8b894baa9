#include "apply/shard_drift.h"

#include <map>
#include <memory>
#include <utility>

#include "catalog/shapes.h"
#include "catalog/shard_drift.h"
#include "catalog/sharded_tables.h"
#include "pg/query.h"
#include "pg/server.h"
#include "remote/survey.h"

namespace pgscale::apply {
namespace {

using catalog::OwnedForeignTable;
using catalog::Watched;

constexpr std::chrono::seconds kPatience{5};

// What one shard is to tell of one sharded table, or of foreign tables of one owner.
struct Inquiry {
  Watched table{};
  const ShardedDesire* desire = nullptr;
  std::string shard;
  std::vector<PlacementFacts> leaves;
  std::vector<OwnedForeignTable> by_hand;
  std::size_t question = 0;
  std::size_t first = 0;  // the place of its first relation in the question
};

class Look {
 public:
  std::vector<FoundShardDrift> run(catalog::Reach reach, std::optional<Oid> only) {
    for (const Watched& table : catalog::sharded_tables_of(reach, only)) prepare(table);
    prepare_by_hand(reach, only);
    const auto answers = remote::survey(questions(), remote::in(kPatience));
    std::vector<catalog::Shapes> shapes;
    for (const remote::Answer& answer : answers)
      shapes.push_back(catalog::read_shapes(answer.reply.rows));
    for (Inquiry& inquiry : inquiries_)
      compare(inquiry, answers[inquiry.question].reply, shapes[inquiry.question]);
    return std::move(found_);
  }

 private:
  // Somebody may hold a strong lock on the table: then it is not waited for.
  void prepare(const Watched& table) {
    const auto trouble = pg::attempt([&] {
      const pg::LockTimeout limit(pg::lock_timeout());
      ShardedDesire desire = catalog::read_desire(table);
      const auto row = catalog::require_sharded(table.relation);
      const auto here = catalog::foreign_leaves(table.relation);
      desires_.push_back(std::make_unique<ShardedDesire>(std::move(desire)));
      std::map<std::string, Inquiry> by_shard;
      for (const Placement& placement : row.placements) {
        Inquiry& inquiry = by_shard[placement.shard];
        inquiry.table = table;
        inquiry.desire = desires_.back().get();
        inquiry.shard = placement.shard;
        PlacementFacts facts{placement, std::nullopt, std::nullopt};
        for (const OwnedForeignTable& leaf : here) {
          if (leaf.table.name.name.name() == placement.leaf) facts.here = leaf.table;
        }
        inquiry.leaves.push_back(std::move(facts));
      }
      for (auto& [shard, inquiry] : by_shard) inquiries_.push_back(std::move(inquiry));
    });
    if (trouble) unreachable(table, {}, trouble->message);
  }

  void prepare_by_hand(catalog::Reach reach, std::optional<Oid> only) {
    const pg::LockTimeout limit(pg::lock_timeout());
    std::map<std::pair<std::string, Oid>, Inquiry> groups;
    for (const OwnedForeignTable& table : catalog::foreign_tables_by_hand(reach, only)) {
      Inquiry& inquiry = groups[{table.table.shard, table.owner}];
      inquiry.table = {table.oid, table.owner};
      inquiry.shard = table.table.shard;
      inquiry.by_hand.push_back(table);
    }
    for (auto& [key, inquiry] : groups) inquiries_.push_back(std::move(inquiry));
  }

  // One connection for all tables of an owner on a shard.
  std::vector<remote::Question> questions() {
    std::map<std::pair<std::string, Oid>, std::size_t> places;
    std::vector<std::vector<QualifiedName>> relations;
    for (Inquiry& inquiry : inquiries_) {
      inquiry.question =
          places.try_emplace({inquiry.shard, inquiry.table.owner}, relations.size()).first->second;
      if (inquiry.question == relations.size()) relations.emplace_back();
      inquiry.first = relations[inquiry.question].size();
      append_relations(inquiry, relations[inquiry.question]);
    }
    std::vector<std::optional<remote::Question>> made(relations.size());
    for (const auto& [key, place] : places) {
      auto [sql, parameters] =
          catalog::shape_question(relations[place], catalog::remote_users(key.first));
      made[place] = remote::Question{key.first, key.second, std::move(sql), std::move(parameters)};
    }
    std::vector<remote::Question> questions;
    for (auto& question : made) questions.push_back(std::move(*question));
    return questions;
  }

  // The parent comes first.
  static void append_relations(const Inquiry& inquiry, std::vector<QualifiedName>& relations) {
    if (inquiry.desire != nullptr) {
      const QualifiedName& parent = inquiry.desire->table.name;
      relations.push_back(parent);
      for (const PlacementFacts& leaf : inquiry.leaves)
        relations.push_back({parent.schema, Identifier(leaf.placement.leaf)});
    }
    for (const OwnedForeignTable& table : inquiry.by_hand) relations.push_back(table.table.target);
  }

  void compare(Inquiry& inquiry, const remote::Reply& reply, const catalog::Shapes& shapes) {
    if (reply.failure) {
      unreachable(inquiry.table, inquiry.shard, reply.failure->message);
      return;
    }
    const auto shape_at = [&](std::size_t place) -> std::optional<Shape> {
      const auto shape = shapes.find(inquiry.first + place);
      if (shape == shapes.end()) return std::nullopt;
      return shape->second;
    };
    if (inquiry.desire != nullptr) {
      ShardFacts facts{inquiry.shard, shape_at(0), std::move(inquiry.leaves)};
      for (std::size_t i = 0; i < facts.leaves.size(); i++) facts.leaves[i].there = shape_at(i + 1);
      take(inquiry.table, compare_shard(*inquiry.desire, facts));
    }
    for (std::size_t i = 0; i < inquiry.by_hand.size(); i++) {
      const OwnedForeignTable& table = inquiry.by_hand[i];
      take({table.oid, table.owner}, compare_foreign_table(table.table, shape_at(i)));
    }
  }

  void unreachable(const Watched& table, const std::string& shard, const std::string& why) {
    take(table,
         {{{}, shard, ShardDriftKind::kUnreachable, {}, Severity::kWarning, why, std::nullopt}});
  }

  void take(const Watched& table, const std::vector<ShardDrift>& drifts) {
    for (const ShardDrift& drift : drifts) found_.push_back({table.relation, table.owner, drift});
  }

  std::vector<std::unique_ptr<ShardedDesire>> desires_;
  std::vector<Inquiry> inquiries_;
  std::vector<FoundShardDrift> found_;
};

}  // namespace

std::vector<FoundShardDrift> look_for_shard_drift(catalog::Reach reach, std::optional<Oid> only) {
  return Look().run(reach, only);
}

ShardStep step_of(const FoundShardDrift& found) {
  const ShardDrift& drift = found.drift;
  const bool is_here = drift.fix->site == FixSite::kHere;
  std::string reason = text(drift.kind);
  if (!drift.object.empty()) reason += " " + drift.object;
  return {is_here ? ShardAction::kRepairHere : ShardAction::kRepairOnShard, drift.shard,
          drift.leaf.empty() ? pg::call(pgs_relation_name, found.relation) : drift.leaf,
          reason + ": " + drift.detail, drift.fix->sql};
}

}  // namespace pgscale::apply
