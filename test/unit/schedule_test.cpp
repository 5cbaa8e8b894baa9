#include "core/schedule.h"

#include <gtest/gtest.h>

#include <vector>

#include "builders.h"

namespace pgscale {
namespace {

using Seconds = std::chrono::seconds;
using Databases = std::vector<Oid>;

constexpr Micros kSecond = kMicrosPerSecond;
const Micros kNow = testing::moment("2026-11-21");  // of both clocks unless told otherwise

// An agenda whose databases have all been visited once, at kNow, and want `next`.
Agenda visited(const Databases& databases, const Visit& next) {
  Agenda agenda;
  agenda.observe(databases);
  for (Oid database : databases) {
    agenda.started(database);
    agenda.finished(database, next, kNow);
  }
  return agenda;
}

TEST(WaitBeforeRetry, DoublesThreeTimesAndThenGivesUp) {
  EXPECT_EQ(wait_before_retry(1)->count(), 100);
  EXPECT_EQ(wait_before_retry(2)->count(), 200);
  EXPECT_EQ(wait_before_retry(3)->count(), 400);
  EXPECT_FALSE(wait_before_retry(4).has_value());
  EXPECT_FALSE(wait_before_retry(1'000).has_value());
}

TEST(RestAfterFailures, DoublesUpToTenMinutes) {
  const struct {
    int failures;
    int naptime;
    int rest;
  } cases[] = {{0, 60, 60},   {1, 60, 60},   {2, 60, 120},      {3, 60, 240},
               {4, 60, 480},  {5, 60, 600},  {1'000, 60, 600},  {1, 1, 1},
               {10, 1, 512},  {11, 1, 600},  {1, 0, 1},         {2, 0, 2},
               {1, 600, 600}, {2, 600, 600}, {1, 3'600, 3'600}, {9, 3'600, 3'600}};
  for (const auto& c : cases) {
    EXPECT_EQ(rest_after_failures(c.failures, Seconds(c.naptime)).count(), c.rest)
        << c.failures << " failures, naptime " << c.naptime;
  }
}

TEST(Agenda, IsEmptyAndAtRestWithoutDatabases) {
  const Agenda agenda;
  EXPECT_TRUE(agenda.due(kNow, kNow).empty());
  EXPECT_FALSE(agenda.rest(kNow, kNow).has_value());
}

TEST(Agenda, NewDatabasesAreDueAtOnce) {
  Agenda agenda = visited({1}, {});
  agenda.observe({1, 7});
  EXPECT_EQ(agenda.due(kNow, kNow), Databases{7});
  EXPECT_EQ(agenda.rest(kNow, kNow), 0);
}

TEST(Agenda, ADatabaseIsNotVisitedTwiceAtATime) {
  Agenda agenda;
  agenda.observe({1});
  agenda.started(1);
  agenda.wake(1);
  EXPECT_TRUE(agenda.due(kNow, kNow).empty());
  EXPECT_FALSE(agenda.rest(kNow, kNow).has_value());
}

TEST(Agenda, AWakeDuringAVisitIsNotLost) {
  Agenda agenda;
  agenda.observe({1});
  agenda.started(1);
  agenda.wake(1);
  agenda.finished(1, {}, kNow);
  EXPECT_EQ(agenda.due(kNow, kNow), Databases{1});
}

TEST(Agenda, FollowsThePolicyClockForDueAndTheRealClockForRetries) {
  const struct {
    Visit next;
    Micros policy_now;
    Micros real_now;
    bool is_due;
  } cases[] = {{{kNow + 10 * kSecond, {}}, kNow + 9 * kSecond, kNow + 99 * kSecond, false},
               {{kNow + 10 * kSecond, {}}, kNow + 10 * kSecond, kNow, true},
               {{{}, kNow + 10 * kSecond}, kNow + 99 * kSecond, kNow + 9 * kSecond, false},
               {{{}, kNow + 10 * kSecond}, kNow, kNow + 10 * kSecond, true},
               {{kNow + kSecond, kNow + 2 * kSecond}, kNow, kNow, false},
               {{kNow + kSecond, kNow + 2 * kSecond}, kNow + kSecond, kNow, true},
               {{kNow + kSecond, kNow + 2 * kSecond}, kNow, kNow + 2 * kSecond, true},
               {{}, kNow + 99 * kMicrosPerHour, kNow, false}};
  int number = 0;
  for (const auto& c : cases) {
    const Agenda agenda = visited({1}, c.next);
    EXPECT_EQ(!agenda.due(c.policy_now, c.real_now).empty(), c.is_due) << "case " << number;
    EXPECT_EQ(agenda.rest(c.policy_now, c.real_now) == 0, c.is_due) << "case " << number;
    number++;
  }
}

TEST(AfterRest, OnlyWhatCouldNotBeDoneRests) {
  const struct {
    Visit next;
    Visit expected;
  } cases[] = {{{}, {}},
               {{kNow + kSecond, kNow + kSecond}, {kNow + kSecond, kNow + kSecond}},
               {{kNow, {}}, {{}, kNow + 60 * kSecond}},
               {{kNow - kSecond, kNow + kSecond}, {{}, kNow + kSecond}},
               {{kNow - kSecond, kNow + 90 * kSecond}, {{}, kNow + 60 * kSecond}},
               {{kNow + kSecond, kNow}, {kNow + kSecond, kNow + 60 * kSecond}}};
  int number = 0;
  for (const auto& c : cases) {
    const Visit rested = after_rest(c.next, kNow, kNow, std::chrono::seconds(60));
    EXPECT_EQ(rested.due, c.expected.due) << "case " << number;
    EXPECT_EQ(rested.retry, c.expected.retry) << "case " << number;
    number++;
  }
}

TEST(Agenda, RestsUntilTheFirstOfAllMoments) {
  Agenda agenda = visited({1, 2, 3}, {});
  EXPECT_EQ(agenda.rest(kNow, kNow), kMicrosPerHour);
  agenda.finished(1, {kNow + 30 * kSecond, {}}, kNow);
  EXPECT_EQ(agenda.rest(kNow, kNow), 30 * kSecond);
  agenda.finished(2, {{}, kNow + 20 * kSecond}, kNow);
  EXPECT_EQ(agenda.rest(kNow, kNow), 20 * kSecond);
  EXPECT_EQ(agenda.rest(kNow + 15 * kSecond, kNow), 15 * kSecond);
  EXPECT_EQ(agenda.rest(kNow, kNow + 2 * kMicrosPerHour), 0);
  agenda.started(2);
  EXPECT_EQ(agenda.rest(kNow, kNow), 30 * kSecond);
}

TEST(Agenda, EveryDatabaseIsVisitedAtLeastOnceAnHour) {
  const Agenda agenda = visited({1}, {});
  EXPECT_TRUE(agenda.due(kNow, kNow + kMicrosPerHour - 1).empty());
  EXPECT_EQ(agenda.due(kNow, kNow + kMicrosPerHour), Databases{1});
}

TEST(Agenda, VisitsTheLongestOverdueFirstAndTheWokenBeforeAll) {
  Agenda agenda = visited({1, 2, 3, 4}, {});
  agenda.finished(1, {kNow + 30 * kSecond, {}}, kNow);
  agenda.finished(2, {{}, kNow + 10 * kSecond}, kNow);
  agenda.finished(3, {kNow + 20 * kSecond, {}}, kNow);
  const Micros later = kNow + 60 * kSecond;
  EXPECT_EQ(agenda.due(later, later), (Databases{2, 3, 1}));
  agenda.wake(4);
  EXPECT_EQ(agenda.due(later, later), (Databases{4, 2, 3, 1}));
  agenda.wake_all();
  EXPECT_EQ(agenda.due(kNow, kNow), (Databases{1, 2, 3, 4}));
}

TEST(Agenda, ADiedVisitIsTriedAgainAfterARestThatGrows) {
  Agenda agenda;
  agenda.observe({1});
  Micros rest_before = 0;
  for (int deaths = 1; deaths <= 12; deaths++) {
    agenda.started(1);
    agenda.died(1, kNow);
    const Micros rest = agenda.rest(kNow, kNow).value();
    EXPECT_TRUE(agenda.due(kNow, kNow + rest - 1).empty());
    EXPECT_EQ(agenda.due(kNow, kNow + rest), Databases{1});
    if (deaths == 1) {
      EXPECT_EQ(rest, 10 * kSecond);
    } else {
      EXPECT_EQ(rest, deaths <= 8 ? 2 * rest_before : rest_before) << deaths;
    }
    rest_before = rest;
  }
}

TEST(Earlier, TakesTheFirstOfEachClock) {
  const Visit a{kNow + 1, kNow + 4};
  const Visit b{kNow + 2, kNow + 3};
  EXPECT_EQ(earlier(a, b).due, kNow + 1);
  EXPECT_EQ(earlier(a, b).retry, kNow + 3);
  EXPECT_EQ(earlier(a, {}).due, kNow + 1);
  EXPECT_EQ(earlier({}, b).retry, kNow + 3);
  EXPECT_FALSE(earlier({}, {}).due.has_value());
}

TEST(Agenda, AVisitThatEndsWellForgetsTheDeaths) {
  Agenda agenda;
  agenda.observe({1});
  agenda.started(1);
  for (int i = 0; i < 5; i++) agenda.died(1, kNow);
  agenda.finished(1, {}, kNow);
  agenda.died(1, kNow);
  EXPECT_EQ(agenda.rest(kNow, kNow), 10 * kSecond);
}

TEST(Agenda, ForgetsVanishedDatabasesButNotDuringTheirVisit) {
  Agenda agenda;
  agenda.observe({1, 2, 3});
  agenda.started(2);
  agenda.observe({3});
  EXPECT_EQ(agenda.due(kNow, kNow), Databases{3});
  agenda.died(2, kNow);
  agenda.observe({3});
  EXPECT_EQ(agenda.due(kNow, kNow + kMicrosPerHour), Databases{3});
}

TEST(Agenda, SeeingADatabaseAgainChangesNothing) {
  Agenda agenda = visited({1}, {kNow + 30 * kSecond, {}});
  agenda.observe({1});
  EXPECT_EQ(agenda.rest(kNow, kNow), 30 * kSecond);
}

TEST(PartitionsInOneCall, TakeAnEighthOfTheLockTableAtMost) {
  constexpr std::int64_t kDefault = 64 * 120;
  EXPECT_EQ(partitions_in_one_call(kDefault, 4, false), 200);
  EXPECT_EQ(partitions_in_one_call(kDefault, 4, true), 40);
  EXPECT_EQ(partitions_in_one_call(kDefault, 30, false), 32);
  EXPECT_EQ(partitions_in_one_call(10 * 120, 6, false), 25);
  EXPECT_EQ(partitions_in_one_call(100, 50, false), 1);
}

}  // namespace
}  // namespace pgscale
