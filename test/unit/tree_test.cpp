#include "core/tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "builders.h"
#include "core/plan.h"
#include "core/replacement.h"
#include "model.h"

namespace pgscale {
namespace {

using testing::attach;
using testing::between;
using testing::days;
using testing::failure_of;
using testing::in_public;
using testing::Lines;
using testing::list_set;
using testing::moment;
using testing::months;
using testing::outline;
using testing::range_set;
using testing::Server;
using testing::step_of;

constexpr std::size_t kMany = 1000;

SubLevel hash_level(const char* column, int modulus) {
  SubLevel level{Policy{}, Method::kHash, column};
  level.policy.partitions = modulus;
  return level;
}

SubLevel range_level(const char* column, Stride interval, int premake) {
  SubLevel level{Policy{}, Method::kRange, column, Axis(KeyKind::kTimestampTz, Zone::utc())};
  level.policy.interval = interval;
  level.policy.premake = premake;
  return level;
}

SubLevel list_level(const char* column, std::vector<ListGroup> groups) {
  SubLevel level{Policy{}, Method::kList, column};
  level.policy.lists = std::move(groups);
  return level;
}

Lines texts(const std::vector<Sql>& statements) {
  Lines lines;
  for (const Sql& sql : statements) lines.push_back(sql.text());
  return lines;
}

Lines names(const std::vector<QualifiedName>& tables) {
  Lines lines;
  for (const QualifiedName& table : tables) lines.push_back(table.name.name());
  return lines;
}

const Step& first_step(const Plan& plan) { return std::get<Step>(plan.items.front()); }

TEST(Tree, IsMadeApartAndAttachedAsAWhole) {
  PartitionSet set = range_set(KeyKind::kTimestampTz, months(1), 0);
  set.below = {hash_level("tenant", 2)};
  const Plan made = plan(set, moment("2026-11-05"));
  ASSERT_EQ(outline(made), Lines{"create orders_p2026_11"});
  const Step& step = first_step(made);
  EXPECT_EQ(
      texts(step.sql),
      (Lines{
          R"(CREATE TABLE "public"."orders_p2026_11" (LIKE "public"."orders" INCLUDING ALL) PARTITION BY HASH ("tenant"))",
          R"(CREATE TABLE "public"."orders_p2026_11_p0" (LIKE "public"."orders_p2026_11" INCLUDING ALL))",
          R"(ALTER TABLE "public"."orders_p2026_11" ATTACH PARTITION "public"."orders_p2026_11_p0" FOR VALUES WITH (MODULUS 2, REMAINDER 0))",
          R"(CREATE TABLE "public"."orders_p2026_11_p1" (LIKE "public"."orders_p2026_11" INCLUDING ALL))",
          R"(ALTER TABLE "public"."orders_p2026_11" ATTACH PARTITION "public"."orders_p2026_11_p1" FOR VALUES WITH (MODULUS 2, REMAINDER 1))",
          R"(ALTER TABLE "public"."orders" ATTACH PARTITION "public"."orders_p2026_11" FOR VALUES FROM ('2026-11-01 00:00:00+00') TO ('2026-12-01 00:00:00+00'))"}));
  EXPECT_EQ(step.first_strong, step.sql.size() - 1);
  EXPECT_EQ(names(step.subtree), (Lines{"orders_p2026_11_p0", "orders_p2026_11_p1"}));
}

TEST(Tree, OnlyItsLeavesHaveStorageParameters) {
  PartitionSet set = range_set(KeyKind::kTimestampTz, months(1), 0);
  set.policy.storage_parameters = {{"fillfactor", "70"}};
  set.below = {hash_level("tenant", 1)};
  set.below[0].policy.storage_parameters = {{"fillfactor", "80"}};
  const Lines sql = texts(first_step(plan(set, moment("2026-11-05"))).sql);
  EXPECT_EQ(
      sql[0],
      R"(CREATE TABLE "public"."orders_p2026_11" (LIKE "public"."orders" INCLUDING ALL) PARTITION BY HASH ("tenant"))");
  EXPECT_EQ(
      sql[1],
      R"(CREATE TABLE "public"."orders_p2026_11_p0" (LIKE "public"."orders_p2026_11" INCLUDING ALL) WITH ("fillfactor" = '80'))");
}

TEST(Tree, OnlyItsLeavesHaveTheIndexesOfATemplate) {
  PartitionSet set = range_set(KeyKind::kTimestampTz, months(1), 0);
  set.policy.index_template.indexes = {{true, " USING btree (above)"}};
  set.below = {hash_level("tenant", 1)};
  set.below[0].policy.index_template.indexes = {{true, " USING btree (id)"}};
  const Lines sql = texts(first_step(plan(set, moment("2026-11-05"))).sql);
  ASSERT_EQ(sql.size(), 5U);
  EXPECT_EQ(sql[2], R"(CREATE UNIQUE INDEX ON "public"."orders_p2026_11_p0" USING btree (id))");
  set.below[0].policy.index_template.trouble = Failure(Problem::kLockNotAvailable, "locked");
  const Plan refused = plan(set, moment("2026-11-05"));
  EXPECT_EQ(outline(refused), (Lines{"refused create public.orders_p2026_11"}));
}

TEST(Tree, GoesDownToAnyDepth) {
  PartitionSet set = list_set({{"eu", {"DE"}}});
  set.below = {range_level("at", months(1), 1), list_level("kind", {{"a", {"a"}}, {"b", {"b"}}}),
               hash_level("tenant", 2)};
  const Plan made = plan(set, moment("2026-11-05"));
  const Step& step = first_step(made);
  EXPECT_EQ(step.subtree.size(), 2U + 2 * 2 + 2 * 2 * 2);
  EXPECT_EQ(names(step.subtree)[0], "customers_eu_p2026_11");
  EXPECT_EQ(names(step.subtree)[1], "customers_eu_p2026_11_a");
  EXPECT_EQ(names(step.subtree)[2], "customers_eu_p2026_11_a_p0");
  EXPECT_EQ(tables_in_tree(set, moment("2026-11-05"), kMany), 1U + step.subtree.size());
}

TEST(Tree, OfTheDefaultPartitionIsOneTable) {
  PartitionSet set = list_set({});
  set.policy.default_partition = true;
  set.below = {hash_level("tenant", 2)};
  EXPECT_EQ(first_step(plan(set, 0)).sql.size(), 2U);
}

TEST(Tree, IsCountedNoFurtherThanItMayBeLarge) {
  PartitionSet set = range_set(KeyKind::kTimestampTz, months(1), 0);
  set.below = {hash_level("a", 900), hash_level("b", 900), hash_level("c", 900)};
  EXPECT_EQ(tables_in_tree(set, 0, kMany), kMany + 1);
}

TEST(Tree, IsRefusedAsAWholeWhereATableBelowCannotBeMade) {
  PartitionSet set = range_set(KeyKind::kTimestampTz, months(1), 0);
  set.below = {hash_level("tenant", 2)};
  set.inventory.taken_names.insert("orders_p2026_11_p1");
  const Plan made = plan(set, moment("2026-11-05"));
  ASSERT_EQ(outline(made), Lines{"refused create public.orders_p2026_11"});
  EXPECT_EQ(std::get<Refusal>(made.items.front()).message,
            "relation public.orders_p2026_11_p1 already exists and is no partition for these "
            "bounds");
}

TEST(Tree, GivesEachTableANameOfItsOwnHoweverLongTheyAre) {
  PartitionSet set = range_set(KeyKind::kTimestampTz, months(1), 3);
  set.inventory.parent.name = in_public(std::string(63, 'n'));
  set.below = {list_level("kind", {{std::string(40, 'a'), {"a"}}, {std::string(40, 'b'), {"b"}}}),
               hash_level("tenant", 16)};
  std::set<std::string> seen;
  for (const Item& item : plan(set, moment("2026-11-05")).items) {
    const Step* step = step_of(item);
    ASSERT_NE(step, nullptr) << std::get<Refusal>(item).message;
    EXPECT_TRUE(seen.insert(step->partition.name.name()).second);
    for (const QualifiedName& table : step->subtree) {
      EXPECT_TRUE(seen.insert(table.name.name()).second) << table.name.name();
    }
  }
  EXPECT_EQ(seen.size(), 4U * (1 + 2 * (1 + 16)));
}

TEST(CheckBelow, WantsAColumnOfItsOwnForEachLevel) {
  PartitionSet set = range_set(KeyKind::kTimestampTz, months(1), 0);
  set.below = {hash_level("tenant", 2)};
  EXPECT_EQ(failure_of([&] { check_below(set, hash_level("at", 2)); }).problem(),
            Problem::kNotSupported);
  EXPECT_EQ(failure_of([&] { check_below(set, hash_level("tenant", 2)); }).problem(),
            Problem::kNotSupported);
  SubLevel level = hash_level("device", 2);
  check_below(set, level);
  level.policy.naming = "part_{bound}";
  EXPECT_EQ(failure_of([&] { check_below(set, level); }).problem(), Problem::kInvalidParameter);
}

TEST(Replacement, PutsATreeInThePlaceOfWhatThePlanWouldMakeAnew) {
  PartitionSet set = range_set(KeyKind::kTimestampTz, months(1), 0);
  set.below = {hash_level("tenant", 2)};
  const Partition now_there = attach(set, "orders_p2026_11", between("2026-11-01", "2026-12-01"));
  const auto steps = replacement_steps(set, now_there, moment("2026-11-05"));
  ASSERT_EQ(steps.size(), 3U);
  EXPECT_EQ(steps[0].action, Action::kDetach);
  EXPECT_FALSE(steps[0].concurrently);
  EXPECT_EQ(steps[1].action, Action::kDrop);
  EXPECT_EQ(steps[2].action, Action::kCreate);
  EXPECT_EQ(steps[2].subtree.size(), 2U);
}

TEST(Replacement, LeavesAloneWhatWouldNotComeBackTheSame) {
  const struct {
    const char* name;
    const char* lower;
    const char* upper;
  } cases[] = {{"orders_p2026_10", "2026-10-01", "2026-11-01"},  // nobody needs the past
               {"orders_p2026_11", "2026-11-01", "2026-11-20"},
               {"mine", "2026-11-01", "2026-12-01"}};
  for (const auto& c : cases) {
    PartitionSet set = range_set(KeyKind::kTimestampTz, months(1), 0);
    set.below = {hash_level("tenant", 2)};
    const Partition partition = attach(set, c.name, between(c.lower, c.upper));
    EXPECT_TRUE(replacement_steps(set, partition, moment("2026-11-05")).empty()) << c.name;
  }
}

// A set below another, as the server has it once its tree has been made.
PartitionSet made_below(const PartitionSet& set, const Step& step) {
  const SubLevel& level = set.below.front();
  PartitionSet below{level.policy,
                     Inventory(set.inventory.parent),
                     level.axis,
                     {set.below.begin() + 1, set.below.end()}};
  Parent& parent = below.inventory.parent;
  parent.oid++;
  parent.name = step.partition;
  parent.method = level.method;
  parent.key_columns = {level.control};
  const std::string attach_to = "ALTER TABLE \"public\".\"" + step.partition.name.name() +
                                "\" ATTACH PARTITION \"public\".\"";
  for (const Sql& sql : step.sql) {
    if (sql.text().rfind(attach_to, 0) != 0) continue;
    const std::string rest = sql.text().substr(attach_to.size());
    const std::string name = rest.substr(0, rest.find('"'));
    const std::string clause = rest.substr(rest.find('"') + 2);
    Bound bound = DefaultSlot{};
    HashSlot slot{};
    if (level.method == Method::kRange && clause != "DEFAULT") {
      bound = testing::read_range(*level.axis, clause);
    } else if (std::sscanf(clause.c_str(), "FOR VALUES WITH (MODULUS %d, REMAINDER %d)",
                           &slot.modulus, &slot.remainder) == 2) {
      bound = slot;
    }
    attach(below, name, bound);
  }
  return below;
}

TEST(TreeProperty, ASetBelowIsAsItsPolicyWantsItFromTheStartAndLivesOn) {
  std::mt19937_64 random(21);
  auto below = [&random](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  int checked = 0;
  for (int i = 0; i < 300 && !::testing::Test::HasFailure(); i++) {
    PartitionSet set = range_set(KeyKind::kTimestampTz, months(1 + below(3)), below(3));
    if (below(2) == 0) {
      set = list_set({{"eu", {"DE"}}, {"us", {"US"}}});
      set.below = {range_level("at", days(1 + below(20)), below(5))};
      SubLevel& level = set.below.front();
      if (below(2) == 0) level.policy.retention = days(20 + below(50));
      level.policy.default_partition = below(4) == 0;
      level.policy.origin = moment("2026-01-01");
      level.policy.fill_from_origin = below(2) == 0;
    } else {
      set.below = {hash_level("tenant", 1 + below(9))};
    }
    if (below(2) == 0) set.below.push_back(hash_level("device", 1 + below(4)));
    const Micros now = moment("2026-03-01") + below(100) * kMicrosPerDay;
    SCOPED_TRACE("case " + std::to_string(i));
    for (const Item& item : plan(set, now).items) {
      const Step* step = step_of(item);
      ASSERT_NE(step, nullptr);
      PartitionSet child = made_below(set, *step);
      EXPECT_EQ(outline(plan(child, now)), Lines{});
      if (child.inventory.parent.method != Method::kRange) continue;
      child.policy.fill_from_origin = false;
      const Micros later = now + below(60) * kMicrosPerDay;
      Server(child).carry_out(plan(child, later));
      EXPECT_EQ(outline(plan(child, later)), Lines{});
      checked++;
    }
  }
  EXPECT_GT(checked, 100);
}

}  // namespace
}  // namespace pgscale
