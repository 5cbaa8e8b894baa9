#include "core/growth.h"

#include <gtest/gtest.h>

#include "builders.h"

namespace pgscale {
namespace {

using testing::days;
using testing::hours;
using testing::moment;

const Micros kNow = moment("2026-11-15 12:00");

// A milestone every six hours for so many days, the newest six hours ago.
std::vector<Milestone> steady(int for_days, Point daily, Point now_at) {
  std::vector<Milestone> history;
  for (int i = for_days * 4; i > 0; i--) {
    history.push_back({kNow - i * 6 * kMicrosPerHour, now_at - daily * i / 4});
  }
  return history;
}

Point growth(const std::vector<Milestone>& history, Point reached) {
  return usual_growth(history, {kNow, reached}).value();
}

TEST(Growth, IsNotKnownBeforeThreeDays) {
  EXPECT_FALSE(usual_growth({}, {kNow, 100}).has_value());
  EXPECT_FALSE(usual_growth({{kNow - 71 * kMicrosPerHour, 0}}, {kNow, 300}).has_value());
  EXPECT_TRUE(growth({{kNow - 72 * kMicrosPerHour, 0}}, 300) == 100);
}

TEST(Growth, IsWhatComesInADay) {
  EXPECT_TRUE(growth(steady(8, 4'000, 1'000'000), 1'000'000) == 4'000);
  EXPECT_TRUE(growth(steady(3, 4'000, 1'000'000), 1'000'000) == 4'000);
  EXPECT_TRUE(growth(steady(8, 0, 1'000'000), 1'000'000) == 0);
}

TEST(Growth, IsNotMovedByABulkLoad) {
  std::vector<Milestone> history = steady(8, 4'000, 1'000'000);
  for (Milestone& step : history) {
    if (step.at >= kNow - 2 * kMicrosPerDay) step.reached += 500'000'000;
  }
  EXPECT_TRUE(growth(history, 501'000'000) == 4'000);
  // of four days the quieter one in the middle counts
  EXPECT_TRUE(growth({{kNow - 4 * kMicrosPerDay, 0},
                      {kNow - 3 * kMicrosPerDay, 5'000'000},
                      {kNow - 2 * kMicrosPerDay, 5'000'010},
                      {kNow - kMicrosPerDay, 5'000'030}},
                     5'001'000) == 20);
}

TEST(Growth, IsNotMovedByAnOutageOfMaintenance) {
  std::vector<Milestone> history = steady(8, 4'000, 1'000'000);
  history.erase(history.end() - 10, history.end());
  EXPECT_TRUE(growth(history, 1'000'000) == 4'000);
}

TEST(Growth, BeginsAnewWhereNumbersFall) {
  const std::vector<Milestone> history = steady(8, 4'000, 1'000'000);
  EXPECT_FALSE(usual_growth(history, {kNow, 0}).has_value());
  std::vector<Milestone> truncated;
  for (const Milestone& step : history) {
    const bool is_before = step.at < kNow - 4 * kMicrosPerDay;
    truncated.push_back({step.at, is_before ? step.reached : step.reached - 990'000});
  }
  EXPECT_TRUE(growth(truncated, 10'000) == 4'000);
}

TEST(Growth, DoesNotLookAtTheFuture) {
  EXPECT_FALSE(usual_growth({{kNow + 1, 0}, {kNow + kMicrosPerDay, 5}}, {kNow, 100}).has_value());
}

TEST(Growth, IsWrittenDownEverySixHours) {
  EXPECT_TRUE(wants_milestone({}, kNow));
  const std::vector<Milestone> history = {{kNow, 0}};
  EXPECT_FALSE(wants_milestone(history, kNow));
  EXPECT_FALSE(wants_milestone(history, kNow + 6 * kMicrosPerHour - 1));
  EXPECT_TRUE(wants_milestone(history, kNow + 6 * kMicrosPerHour));
  EXPECT_TRUE(wants_milestone(history, kNow - 1)) << "the clock was set back";
}

TEST(PartitionsFor, LastForTheTimeAhead) {
  EXPECT_EQ(partitions_for(4'000, days(1), 1'000), 4);
  EXPECT_EQ(partitions_for(4'001, days(1), 1'000), 5);
  EXPECT_EQ(partitions_for(4'000, days(7), 1'000), 28);
  EXPECT_EQ(partitions_for(4'000, hours(12), 1'000), 2);
  EXPECT_EQ(partitions_for(4'000, Interval{1, 0, 0}, 100'000), 2);
  EXPECT_EQ(partitions_for(4'000, days(0), 1'000), 0);
  EXPECT_EQ(partitions_for(0, days(7), 1'000), 0);
  EXPECT_EQ(partitions_for(4'000'000'000, days(7), 1), 1'000);
}

}  // namespace
}  // namespace pgscale
