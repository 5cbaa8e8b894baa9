#include "core/shard_move.h"

#include <gtest/gtest.h>

#include "core/move_steps.h"

namespace pgscale {
namespace {

using Lines = std::vector<std::string>;

QualifiedName in_app(const std::string& name) { return {Identifier("app"), Identifier(name)}; }

Shard shard(const std::string& name, ShardState state = ShardState::kActive,
            const std::optional<std::string>& region = std::nullopt) {
  Shard shard;
  shard.name = name;
  shard.state = state;
  shard.region = region;
  return shard;
}

MovingTable table(const std::string& name, Oid relation, int colocation = 1) {
  ShardedTable shape(in_app(name));
  shape.columns = {{"customer", "integer", {}, true, "", false, ""},
                   {"item", "text", {}, false, "", false, ""}};
  shape.partition_key = "HASH (customer)";
  MovingTable table(std::move(shape));
  table.relation = relation;
  table.owner = 10;
  table.colocation = colocation;
  return table;
}

MovingPartition partition(const std::string& leaf, const std::string& bound,
                          const std::string& shard) {
  return {{leaf, bound, shard, std::nullopt}};
}

// Two partitions of orders on a, which is drained, one on b, two on c.
MoveFacts drained() {
  MoveFacts facts;
  facts.shards = {shard("a", ShardState::kDraining), shard("b"), shard("c")};
  facts.own = {"a", "b", "c"};
  MovingTable orders = table("orders", 1);
  orders.partitions = {partition("orders_p0", "0", "a"), partition("orders_p1", "1", "b"),
                       partition("orders_p2", "2", "c"), partition("orders_p3", "3", "a"),
                       partition("orders_p4", "4", "c")};
  facts.tables.push_back(std::move(orders));
  return facts;
}

MovingPartition& first(MoveFacts& facts) { return facts.tables[0].partitions[0]; }

// "seal app.orders_p0 -> b", "refused app.orders_p0: why"
Lines lines(const MoveFacts& facts) {
  Lines lines;
  for (const MoveItem& item : plan_moves(facts)) {
    if (const auto* step = std::get_if<ShardStep>(&item.item)) {
      lines.push_back(std::string(text(step->action)) + " " + step->object + " -> " +
                      item.move.target);
    } else {
      const auto& refusal = std::get<ShardRefusal>(item.item);
      lines.push_back("refused " + refusal.object + ": " + refusal.message);
    }
  }
  return lines;
}

Lines whole_way(const std::string& leaf, const std::string& target) {
  Lines lines;
  for (const char* step : {"seal", "copy", "swap", "drop"})
    lines.push_back(std::string(step) + " app." + leaf + " -> " + target);
  return lines;
}

Lines operator+(Lines left, const Lines& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

Lines texts(const std::vector<Sql>& statements) {
  Lines texts;
  for (const Sql& sql : statements) texts.push_back(sql.text());
  return texts;
}

TEST(ShardMove, PartitionsGoWhereThereAreFewest) {
  EXPECT_EQ(lines(drained()), whole_way("orders_p0", "b") + whole_way("orders_p3", "b"));
  MoveFacts facts = drained();
  facts.tables[0].partitions.pop_back();
  EXPECT_EQ(lines(facts), whole_way("orders_p0", "b") + whole_way("orders_p3", "c"))
      << "those on their way count";
}

TEST(ShardMove, NothingMovesFromAShardThatIsNotDrained) {
  MoveFacts facts = drained();
  facts.shards[0].state = ShardState::kActive;
  EXPECT_EQ(lines(facts), Lines{});
}

TEST(ShardMove, NothingMovesToWhereItIs) {
  MoveFacts facts = drained();
  facts.shards = {shard("a", ShardState::kDraining)};
  EXPECT_EQ(lines(facts).front(), "refused app.orders_p0: there is no shard that takes new tables");
}

TEST(ShardMove, WhatIsSomebodyElsesIsLeftAlone) {
  MoveFacts facts = drained();
  facts.own = {"b", "c"};
  facts.tables[0].partitions[3].move = Move{"a", "c", MovePhase::kSealed, std::nullopt};
  EXPECT_EQ(lines(facts), Lines{});
}

TEST(ShardMove, OnlyTheBeginningBegins) {
  const auto items = plan_moves(drained());
  ASSERT_EQ(items.size(), 8U);
  for (std::size_t i = 0; i < items.size(); i++) EXPECT_EQ(items[i].begins, i % 4 == 0);
}

TEST(ShardMove, EqualBoundsStayTogether) {
  MoveFacts facts = drained();
  MovingTable items = table("items", 2);
  items.partitions = {partition("items_p0", "0", "a"), partition("items_p1", "1", "b")};
  facts.tables.push_back(items);
  EXPECT_EQ(lines(facts),
            whole_way("orders_p0", "b") + whole_way("items_p0", "b") + whole_way("orders_p3", "b"));
  // One of both has arrived: the other follows, wherever there are fewest.
  first(facts).placement.shard = "c";
  EXPECT_EQ(lines(facts), whole_way("orders_p3", "b") + whole_way("items_p0", "c"));
  // Also when it has to wait for that shard.
  facts.tables[1].unreachable = {"c"};
  EXPECT_EQ(lines(facts), whole_way("orders_p3", "b") +
                              Lines{"refused app.items_p0: no shard that could take it, with those "
                                    "of the same bounds, can be reached"});
  facts.tables[1].unreachable.clear();
  // What is on its way decides as well.
  first(facts).placement.shard = "a";
  first(facts).move = Move{"a", "c", MovePhase::kSealed, std::nullopt};
  EXPECT_EQ(lines(facts), (Lines{"copy app.orders_p0 -> c", "swap app.orders_p0 -> c",
                                 "drop app.orders_p0 -> c"}) +
                              whole_way("orders_p3", "b") + whole_way("items_p0", "c"));
  // Another group has bounds of its own.
  first(facts).move.reset();
  facts.tables[1].colocation = 2;
  EXPECT_EQ(lines(facts),
            whole_way("orders_p0", "b") + whole_way("orders_p3", "b") + whole_way("items_p0", "c"));
}

TEST(ShardMove, ABucketGoesWhereAllOfItMayBe) {
  MoveFacts facts = drained();
  MovingTable items = table("items", 2);
  items.shards = {"a", "c"};
  items.partitions = {partition("items_p0", "0", "a")};
  facts.tables.push_back(items);
  EXPECT_EQ(lines(facts),
            whole_way("orders_p0", "c") + whole_way("items_p0", "c") + whole_way("orders_p3", "b"));
}

TEST(ShardMove, RowsStayInTheirRegion) {
  MoveFacts facts = drained();
  facts.shards = {shard("a", ShardState::kDraining, "eu"), shard("b", ShardState::kActive, "us"),
                  shard("c", ShardState::kActive, "eu")};
  facts.tables[0].partitions = {partition("orders_p0", "0", "a")};
  first(facts).placement.region = "eu";
  EXPECT_EQ(lines(facts), whole_way("orders_p0", "c"));
  facts.shards[2].region = "asia";
  EXPECT_EQ(lines(facts),
            Lines{"refused app.orders_p0: its rows must stay in region \"eu\", and no "
                  "other shard there takes new tables"});
}

TEST(ShardMove, WithoutATargetNothingIsDone) {
  const auto refusal = [](auto&& change) {
    MoveFacts facts = drained();
    facts.tables[0].partitions = {partition("orders_p0", "0", "a")};
    change(facts);
    const Lines found = lines(facts);
    return found.size() == 1 ? found[0] : std::to_string(found.size());
  };
  EXPECT_EQ(
      refusal([](MoveFacts& f) { f.shards[1].state = f.shards[2].state = ShardState::kDraining; }),
      "refused app.orders_p0: there is no shard that takes new tables");
  EXPECT_EQ(refusal([](MoveFacts& f) { f.tables[0].shards = {"a"}; }),
            "refused app.orders_p0: no other shard of its table takes new tables");
  EXPECT_EQ(refusal([](MoveFacts& f) {
              f.tables[0].unreachable = {"b", "c"};
            }),
            "refused app.orders_p0: no shard that could take it, with those of the same bounds, "
            "can be reached");
  EXPECT_EQ(refusal([](MoveFacts& f) { first(f).obstacle = "it is odd"; }),
            "refused app.orders_p0: it is odd");
  EXPECT_EQ(refusal([](MoveFacts& f) { f.tables[0].unreachable = {"a"}; }), "0")
      << "what is told anyway is not told twice";
}

TEST(ShardMove, WhatIsBegunIsGoneOnWith) {
  const auto left = [](MovePhase phase) {
    MoveFacts facts = drained();
    facts.tables[0].partitions = {partition("orders_p0", "0", "a")};
    first(facts).move = Move{"a", "c", phase, std::nullopt};
    if (phase == MovePhase::kSwapped) first(facts).placement.shard = "c";
    return lines(facts).size();
  };
  EXPECT_EQ(left(MovePhase::kBegun), 4U);
  EXPECT_EQ(left(MovePhase::kSealed), 3U);
  EXPECT_EQ(left(MovePhase::kCopying), 3U);
  EXPECT_EQ(left(MovePhase::kCopied), 2U);
  EXPECT_EQ(left(MovePhase::kSwapped), 1U);
  MoveFacts facts = drained();
  facts.tables[0].partitions[3].move = Move{"a", "c", MovePhase::kSwapped, std::nullopt};
  facts.tables[0].partitions[3].placement.shard = "c";
  EXPECT_EQ(lines(facts), Lines{"drop app.orders_p3 -> c"} + whole_way("orders_p0", "b"))
      << "before another is begun";
}

TEST(ShardMove, WhatCannotGoOnIsOpenedAgain) {
  const auto given_up = [](MovePhase phase, auto&& change) {
    MoveFacts facts = drained();
    facts.tables[0].partitions = {partition("orders_p0", "0", "a")};
    first(facts).move = Move{"a", "c", phase, std::nullopt};
    change(facts);
    return lines(facts);
  };
  const Lines whole{"unseal app.orders_p0 -> c", "drop copy app.orders_p0 -> c"};
  const auto stay = [](MoveFacts& f) { f.shards[0].state = ShardState::kActive; };
  EXPECT_EQ(given_up(MovePhase::kBegun, stay), Lines{"unseal app.orders_p0 -> c"});
  EXPECT_EQ(given_up(MovePhase::kSealed, stay), Lines{"unseal app.orders_p0 -> c"});
  EXPECT_EQ(given_up(MovePhase::kCopying, stay), whole);
  EXPECT_EQ(given_up(MovePhase::kCopied, stay), whole);
  EXPECT_EQ(given_up(MovePhase::kFailed, [](MoveFacts&) {}), whole);
  EXPECT_EQ(given_up(MovePhase::kOpened, stay), Lines{"drop copy app.orders_p0 -> c"});
  EXPECT_EQ(
      given_up(MovePhase::kCopied, [](MoveFacts& f) { f.shards[2].state = ShardState::kDraining; }),
      whole);
  EXPECT_EQ(given_up(MovePhase::kCopied, [](MoveFacts& f) { f.shards.pop_back(); }), whole);
  EXPECT_EQ(given_up(MovePhase::kCopied, [](MoveFacts& f) { first(f).placement.region = "eu"; }),
            whole);
  EXPECT_EQ(given_up(MovePhase::kCopied, [](MoveFacts& f) { f.tables[0].unreachable = {"c"}; }),
            whole);
  EXPECT_EQ(given_up(MovePhase::kCopied, [](MoveFacts& f) { first(f).is_placed = false; }), whole);
  EXPECT_EQ(given_up(MovePhase::kCopied, [](MoveFacts& f) { first(f).obstacle = "it is odd"; }),
            whole);
  EXPECT_EQ(given_up(MovePhase::kCopied,
                     [](MoveFacts& f) {
                       f.tables[0].unreachable = {"a", "c"};
                     }),
            Lines{});
  EXPECT_EQ(given_up(MovePhase::kSwapped, stay), Lines{"drop app.orders_p0 -> c"})
      << "it has arrived";
  EXPECT_EQ(given_up(MovePhase::kOpened, [](MoveFacts& f) { f.tables[0].unreachable = {"c"}; }),
            Lines{});
}

TEST(ShardMove, CopiesAndWhatStaysComeLast) {
  MoveFacts facts = drained();
  facts.tables.clear();
  facts.copies.push_back({3, 10, in_app("countries"), in_app("countries_on_a"), "a"});
  facts.settlers.push_back({"a", in_app("mine")});
  EXPECT_EQ(lines(facts), (Lines{"drop copy app.countries -> ",
                                 "refused app.mine: the foreign table is no partition of a sharded "
                                 "table, and is not moved"}));
  const auto items = plan_moves(facts);
  const auto& step = std::get<ShardStep>(items[0].item);
  EXPECT_EQ(texts(step.sql), Lines{"DROP FOREIGN TABLE \"app\".\"countries_on_a\""});
  EXPECT_EQ(texts(step.there.at("a")), Lines{"DROP TABLE \"app\".\"countries\""});
}

TEST(ShardMove, TheShardsNeedNothingOfOursForTheSeal) {
  const auto items = plan_moves(drained());
  const auto& seal = std::get<ShardStep>(items[0].item);
  EXPECT_TRUE(seal.sql.empty());
  const Lines sql = texts(seal.there.at("a"));
  ASSERT_EQ(sql.size(), 5U);
  EXPECT_EQ(
      sql[0].substr(0, 87),
      "CREATE OR REPLACE FUNCTION \"app\".\"orders_p0_pgscale_sealed\"() RETURNS trigger LANGUAGE"
      " ");
  EXPECT_NE(sql[0].find("55000"), std::string::npos);
  EXPECT_EQ(sql[1],
            "CREATE OR REPLACE TRIGGER \"pgscale_sealed\" BEFORE INSERT OR UPDATE OR DELETE ON "
            "\"app\".\"orders_p0\" FOR EACH ROW EXECUTE FUNCTION "
            "\"app\".\"orders_p0_pgscale_sealed\"()");
  EXPECT_EQ(sql[2], "ALTER TABLE \"app\".\"orders_p0\" ENABLE ALWAYS TRIGGER \"pgscale_sealed\"");
}

TEST(ShardMove, TheCopyIsMadeBesideAndFilledHere) {
  MoveFacts facts = drained();
  first(facts).grants = {{"app", Privilege::kSelect, "", false}};
  const auto items = plan_moves(facts);
  const auto& copy = std::get<ShardStep>(items[1].item);
  const Lines sql = texts(copy.sql);
  ASSERT_EQ(sql.size(), 3U);
  EXPECT_EQ(sql[0].substr(0, 46), "CREATE FOREIGN TABLE \"app\".\"orders_p0_on_b\" (\"");
  EXPECT_NE(sql[0].find("SERVER \"b\" OPTIONS (schema_name 'app', table_name 'orders_p0'"),
            std::string::npos);
  EXPECT_EQ(sql[1], "GRANT SELECT ON \"app\".\"orders_p0_on_b\" TO \"app\"");
  EXPECT_EQ(sql[2],
            "INSERT INTO \"app\".\"orders_p0_on_b\" (\"customer\", \"item\") SELECT \"customer\", "
            "\"item\" FROM ONLY \"app\".\"orders_p0\"");
  EXPECT_EQ(texts(copy.there.at("b")),
            Lines{"CREATE TABLE \"app\".\"orders_p0\" (LIKE \"app\".\"orders\" INCLUDING ALL)"});
  const CopyParts work = copy_parts(facts.tables[0], first(facts), "b");
  EXPECT_EQ(work.there.if_parent_is_missing.size(), 1U);
  EXPECT_EQ(readable(work.copy), "app.orders_p0_on_b");
}

TEST(ShardMove, TheSwapComparesBeforeItLocks) {
  const auto items = plan_moves(drained());
  const auto& swap = std::get<ShardStep>(items[2].item);
  EXPECT_EQ(texts(swap.sql),
            (Lines{"LOCK TABLE ONLY \"app\".\"orders\" IN ACCESS EXCLUSIVE MODE",
                   "ALTER TABLE \"app\".\"orders\" DETACH PARTITION \"app\".\"orders_p0\"",
                   "DROP FOREIGN TABLE \"app\".\"orders_p0\"",
                   "ALTER FOREIGN TABLE \"app\".\"orders_p0_on_b\" RENAME TO \"orders_p0\"",
                   "ALTER TABLE \"app\".\"orders\" ATTACH PARTITION \"app\".\"orders_p0\" 0"}));
  const Lines target = texts(swap.there.at("b"));
  ASSERT_EQ(target.size(), 3U);
  EXPECT_EQ(texts(swap.there.at("a")), Lines{target[0]});
  EXPECT_EQ(target[2], "ALTER TABLE \"app\".\"orders\" ATTACH PARTITION \"app\".\"orders_p0\" 0");
  const auto& drop = std::get<ShardStep>(items[3].item);
  EXPECT_EQ(texts(drop.there.at("a")),
            (Lines{"DROP TABLE \"app\".\"orders_p0\"",
                   "DROP FUNCTION IF EXISTS \"app\".\"orders_p0_pgscale_sealed\"()"}));
}

TEST(ShardMove, WhatWasGivenUpIsTakenBackOnBothSides) {
  MoveFacts facts = drained();
  facts.shards[0].state = ShardState::kActive;
  first(facts).move = Move{"a", "c", MovePhase::kCopied, in_app("orders_p0_on_c")};
  const auto items = plan_moves(facts);
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(texts(std::get<ShardStep>(items[0].item).there.at("a")),
            (Lines{"DROP TRIGGER IF EXISTS \"pgscale_sealed\" ON \"app\".\"orders_p0\"",
                   "DROP TRIGGER IF EXISTS \"pgscale_sealed_truncate\" ON \"app\".\"orders_p0\"",
                   "DROP FUNCTION IF EXISTS \"app\".\"orders_p0_pgscale_sealed\"()"}));
  const auto& drop = std::get<ShardStep>(items[1].item);
  EXPECT_EQ(texts(drop.sql), Lines{"DROP FOREIGN TABLE \"app\".\"orders_p0_on_c\""});
  EXPECT_EQ(texts(drop.there.at("c")), Lines{"DROP TABLE \"app\".\"orders_p0\""});
}

TEST(ShardMove, APhaseIsReadAsItIsWritten) {
  for (MovePhase phase :
       {MovePhase::kBegun, MovePhase::kSealed, MovePhase::kCopying, MovePhase::kCopied,
        MovePhase::kSwapped, MovePhase::kOpened, MovePhase::kFailed}) {
    EXPECT_EQ(parse_move_phase(text(phase)), phase);
  }
  EXPECT_FALSE(parse_move_phase("lost"));
}

}  // namespace
}  // namespace pgscale
