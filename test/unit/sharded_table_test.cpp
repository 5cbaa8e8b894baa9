#include "core/sharded_table.h"

#include <gtest/gtest.h>

#include "core/failure.h"
#include "core/shard_sweep.h"
#include "core/sharding_conversion.h"

namespace pgscale {
namespace {

QualifiedName name(const char* table) { return {Identifier("app"), Identifier(table)}; }

std::vector<Shard> shards(const std::vector<std::string>& names) {
  std::vector<Shard> shards;
  for (const std::string& shard : names) {
    shards.emplace_back();
    shards.back().name = shard;
  }
  return shards;
}

ShardedTable orders() {
  ShardedTable table(name("orders"));
  table.columns = {{"id", "bigint", {}, true, "nextval('s')", true, ""},
                   {"customer", "integer", {}, true, "", false, ""},
                   {"at", "date", {}, false, "now()", false, ""},
                   {"twice", "bigint", {}, false, "", false, "(id * 2)"}};
  table.checks = {{"positive", "CHECK ((id > 0))"}};
  table.unique_keys = {{"orders_pkey", "PRIMARY KEY (customer, id)"}};
  table.unique_indexes = {{"u", "USING btree (customer, at)"}};
  table.indexes = {"CREATE INDEX i ON app.orders USING btree (at)"};
  table.partition_key = "HASH (customer)";
  return table;
}

std::vector<std::string> texts(const std::vector<Sql>& statements) {
  std::vector<std::string> texts;
  for (const Sql& sql : statements) texts.push_back(sql.text());
  return texts;
}

TEST(Placement, HashPartitionsAreDealtOutInTurn) {
  const auto placements = place({"orders", Method::kHash, 5, {}, shards({"a", "b"})});
  ASSERT_EQ(placements.size(), 5u);
  EXPECT_EQ(placements[3].leaf, "orders_p3");
  EXPECT_EQ(placements[3].bound, "FOR VALUES WITH (MODULUS 5, REMAINDER 3)");
  EXPECT_EQ(placements[3].shard, "b");
  EXPECT_EQ(placements[4].shard, "a");
}

TEST(Placement, ListsAndRangesHaveTheNamesThatTheyAreGiven) {
  const auto lists =
      place({"t", Method::kList, 0, {{"eu", {"de", std::nullopt}, "b"}}, shards({"a", "b"})});
  EXPECT_EQ(lists[0].leaf, "t_eu");
  EXPECT_EQ(lists[0].bound, "FOR VALUES IN ('de', NULL)");
  EXPECT_EQ(lists[0].shard, "b");
  const auto ranges =
      place({"t", Method::kRange, 0, {{"old", {std::nullopt, "it's"}, {}}}, shards({"a"})});
  EXPECT_EQ(ranges[0].bound, "FOR VALUES FROM (MINVALUE) TO ('it''s')");
}

TEST(Placement, WhatCannotBePlacedIsRefused) {
  EXPECT_THROW((void)place({"t", Method::kHash, 4, {}, {}}), Failure);
  EXPECT_THROW((void)place({"t", Method::kHash, 0, {}, shards({"a"})}), Failure);
  EXPECT_THROW((void)place({"t", Method::kList, 0, {{"x", {}, {}}}, shards({"a"})}), Failure);
  EXPECT_THROW((void)place({"t", Method::kRange, 0, {{"x", {"1"}, {}}}, shards({"a"})}), Failure);
  EXPECT_THROW((void)place({"t", Method::kList, 0, {{"x", {"1"}, "z"}}, shards({"a"})}), Failure);
}

TEST(Placement, NothingNewComesToAShardThatIsDrained) {
  std::vector<Shard> all = shards({"a", "b", "c"});
  all[1].state = ShardState::kDraining;
  const auto chosen = shards_for_tables(all, {"a", "b"}, false);
  ASSERT_EQ(chosen.size(), 1u);
  EXPECT_EQ(chosen[0].name, "a");
  EXPECT_THROW((void)shards_for_tables(all, {"a", "b"}, true), Failure);
  EXPECT_EQ(shards_for_tables(all, {"c", "a"}, true).size(), 2u);
}

TEST(Placement, RowsOfARegionStayInTheRegionOfTheirShard) {
  std::vector<Shard> all = shards({"a", "b"});
  all[0].region = "eu";
  std::vector<Placement> placements{{"t_x", "FOR VALUES IN ('de')", "a", std::nullopt}};
  bind_to_regions(placements, all);
  EXPECT_EQ(placements[0].region, "eu");
  placements[0].shard = "b";
  EXPECT_THROW(bind_to_regions(placements, all), Failure);
}

TEST(Placement, ATableBesideAnotherHasTheSameBoundsOnTheSameShards) {
  const auto others = place({"orders", Method::kHash, 12, {}, shards({"a", "b", "c"})});
  const auto placements = place_beside("items", Method::kHash, others);
  ASSERT_EQ(placements.size(), others.size());
  for (std::size_t i = 0; i < others.size(); i++) {
    EXPECT_EQ(placements[i].bound, others[i].bound);
    EXPECT_EQ(placements[i].shard, others[i].shard);
  }
  EXPECT_EQ(placements[7].leaf, "items_p07");
}

TEST(ShardedTable, TheShardGetsAllThatTheForeignTableCannotHave) {
  const auto statements = texts(remote_table_statements(orders()));
  EXPECT_EQ(statements,
            (std::vector<std::string>{
                "CREATE TABLE \"app\".\"orders\" (\"id\" bigint NOT NULL, \"customer\" integer NOT "
                "NULL, \"at\" date DEFAULT now(), \"twice\" bigint GENERATED ALWAYS AS ((id * 2)) "
                "STORED, CONSTRAINT \"positive\" CHECK ((id > 0))) PARTITION BY HASH (customer)",
                "ALTER TABLE \"app\".\"orders\" ADD CONSTRAINT \"orders_pkey\" PRIMARY KEY "
                "(customer, id)",
                "CREATE UNIQUE INDEX \"u\" ON \"app\".\"orders\" USING btree (customer, at)",
                "CREATE INDEX i ON app.orders USING btree (at)"}));
  EXPECT_EQ(mark_statement(orders().name, {{"7/1", "5"}, "42"}).text(),
            "COMMENT ON TABLE \"app\".\"orders\" IS 'pgscale 7/1/5 42'");
}

TEST(ShardedTable, TheForeignTableHasColumnsAndChecks) {
  const auto statements =
      texts(foreign_leaf_statements(orders(), {"orders_p0", "FOR VALUES x", "s1", {}}));
  EXPECT_EQ(
      statements.at(0),
      "CREATE FOREIGN TABLE \"app\".\"orders_p0\" (\"id\" bigint NOT NULL, \"customer\" "
      "integer NOT NULL, \"at\" date, \"twice\" bigint GENERATED ALWAYS AS ((id * 2)) STORED, "
      "CONSTRAINT \"positive\" CHECK ((id > 0))) SERVER \"s1\" OPTIONS (schema_name 'app', "
      "table_name 'orders_p0', batch_size '1000')");
  EXPECT_EQ(statements.at(1),
            "ALTER TABLE \"app\".\"orders\" ATTACH PARTITION \"app\".\"orders_p0\" FOR VALUES x");
}

TEST(ShardedTable, AColumnThatIsNotStoredHereIsNotStoredThere) {
  ShardedTable table = orders();
  table.columns = {table.columns.back()};
  table.columns.front().is_virtual = true;
  const char* column = "(\"twice\" bigint GENERATED ALWAYS AS ((id * 2)) VIRTUAL, ";
  const Placement placement{"orders_p0", "FOR VALUES x", "s1", {}};
  EXPECT_NE(remote_table_statements(table).at(0).text().find(column), std::string::npos);
  EXPECT_NE(foreign_leaf_statements(table, placement).at(0).text().find(column), std::string::npos);
}

TEST(ShardedTable, APartitionOnTheShardIsMadeBesideItsParent) {
  const Placement placement{"orders_p0", "FOR VALUES x", "s1", {}};
  const RemotePart part = make_on_shard({orders(), {}}, placement);
  EXPECT_EQ(texts(part.sql),
            (std::vector<std::string>{
                "CREATE TABLE \"app\".\"orders_p0\" (LIKE \"app\".\"orders\" INCLUDING ALL)",
                "ALTER TABLE \"app\".\"orders\" ATTACH PARTITION \"app\".\"orders_p0\" FOR "
                "VALUES x"}));
  EXPECT_EQ(part.if_parent_is_missing.size(), remote_table_statements(orders()).size());
}

TEST(ShardedTable, APartitionOnTheShardHasTheStorageParametersOfThePolicy) {
  ShardedTable table = orders();
  table.storage_parameters = {{"fillfactor", "70"}};
  EXPECT_EQ(texts(remote_leaf_statements(table, {"orders_p0", "FOR VALUES x", "s1", {}})).front(),
            "CREATE TABLE \"app\".\"orders_p0\" (LIKE \"app\".\"orders\" INCLUDING ALL) WITH "
            "(\"fillfactor\" = '70')");
}

TEST(ShardedTable, TheNextPartitionGoesWhereThereAreFewest) {
  EXPECT_EQ(next_shard({orders(), {{"a", 2}, {"b", 1}, {"c", 1}}}), "b");
  EXPECT_EQ(next_shard({orders(), {{"a", 1}, {"b", 1}}}), "a");
}

TEST(ShardedTable, ABatchHasNoMoreParametersThanAStatementMay) {
  EXPECT_EQ(batch_size(1), 1000);
  EXPECT_EQ(batch_size(100), 655);
  EXPECT_EQ(batch_size(1600), 40);
}

TEST(ShardedTable, AConversionMovesEveryStoredColumnAndThenDropsTheTable) {
  Adoptee facts(4711, name("orders"));
  const Conversion made = conversion(orders(), facts);
  EXPECT_EQ(made.move.text(),
            "INSERT INTO \"app\".\"orders\" (\"id\", \"customer\", \"at\") OVERRIDING SYSTEM VALUE "
            "SELECT \"id\", \"customer\", \"at\" FROM ONLY \"app\".\"pgscale_old_4711\"");
  EXPECT_EQ(made.end.front().text(), "DROP TABLE \"app\".\"pgscale_old_4711\"");
}

TEST(ShardedTable, UniquenessNeedsThePartitionKey) {
  Adoptee facts(1, name("orders"));
  AdopteeIndex index{};
  index.name = "u";
  index.is_unique = true;
  index.columns = {"id"};
  facts.indexes = {index};
  EXPECT_THROW(refuse_unshardable(facts, {"customer"}), Failure);
  refuse_unshardable(facts, {"id"});
}

TEST(ShardedTable, WhatAForeignTableCannotBeIsRefused) {
  const auto refused = [](auto&& change) {
    Adoptee facts(1, name("orders"));
    facts.access_method = "heap";
    change(facts);
    EXPECT_THROW(refuse_unshardable(facts, {"id"}), Failure);
  };
  refused([](Adoptee& facts) { facts.is_partition = true; });
  refused([](Adoptee& facts) { facts.is_unlogged = true; });
  refused([](Adoptee& facts) { facts.row_security = true; });
  refused([](Adoptee& facts) { facts.references.push_back({"f", 1, name("x"), true, ""}); });
  refused([](Adoptee& facts) { facts.referrers.push_back({"f", name("x"), true}); });
  refused([](Adoptee& facts) { facts.triggers.emplace_back(); });
  refused([](Adoptee& facts) { facts.dependants.emplace_back(); });
}

TEST(Mark, IsReadAsItIsWritten) {
  const auto mark = parse_mark(text(Mark{{"771/3", "5"}, "9912"}));
  ASSERT_TRUE(mark);
  EXPECT_EQ(mark->coordinator.cluster, "771/3");
  EXPECT_EQ(mark->coordinator.database, "5");
  EXPECT_EQ(mark->transaction, "9912");
  EXPECT_FALSE(parse_mark("a comment"));
  EXPECT_FALSE(parse_mark("pgscale is nice"));
  EXPECT_FALSE(parse_mark("pgscale 771/3/5 "));
  EXPECT_FALSE(parse_mark("pgscale 771 9912"));
}

const Coordinator kOwn{"7/1", "5"};

MarkedTable marked(const char* table, Fate fate, bool wanted = false, Coordinator maker = kOwn) {
  return {"s1", "app", name(table), false, wanted, {std::move(maker), "42"}, fate};
}

TEST(Sweep, OnlyWhatWasRolledBackGoes) {
  const auto items = plan_sweep(
      {marked("a", Fate::kAborted), marked("b", Fate::kRunning), marked("c", Fate::kAborted, true),
       marked("d", Fate::kCommitted, true), marked("e", Fate::kAborted, false, {"8/1", "5"})},
      kOwn);
  ASSERT_EQ(items.size(), 1u);
  const auto& step = std::get<ShardStep>(items[0]);
  EXPECT_EQ(step.sql.at(0).text(), "DROP TABLE \"app\".\"a\"");
  EXPECT_EQ(step.remote_as, "app");
  // Somebody may come to want it before the step.
  ASSERT_EQ(step.only_if.size(), 2u);
  EXPECT_EQ(step.only_if[0].text(), "LOCK TABLE \"app\".\"a\" IN ACCESS EXCLUSIVE MODE");
  EXPECT_NE(step.only_if[1].text().find("'pgscale 7/1/5 42'"), std::string::npos);
}

TEST(Sweep, WhatCannotBeProvenIsToldOfAndStays) {
  for (const MarkedTable& table : {marked("a", Fate::kUnknown), marked("b", Fate::kCommitted),
                                   marked("c", Fate::kAborted, false, {"7/2", "5"})}) {
    const auto items = plan_sweep({table}, kOwn);
    ASSERT_EQ(items.size(), 1u);
    EXPECT_TRUE(std::holds_alternative<ShardRefusal>(items[0]));
  }
}

TEST(Sweep, TheTablesOfAnotherDatabaseAreItsOwn) {
  for (const Fate fate : {Fate::kAborted, Fate::kCommitted, Fate::kUnknown}) {
    EXPECT_TRUE(plan_sweep({marked("a", fate, false, {"7/1", "6"})}, kOwn).empty());
    EXPECT_TRUE(plan_sweep({marked("a", fate, false, {"7/2", "6"})}, kOwn).empty());
  }
}

TEST(Sweep, PartitionsGoWithTheirParentOrByThemselves) {
  MarkedTable leaf = marked("orders_p0", Fate::kAborted);
  leaf.is_leaf = true;
  EXPECT_EQ(plan_sweep({marked("orders", Fate::kAborted), leaf}, kOwn).size(), 1u);
  EXPECT_EQ(plan_sweep({marked("orders", Fate::kCommitted, true), leaf}, kOwn).size(), 1u);
}

}  // namespace
}  // namespace pgscale
