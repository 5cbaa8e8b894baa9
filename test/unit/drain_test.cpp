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
  const Step step = drain_step(set, drain_at(set, "2026-03-05"), 500);
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

TEST(Drain, APartWritesDownUpToWhereItGrows) {
  const PartitionSet set = monthly();
  const Drain part = up_to(drain_at(set, "2026-03-05"), End::at(moment("2026-03-12")));
  const Step step = drain_step(set, part, 500);
  EXPECT_EQ(step.move->grows_to,
            "FOR VALUES FROM ('2026-03-01 00:00:00') TO ('2026-04-01 00:00:00')");
  EXPECT_EQ(step.bounds, "FOR VALUES FROM ('2026-03-01 00:00:00') TO ('2026-03-12 00:00:00')");
}

TEST(Drain, APartitionGrowsByAttachingItAnewWithWiderBounds) {
  PartitionSet set = monthly();
  attach(set, "orders_p2026_03", between("2026-03-01", "2026-03-08")).grows_to =
      End::at(moment("2026-04-01"));
  const Step step = drain_step(set, drain_at(set, "2026-03-09"), 500);
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
  EXPECT_EQ(drain_step(set, drains[0], 500).bounds, "FOR VALUES IN (NULL)");
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
