#include "core/retention.h"

#include <gtest/gtest.h>

#include "builders.h"
#include "core/plan.h"

namespace pgscale {
namespace {

using testing::attach;
using testing::between;
using testing::days;
using testing::list_set;
using testing::moment;
using testing::months;
using testing::range_set;

const Micros kNow = moment("2026-11-15 12:00");

// Months from June on, the current one with rows, each of 100 bytes.
PartitionSet half_a_year() {
  PartitionSet set = range_set(KeyKind::kTimestampTz, months(1), 0);
  const char* bounds[] = {"2026-06-01", "2026-07-01", "2026-08-01", "2026-09-01",
                          "2026-10-01", "2026-11-01", "2026-12-01"};
  for (int i = 0; i < 6; i++) {
    attach(set, "m" + std::to_string(6 + i), between(bounds[i], bounds[i + 1])).bytes = 100;
  }
  set.inventory.reached = moment("2026-11-01");
  return set;
}

using Names = std::vector<std::string>;

Names gone(const PartitionSet& set, const std::vector<Range>& coming = {}) {
  Names names;
  for (const Departure& departure : departures(set, kNow, coming).partitions) {
    names.push_back(departure.partition->name.name.name());
  }
  return names;
}

TEST(Retention, CountsPartitionsOfThePastOnly) {
  PartitionSet set = half_a_year();
  attach(set, "future", between("2026-12-01", "2027-01-01"));
  attach(set, "rest", DefaultSlot{});
  set.policy.retention_count = 5;
  EXPECT_EQ(gone(set), Names{});
  set.policy.retention_count = 2;
  EXPECT_EQ(gone(set), (Names{"m6", "m7", "m8"}));
}

TEST(Retention, TakesTheOldestUntilTheSetFits) {
  PartitionSet set = half_a_year();
  set.policy.retention_bytes = 600;
  EXPECT_EQ(gone(set), Names{});
  set.policy.retention_bytes = 401;
  EXPECT_EQ(gone(set), (Names{"m6", "m7"}));
  set.policy.retention_bytes = 1;
  EXPECT_EQ(gone(set), (Names{"m6", "m7", "m8", "m9", "m10"})) << "the present stays";
}

TEST(Retention, LeavesTheNewestRowsOfAQuietSetAlone) {
  PartitionSet set = half_a_year();
  set.policy.retention_count = 1;
  set.policy.retention_bytes = 1;
  set.inventory.reached = moment("2026-07-01");
  EXPECT_EQ(gone(set), Names{"m6"});
  set.inventory.reached.reset();
  EXPECT_EQ(gone(set), Names{}) << "it is not known where the rows are";
}

TEST(Retention, DoesWhatAnyRuleSays) {
  PartitionSet set = half_a_year();
  set.policy.retention = months(4);
  EXPECT_EQ(gone(set), Names{"m6"});
  set.policy.retention_count = 3;
  EXPECT_EQ(gone(set), (Names{"m6", "m7"}));
  set.policy.retention_bytes = 350;
  EXPECT_EQ(gone(set), (Names{"m6", "m7", "m8"}));
  const auto partitions = departures(set, kNow, {}).partitions;
  EXPECT_EQ(partitions[0].reason, "retention ended at 2026-11-01 00:00:00+00");
  EXPECT_EQ(partitions[1].reason, "more than retention_count = 3 partitions of the past");
  EXPECT_EQ(partitions[2].reason, "the set is larger than retention_bytes = 350");
}

TEST(Retention, PassesOverAPendingDetach) {
  PartitionSet set = half_a_year();
  set.inventory.partitions[0].detach_pending = true;
  set.policy.retention_count = 4;
  set.policy.retention_bytes = 500;
  EXPECT_EQ(gone(set), Names{});
}

TEST(Retention, TellsWhichComingPartitionsWouldGoAtOnce) {
  PartitionSet set = half_a_year();
  set.policy.retention_count = 5;
  const Departures result = departures(
      set, kNow, {between("2026-05-01", "2026-06-01"), between("2026-12-01", "2027-01-01")});
  EXPECT_EQ(result.coming, (std::vector<bool>{true, false}));
  EXPECT_TRUE(result.partitions.empty());
}

TEST(Retention, NeverEndsForAnOpenBound) {
  PartitionSet set = range_set(KeyKind::kTimestampTz, months(1), 0);
  attach(set, "all", Range{End::minimum(), End::maximum()}).bytes = 1000;
  set.inventory.reached = moment("2026-11-01");
  set.policy.retention = months(1);
  set.policy.retention_count = 1;
  set.policy.retention_bytes = 1;
  EXPECT_EQ(gone(set), Names{});
}

TEST(Retention, IsDueWhenAnAgeIsOver) {
  PartitionSet set = half_a_year();
  set.policy.retention = months(6);
  EXPECT_EQ(departures(set, kNow, {}).next_due, moment("2027-01-01"));
}

TEST(Retention, IsDueWhenOneMorePartitionHasEnded) {
  PartitionSet set = half_a_year();
  set.inventory.partitions.back().bound =
      Range{End::at(moment("2026-11-01")), End::at(moment("2026-11-20"))};
  attach(set, "rest_of_time", Range{End::at(moment("2026-11-20")), End::maximum()});
  set.policy.retention_count = 5;
  EXPECT_EQ(departures(set, kNow, {}).next_due, moment("2026-11-20"));
  set.policy.retention_count = 6;
  EXPECT_EQ(departures(set, kNow, {}).next_due, std::nullopt);
}

TEST(Retention, IsDueWhenATooLargePartitionHasEnded) {
  PartitionSet set = half_a_year();
  attach(set, "future", between("2026-12-01", "2027-01-01"));
  set.inventory.reached = moment("2026-12-01");
  set.policy.retention_bytes = 1;
  EXPECT_EQ(departures(set, kNow, {}).next_due, moment("2026-12-01"));
  set.policy.retention_bytes = 100;
  EXPECT_EQ(departures(set, kNow, {}).next_due, std::nullopt);
}

TEST(Retention, DropsWhatHasWaitedLongEnough) {
  PartitionSet set = half_a_year();
  set.policy.retire = Retire::kDrop;
  set.policy.retention_count = 4;
  set.policy.keep_for = days(5);
  const Plan first = plan(set, kNow);
  EXPECT_EQ(testing::outline(first), testing::Lines{"detach! m6"});
  EXPECT_EQ(first.next_due, moment("2026-11-20 12:00"));

  set.inventory.partitions.erase(set.inventory.partitions.begin());
  testing::retired(set, 1, "m6", Retire::kDrop, false);
  set.inventory.retired[0].detached_at = kNow;
  const Micros end = moment("2026-11-20 12:00");
  EXPECT_EQ(testing::outline(plan(set, end - 1)), testing::Lines{});
  EXPECT_EQ(plan(set, end - 1).next_due, end);
  EXPECT_EQ(testing::outline(plan(set, end)), testing::Lines{"drop m6"});
  set.inventory.retired[0].detached_at.reset();
  EXPECT_EQ(testing::outline(plan(set, end)), testing::Lines{}) << "the time begins to run";
  EXPECT_EQ(plan(set, end).next_due, moment("2026-11-25 12:00"));
}

TEST(Retention, CountsMonthsOfWaitingInTheZoneOfTheSet) {
  PartitionSet set = list_set({});
  EXPECT_EQ(end_of_keeping(set, kNow), kNow);
  set.policy.keep_for = months(1);
  EXPECT_EQ(end_of_keeping(set, moment("2026-01-31")), moment("2026-02-28"));
}

}  // namespace
}  // namespace pgscale
