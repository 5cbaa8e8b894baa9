#include <gtest/gtest.h>

#include "builders.h"
#include "core/plan.h"

namespace pgscale {
namespace {

using testing::attach;
using testing::between;
using testing::Lines;
using testing::moment;
using testing::months;
using testing::outline;
using testing::range_set;
using testing::retired;
using testing::step_of;

const Micros kNow = moment("2026-11-21 12:00");

PartitionSet with_an_old_one() {
  PartitionSet set = range_set(KeyKind::kDate, months(1), 0);
  attach(set, "now", between("2026-11-01", "2026-12-01"));
  Partition& old = attach(set, "old", between("2026-01-01", "2026-02-01"));
  old.publications = {{"all_of_it", 7}};
  set.policy.retention = Stride{months(2)};
  return set;
}

TEST(Publications, ATableThatStaysLeavesThoseThatNameIt) {
  const Plan made = plan(with_an_old_one(), kNow);
  EXPECT_EQ(outline(made), (Lines{"detach! old", "unpublish old"}));
  const Step& step = *step_of(made.items[1]);
  EXPECT_EQ(step.sql[0].text(), R"(ALTER PUBLICATION "all_of_it" DROP TABLE "public"."old")");
  EXPECT_EQ(step.role, 7U) << "a publication belongs to somebody of its own";
  EXPECT_EQ(step.partition_oid, step_of(made.items[0])->partition_oid);
}

TEST(Publications, ATableThatIsDroppedLeavesByItself) {
  PartitionSet set = with_an_old_one();
  set.policy.retire = Retire::kDrop;
  EXPECT_EQ(outline(plan(set, kNow)), (Lines{"detach! old", "drop old"}));
}

TEST(Publications, WhatAnInterruptedRunLeftIsTakenOutFirst) {
  PartitionSet set = range_set(KeyKind::kDate, months(1), 0);
  retired(set, 77, "gone", Retire::kDetach, false);
  set.inventory.retired.back().publications = {{"a", 7}, {"b", 8}};
  EXPECT_EQ(outline(plan(set, kNow)),
            (Lines{"unpublish gone", "unpublish gone", "create orders_p2026_11"}));
  set.inventory.retired.back().attached = true;
  EXPECT_EQ(outline(plan(set, kNow)), (Lines{"create orders_p2026_11"}));

  PartitionSet pending = with_an_old_one();
  pending.policy.retention.reset();
  pending.inventory.partitions.back().detach_pending = true;
  EXPECT_EQ(outline(plan(pending, kNow)), (Lines{"finalize old", "unpublish old"}));
}

TEST(Subscriptions, AreRefreshedWhenPartitionsAreMade) {
  PartitionSet set = range_set(KeyKind::kDate, months(1), 0);
  set.inventory.subscriptions = {{9, "from_shop", 7, 0}};
  const Plan made = plan(set, kNow);
  EXPECT_EQ(outline(made), (Lines{"create orders_p2026_11", "refresh! orders"}));
  const Step& step = *step_of(made.items[1]);
  EXPECT_EQ(step.sql[0].text(), R"(ALTER SUBSCRIPTION "from_shop" REFRESH PUBLICATION)");
  EXPECT_EQ(step.object_oid, 9U);
  EXPECT_EQ(step.role, 7U);
}

TEST(Subscriptions, AreAskedAgainForWhatTheyDoNotKnowNowAndThen) {
  PartitionSet set = range_set(KeyKind::kDate, months(1), 0);
  attach(set, "now", between("2026-11-01", "2026-12-01"));
  set.inventory.subscriptions = {{9, "from_shop", 7, 1}};
  EXPECT_TRUE(plan(set, kNow).items.empty());
  set.inventory.refresh_is_due = true;
  EXPECT_EQ(outline(plan(set, kNow)), (Lines{"refresh! orders"}));
  set.inventory.subscriptions[0].unknown = 0;
  EXPECT_TRUE(plan(set, kNow).items.empty());
}

}  // namespace
}  // namespace pgscale
