#include "core/drain.h"

#include "builders.h"

namespace pgscale {
namespace {

using namespace testing;

const Micros kNow = moment("2026-11-15 12:00");

PartitionSet monthly() {
  PartitionSet set = range_set(KeyKind::kTimestamp, months(1), 0);
  set.policy.default_partition = true;
  attach(set, "orders_default", DefaultSlot{});
  attach(set, "orders_p2026_11", between("2026-11-01", "2026-12-01"));
  return set;
}

PartitionSet by_region(std::vector<ListGroup> groups) {
  PartitionSet set = list_set(std::move(groups));
  set.policy.default_partition = true;
  set.policy.auto_list = true;
  set.policy.auto_list_rows = 10;
  attach(set, "customers_default", DefaultSlot{});
  return set;
}

Drain drain_at(const PartitionSet& set, const char* key) {
  return drain_of_key(set, moment(key), kNow);
}

Step step_of(const PartitionSet& set, const Drain& drain) {
  return std::get<Step>(drain_step(set, drain, 500, kNow));
}

SubLevel hash_level(const char* column, int modulus) {
  SubLevel level{Policy{}, Method::kHash, column};
  level.policy.partitions = modulus;
  return level;
}

SubLevel daily_level(const char* column) {
  SubLevel level{Policy{}, Method::kRange, column, Axis(KeyKind::kTimestamp, Zone::utc())};
  level.policy.interval = days(1);
  level.policy.premake = 0;
  return level;
}

// A set of the level below, as a drain finds it.
PartitionSet daily_set_below() {
  PartitionSet set = range_set(KeyKind::kTimestamp, days(1), 0);
  attach(set, "orders_p2026_11_15", between("2026-11-15", "2026-11-16"));
  return set;
}

std::vector<std::string> names(const std::vector<Drain>& drains) {
  std::vector<std::string> result;
  for (const Drain& drain : drains) result.push_back(drain.bound_name);
  return result;
}

std::vector<std::string> texts(const Step& step) {
  std::vector<std::string> result;
  for (const Sql& sql : step.sql) result.push_back(sql.text());
  return result;
}

TEST(Drain, ARowGoesToThePeriodOfItsKey) {
  const PartitionSet set = monthly();
  const Drain drain = drain_at(set, "2026-03-31 23:59:59");
  EXPECT_EQ(std::get<Range>(drain.whole), between("2026-03-01", "2026-04-01"));
  EXPECT_EQ(std::get<Range>(drain.moved), between("2026-03-01", "2026-04-01"));
  EXPECT_EQ(drain.bound_name, "2026_03");
  EXPECT_EQ(drain.grown, nullptr);
}

TEST(Drain, APeriodIsCutByThePartitionsThatAreThere) {
  PartitionSet set = monthly();
  attach(set, "orders_odd", between("2026-03-10", "2026-03-20"));
  EXPECT_EQ(std::get<Range>(drain_at(set, "2026-03-05").whole),
            between("2026-03-01", "2026-03-10"));
  EXPECT_EQ(std::get<Range>(drain_at(set, "2026-03-20").whole),
            between("2026-03-20", "2026-04-01"));
  EXPECT_EQ(drain_at(set, "2026-03-20").bound_name, "2026_03_20");
}

TEST(Drain, APartitionThatIsShorterThanItIsToBeGrows) {
  PartitionSet set = monthly();
  attach(set, "orders_p2026_03", between("2026-03-01", "2026-03-08")).grows_to =
      End::at(moment("2026-04-01"));
  const Drain drain = drain_at(set, "2026-03-30");
  EXPECT_EQ(std::get<Range>(drain.moved), between("2026-03-08", "2026-04-01"));
  ASSERT_NE(drain.grown, nullptr);
  EXPECT_EQ(drain.grown->name.name.name(), "orders_p2026_03");
  // and it is finished though no row asks for it
  ASSERT_EQ(unfinished_drains(set).size(), 1U);
  EXPECT_EQ(std::get<Range>(unfinished_drains(set)[0].moved), between("2026-03-08", "2026-04-01"));
}

TEST(Drain, NothingIsMovedToWhatRetentionWouldTakeAtOnce) {
  PartitionSet set = monthly();
  set.policy.retention = months(3);
  EXPECT_TRUE(is_expired(set, drain_at(set, "2026-07-31"), kNow));
  EXPECT_FALSE(is_expired(set, drain_at(set, "2026-08-01"), kNow));
}

TEST(Drain, ThePresentComesBeforeThePast) {
  const auto starts = search_starts(monthly(), kNow);
  ASSERT_EQ(starts.size(), 2U);
  EXPECT_EQ(starts[0], End::at(moment("2026-11-01")));
  EXPECT_EQ(starts[1], End::minimum());
}

TEST(Drain, ABatchBoundsWhatIsMovedAtOnce) {
  PartitionSet set = monthly();
  const Drain drain = drain_at(set, "2026-03-05");
  EXPECT_EQ(most_rows(set, drain, 50'000), 50'000);
  EXPECT_EQ(std::get<Range>(up_to(drain, End::at(moment("2026-03-12"))).moved),
            between("2026-03-01", "2026-03-12"));
  EXPECT_EQ(std::get<Range>(up_to(drain, End::at(moment("2027-01-01"))).moved),
            between("2026-03-01", "2026-04-01"));
}

// ATTACH looks at the foreign keys of the rows that a partition brings.
TEST(Drain, TheFirstBatchIsSmallBesideForeignKeys) {
  PartitionSet set = monthly();
  set.inventory.parent.referenced.push_back(in_public("customers"));
  EXPECT_EQ(most_rows(set, drain_at(set, "2026-03-05"), 50'000), 1000);
  EXPECT_EQ(most_rows(set, drain_at(set, "2026-03-05"), 10), 10);
  attach(set, "orders_p2026_03", between("2026-03-01", "2026-03-08")).grows_to =
      End::at(moment("2026-04-01"));
  EXPECT_EQ(most_rows(set, drain_at(set, "2026-03-09"), 50'000), 50'000);
}

// PostgreSQL refuses to detach a partition whose rows are referenced, so it cannot grow.
TEST(Drain, APartitionOfAReferencedTableIsMadeAtOnce) {
  PartitionSet set = monthly();
  set.inventory.parent.referring = {in_public("items")};
  EXPECT_EQ(most_rows(set, drain_at(set, "2026-03-05"), 50'000), std::nullopt);
}

TEST(Drain, AStepMovesTheRowsBeforeItTakesItsLocks) {
  const PartitionSet set = monthly();
  const Step step = step_of(set, drain_at(set, "2026-03-05"));
  const std::vector<std::string> sql = texts(step);
  EXPECT_EQ(
      sql[0],
      "CREATE TABLE \"public\".\"orders_p2026_03\" (LIKE \"public\".\"orders\" INCLUDING ALL)");
  ASSERT_EQ(step.first_strong, 1U);
  EXPECT_EQ(sql[1], "LOCK TABLE ONLY \"public\".\"orders\" IN ACCESS EXCLUSIVE MODE");
  EXPECT_EQ(sql[2], "LOCK TABLE ONLY \"public\".\"orders_default\" IN ACCESS EXCLUSIVE MODE");
  EXPECT_EQ(step.move->last_lock, 2U);
  EXPECT_EQ(step.move->proven, 5U);
  EXPECT_EQ(sql[5],
            "ALTER TABLE \"public\".\"orders\" ATTACH PARTITION \"public\".\"orders_p2026_03\" FOR "
            "VALUES FROM ('2026-03-01 00:00:00') TO ('2026-04-01 00:00:00')");
  EXPECT_EQ(sql.size(), 8U);
  EXPECT_EQ(step.move->ctids.text(),
            "SELECT ctid FROM ONLY \"public\".\"orders_default\" WHERE \"at\" IS NOT NULL AND "
            "\"at\" >= '2026-03-01 00:00:00' AND \"at\" < '2026-04-01 00:00:00'");
  EXPECT_EQ(step.move->at_once, 500);
  EXPECT_EQ(step.move->grows_to, "");
}

TEST(Drain, ANewPartitionHasTheIndexesOfTheTemplateBeforeItGetsRows) {
  PartitionSet set = monthly();
  set.policy.index_template.indexes = {{true, " USING btree (id)"}};
  const Drain drain = drain_at(set, "2026-05-05");
  const Step step = std::get<Step>(drain_step(set, drain, 100, kNow));
  EXPECT_EQ(step.sql[1].text(),
            R"(CREATE UNIQUE INDEX ON "public"."orders_p2026_05" USING btree (id))");
  EXPECT_EQ(step.first_strong, 2U);
  set.policy.index_template.trouble = Failure(Problem::kLockNotAvailable, "template is locked");
  const auto refusal = std::get<Refusal>(drain_step(set, drain, 100, kNow));
  EXPECT_EQ(refusal.action, Action::kDrain);
  EXPECT_EQ(refusal.problem, Problem::kLockNotAvailable);
}

TEST(Drain, APartWritesDownUpToWhereItGrows) {
  const PartitionSet set = monthly();
  const Drain part = up_to(drain_at(set, "2026-03-05"), End::at(moment("2026-03-12")));
  const Step step = step_of(set, part);
  EXPECT_EQ(step.move->grows_to,
            "FOR VALUES FROM ('2026-03-01 00:00:00') TO ('2026-04-01 00:00:00')");
  EXPECT_EQ(step.bounds, "FOR VALUES FROM ('2026-03-01 00:00:00') TO ('2026-03-12 00:00:00')");
}

TEST(Drain, APartitionGrowsByAttachingItAnewWithWiderBounds) {
  PartitionSet set = monthly();
  attach(set, "orders_p2026_03", between("2026-03-01", "2026-03-08")).grows_to =
      End::at(moment("2026-04-01"));
  const Step step = step_of(set, drain_at(set, "2026-03-09"));
  const std::vector<std::string> sql = texts(step);
  EXPECT_EQ(step.first_strong, 0U);
  EXPECT_EQ(sql[2], "LOCK TABLE ONLY \"public\".\"orders_p2026_03\" IN ACCESS EXCLUSIVE MODE");
  EXPECT_EQ(step.move->last_lock, 2U);
  EXPECT_EQ(sql[3],
            "ALTER TABLE \"public\".\"orders\" DETACH PARTITION \"public\".\"orders_p2026_03\"");
  EXPECT_EQ(step.bounds, "FOR VALUES FROM ('2026-03-01 00:00:00') TO ('2026-04-01 00:00:00')");
  EXPECT_NE(sql[4].find("\"at\" >= '2026-03-01 00:00:00' AND \"at\" < '2026-04-01 00:00:00'"),
            std::string::npos);
  // only what comes is looked for in the default partition: what is there was proven before
  EXPECT_NE(step.move->ctids.text().find(">= '2026-03-08 00:00:00'"), std::string::npos);
}

TEST(Drain, WithLevelsAWholeTreeIsMadeBeforeRowsAreMoved) {
  PartitionSet set = monthly();
  set.below = {hash_level("tenant", 2)};
  const Step step = step_of(set, drain_at(set, "2026-03-05"));
  const std::vector<std::string> sql = texts(step);
  ASSERT_EQ(step.subtree.size(), 2U);
  ASSERT_EQ(step.first_strong, 5U);
  EXPECT_NE(sql[0].find("PARTITION BY HASH (\"tenant\")"), std::string::npos);
  EXPECT_NE(sql[4].find("ATTACH PARTITION \"public\".\"orders_p2026_03_p1\""), std::string::npos);
  EXPECT_EQ(sql[5], "LOCK TABLE ONLY \"public\".\"orders\" IN ACCESS EXCLUSIVE MODE");
  EXPECT_EQ(step.move->last_lock, 6U);
  EXPECT_NE(sql[step.move->proven].find("ATTACH PARTITION \"public\".\"orders_p2026_03\""),
            std::string::npos);
}

TEST(Drain, APartitionGrowsWithAllThatIsBelowIt) {
  PartitionSet set = monthly();
  set.below = {hash_level("tenant", 2)};
  attach(set, "orders_p2026_03", between("2026-03-01", "2026-03-08")).grows_to =
      End::at(moment("2026-04-01"));
  Drain drain = drain_at(set, "2026-03-09");
  drain.below = {{7, in_public("orders_p2026_03_p0")}, {8, in_public("orders_p2026_03_p1")}};
  const Step step = step_of(set, drain);
  const std::vector<std::string> sql = texts(step);
  EXPECT_TRUE(step.subtree.empty());
  EXPECT_EQ(sql[4], "LOCK TABLE ONLY \"public\".\"orders_p2026_03_p1\" IN ACCESS EXCLUSIVE MODE");
  EXPECT_EQ(step.move->last_lock, 4U);
  EXPECT_EQ(sql[5],
            "ALTER TABLE \"public\".\"orders\" DETACH PARTITION \"public\".\"orders_p2026_03\"");
  ASSERT_EQ(step.others.size(), 2U);
  EXPECT_NE(step.locks.find("public.orders_p2026_03_p1"), std::string::npos);
}

TEST(Drain, ATreeThatCannotBeMadeIsRefused) {
  PartitionSet set = monthly();
  set.below = {hash_level("tenant", 2)};
  set.inventory.taken_names.insert("orders_p2026_03_p1");
  const Item item = drain_step(set, drain_at(set, "2026-03-05"), 500, kNow);
  ASSERT_TRUE(std::holds_alternative<Refusal>(item));
  EXPECT_EQ(std::get<Refusal>(item).action, Action::kDrain);
  EXPECT_EQ(std::get<Refusal>(item).partition, "public.orders_p2026_03");
}

// They bring the foreign keys of the set with them, and so locks on other tables.
TEST(Drain, BatchesStaySmallBesideForeignKeysWherePartitionsBelowAreMadeForRows) {
  PartitionSet set = monthly();
  set.inventory.parent.referenced.push_back(in_public("customers"));
  attach(set, "orders_p2026_03", between("2026-03-01", "2026-03-08")).grows_to =
      End::at(moment("2026-04-01"));
  set.below = {hash_level("tenant", 2), daily_level("seen")};
  EXPECT_EQ(most_rows(set, drain_at(set, "2026-03-09"), 50'000), 1000);
  set.below.back().policy.default_partition = true;
  EXPECT_EQ(most_rows(set, drain_at(set, "2026-03-09"), 50'000), 50'000);
}

TEST(Place, IsThePeriodOfTheKeyWithAllBelowIt) {
  PartitionSet set = daily_set_below();
  set.below = {hash_level("tenant", 2)};
  const auto item = place_step(set, moment("2026-02-03 04:05"), kNow);
  ASSERT_TRUE(item);
  const Step& step = std::get<Step>(*item);
  EXPECT_EQ(step.partition.name.name(), "orders_p2026_02_03");
  EXPECT_EQ(step.bounds, "FOR VALUES FROM ('2026-02-03 00:00:00') TO ('2026-02-04 00:00:00')");
  EXPECT_EQ(step.subtree.size(), 2U);
  EXPECT_NE(texts(step).back().find("ATTACH PARTITION \"public\".\"orders_p2026_02_03\""),
            std::string::npos);
}

TEST(Place, IsNoneWhereRetentionWouldTakeIt) {
  PartitionSet set = daily_set_below();
  EXPECT_EQ(kept_from(set, kNow), End::minimum());
  set.policy.retention = days(30);
  EXPECT_FALSE(place_step(set, moment("2026-10-15 23:59:59"), kNow));
  EXPECT_TRUE(place_step(set, moment("2026-10-16"), kNow));
  EXPECT_EQ(kept_from(set, kNow), End::at(moment("2026-10-16")));
  set.policy.retention = years(8000);  // before all times that there are
  EXPECT_EQ(kept_from(set, kNow), End::minimum());
}

// Months differ in length, and so do the ways there and back.
TEST(Place, IsTheSameForAllKeysAtOnceAsForEach) {
  for (int day = 0; day < 800; day += 3) {
    for (const Stride& interval : {Stride(days(1)), Stride(days(7)), Stride(months(1))}) {
      PartitionSet set = range_set(KeyKind::kTimestamp, interval, 0);
      set.policy.retention = months(1 + day % 5);
      const Micros now = moment("2026-01-01 12:00") + day * kMicrosPerDay;
      const End from = kept_from(set, now);
      EXPECT_TRUE(place_step(set, from.value, now)) << shown(now);
      EXPECT_FALSE(place_step(set, from.value - 1, now)) << shown(now);
    }
  }
}

TEST(Place, PlacesAreCountedByTheBoundsBetweenKeys) {
  const PartitionSet set = daily_set_below();
  const auto bounds =
      bounds_between(set, moment("2026-02-01 10:00"), moment("2026-02-04 00:00"), kNow);
  ASSERT_TRUE(bounds);
  ASSERT_EQ(bounds->size(), 3U);
  EXPECT_EQ(bounds->front(), End::at(moment("2026-02-02")));
  EXPECT_EQ(bounds->back(), End::at(moment("2026-02-04")));
  EXPECT_EQ(bounds_between(set, moment("2026-02-01"), moment("2026-02-01 23:00"), kNow)->size(),
            0U);
  // nobody asks a server about millions of bounds
  EXPECT_FALSE(bounds_between(set, moment("1800-01-01"), moment("2200-01-01"), kNow));
}

TEST(Place, WhereThereIsNoneItIsToldOfTheWholePartition) {
  PartitionSet set = by_region({});
  set.below = {daily_level("at")};
  const Drain drain = list_drains(set, {{"DE", 10}}).front();
  const Refusal refusal = refuse_drain(set, drain, no_place(set, 1));
  EXPECT_EQ(refusal.partition, "public.\"customers_DE\"");
  EXPECT_EQ(refusal.bounds, "FOR VALUES IN ('DE')");
  EXPECT_EQ(refusal.message,
            "rows of public.customers_default have values of column \"at\" that no partition of "
            "level 1 takes");
}

TEST(Drain, GroupsOfThePolicyComeBeforeDiscoveredValues) {
  const PartitionSet set = by_region({{"eu", {"DE", "FR"}}, {"us", {"US"}}});
  EXPECT_EQ(names(list_drains(set, {{"ZZ", 99}, {"DE", 1}, {"AA", 10}, {"RARE", 9}})),
            (std::vector<std::string>{"eu", "ZZ", "AA"}));
}

TEST(Drain, ValuesAreDiscoveredOnlyWhereThePolicySaysSo) {
  PartitionSet set = by_region({{"eu", {"DE"}}});
  set.policy.auto_list = false;
  EXPECT_EQ(names(list_drains(set, {{"ZZ", 99}, {"DE", 1}})), std::vector<std::string>{"eu"});
}

TEST(Drain, NullIsAValue) {
  const PartitionSet set = by_region({});
  const auto drains = list_drains(set, {{std::nullopt, 10}});
  ASSERT_EQ(names(drains), std::vector<std::string>{"null"});
  EXPECT_EQ(step_of(set, drains[0]).bounds, "FOR VALUES IN (NULL)");
}

TEST(Drain, ThereIsALimitToDiscovery) {
  PartitionSet set = by_region({});
  std::vector<ValueCount> found;
  for (int i = 0; i < 2000; i++) found.push_back({std::to_string(i), 10});
  EXPECT_EQ(list_drains(set, found).size(), 1000U);
  for (int i = 0; i < 1000; i++) {
    attach(set, "customers_" + std::to_string(i), ListValues{{"x" + std::to_string(i)}});
  }
  EXPECT_EQ(list_drains(set, found).size(), 0U);
}

TEST(Drain, ADiscoveredValueNamesItsPartition) {
  EXPECT_EQ(value_name("DE"), "DE");
  EXPECT_EQ(value_name(""), "empty");
  EXPECT_EQ(value_name(std::nullopt), "null");
  // not the name of another
  EXPECT_EQ(value_name("null"), "value_null");
  EXPECT_EQ(value_name("default"), "value_default");
}

}  // namespace
}  // namespace pgscale
