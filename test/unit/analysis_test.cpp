#include "core/analysis.h"

#include <gtest/gtest.h>

#include "builders.h"
#include "core/plan.h"

namespace pgscale {
namespace {

ParentStatistics counted(double rows, std::int64_t changed) {
  ParentStatistics statistics;
  statistics.counted = true;
  statistics.rows = rows;
  statistics.changed = changed;
  statistics.partitions = 10;
  return statistics;
}

TEST(Analysis, FollowsTheSettingsOfAutovacuum) {
  const AnalyzeRule rule;
  EXPECT_FALSE(is_stale(counted(0, 50), rule));
  EXPECT_TRUE(is_stale(counted(0, 51), rule));
  EXPECT_FALSE(is_stale(counted(10'000, 1'050), rule));
  EXPECT_TRUE(is_stale(counted(10'000, 1'051), rule));
  EXPECT_TRUE(is_stale(counted(10'000, 201), {0, 0.02}));
}

TEST(Analysis, AParentThatWasNeverAnalyzedIsStaleOnceItHasRows) {
  ParentStatistics statistics;
  EXPECT_FALSE(is_stale(statistics, {}));
  statistics.changed = 1;
  EXPECT_TRUE(is_stale(statistics, {}));
  statistics.changed = 0;  // as after a crash: rows are known, changes are not
  statistics.rows = 1'000;
  EXPECT_TRUE(is_stale(statistics, {}));
  EXPECT_EQ(reason_to_analyze(statistics), "not analyzed yet");
  EXPECT_EQ(reason_to_analyze(counted(1, 7)), "7 rows changed since it was analyzed");
}

TEST(Analysis, WhatSomebodyElseHasAnalyzedIsFresh) {
  ParentStatistics statistics = counted(10, 1'000'000);
  statistics.by_others = true;
  EXPECT_FALSE(is_stale(statistics, {}));
}

TEST(Analysis, MoreTablesThanMayBeLockedAreLeftAlone) {
  ParentStatistics statistics = counted(10, 1'000'000);
  statistics.partitions = 3'201;
  EXPECT_FALSE(is_stale(statistics, {}));
  statistics.partitions = 3'200;
  EXPECT_TRUE(is_stale(statistics, {}));
}

TEST(Analysis, ComesLastInAPlan) {
  PartitionSet set = testing::range_set(KeyKind::kDate, testing::months(1), 0);
  set.inventory.analysis = Analysis{counted(0, 100), {}, true};
  const Plan made = plan(set, testing::moment("2026-11-21"));
  EXPECT_EQ(testing::outline(made), (testing::Lines{"create orders_p2026_11", "analyze orders"}));
  const Step& step = *testing::step_of(made.items[1]);
  EXPECT_EQ(step.sql[0].text(), R"(ANALYZE ONLY "public"."orders")");
  EXPECT_EQ(step.locks, "SHARE UPDATE EXCLUSIVE on public.orders");
  EXPECT_EQ(step.reason, "100 rows changed since it was analyzed");
  set.inventory.analysis->knows_only = false;
  EXPECT_EQ(testing::step_of(plan(set, testing::moment("2026-11-21")).items[1])->sql[0].text(),
            R"(ANALYZE "public"."orders")");
  set.inventory.analysis->statistics.changed = 0;
  EXPECT_EQ(plan(set, testing::moment("2026-11-21")).items.size(), 1U);
}

}  // namespace
}  // namespace pgscale
