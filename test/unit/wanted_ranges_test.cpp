#include <gtest/gtest.h>

#include "builders.h"
#include "core/wanted.h"
#include "zones.h"

namespace pgscale {
namespace {

using testing::attach;
using testing::between;
using testing::days;
using testing::hours;
using testing::Lines;
using testing::moment;
using testing::months;
using testing::range_set;
using testing::shown;
using testing::years;
using testing::zone_of;

const Micros kNow = moment("2026-11-21 12:00");

PartitionSet monthly(int premake) { return range_set(KeyKind::kDate, months(1), premake); }

PartitionSet by_thousands(KeyKind kind, int premake) {
  return range_set(kind, Point{1'000}, premake);
}

// Each wanted range in one line, in order: "2026-11-01 2026-12-01 covers the present".
Lines lines(const PartitionSet& set, Micros now = kNow) {
  Lines result;
  for (const Wanted& item : wanted_ranges(set, now).missing) {
    const auto& range = std::get<Range>(item.bound);
    result.push_back(set.axis->text(range.lower) + " " + set.axis->text(range.upper) + " " +
                     item.reason);
  }
  return result;
}

TEST(WantedRanges, CoverThePresentAndAsMuchAsPremakeSays) {
  EXPECT_EQ(lines(monthly(0)), (Lines{"2026-11-01 2026-12-01 covers the present"}));
  EXPECT_EQ(lines(monthly(2)),
            (Lines{"2026-11-01 2026-12-01 covers the present", "2026-12-01 2027-01-01 premake = 2",
                   "2027-01-01 2027-02-01 premake = 2"}));
}

TEST(WantedRanges, StartAtTheOriginsDay) {
  PartitionSet set = monthly(1);
  set.policy.origin = moment("2026-01-31");
  EXPECT_EQ(lines(set), (Lines{"2026-10-31 2026-11-30 covers the present",
                               "2026-11-30 2026-12-31 premake = 1"}));
}

TEST(WantedRanges, GoBackToTheOriginWhenThePastIsOwedNewestFirst) {
  PartitionSet set = monthly(0);
  set.policy.origin = moment("2026-09-01");
  set.policy.fill_from_origin = true;
  EXPECT_EQ(lines(set), (Lines{"2026-11-01 2026-12-01 covers the present",
                               "2026-10-01 2026-11-01 from start_at on",
                               "2026-09-01 2026-10-01 from start_at on"}));
  set.policy.retention = Stride{months(1)};  // the partition of September would be retired at once
  EXPECT_EQ(lines(set).size(), 2U);
}

TEST(WantedRanges, ChainOnFromAnIrregularPartitionAndComeBackToTheGrid) {
  PartitionSet set = monthly(2);
  attach(set, "first", between("1990-01-01", "2026-11-25"));
  EXPECT_EQ(lines(set),
            (Lines{"2026-11-25 2026-12-01 premake = 2", "2026-12-01 2027-01-01 premake = 2"}));
}

TEST(WantedRanges, CloseTheHoleOfASetThatSlept) {
  PartitionSet set = monthly(0);
  attach(set, "old", between("2026-01-01", "2026-09-10"));
  EXPECT_EQ(lines(set), (Lines{"2026-11-01 2026-12-01 covers the present",
                               "2026-10-01 2026-11-01 closes a hole before the present",
                               "2026-09-10 2026-10-01 closes a hole before the present"}));
}

TEST(WantedRanges, LeaveHolesThatAreOlderThanTheNewestPastPartition) {
  PartitionSet set = monthly(0);
  attach(set, "older", between("2026-01-01", "2026-02-01"));
  attach(set, "newer", between("2026-10-01", "2026-11-01"));
  EXPECT_EQ(lines(set), (Lines{"2026-11-01 2026-12-01 covers the present"}));
}

TEST(WantedRanges, BeginWithThePartitionOfThePresentWhereverItBegins) {
  PartitionSet set = monthly(1);
  attach(set, "present", between("2026-11-15", "2026-12-01"));
  EXPECT_EQ(lines(set), (Lines{"2026-12-01 2027-01-01 premake = 1"}));
  attach(set, "older", between("2026-08-01", "2026-09-01"));  // somebody took what was between
  EXPECT_EQ(lines(set), (Lines{"2026-12-01 2027-01-01 premake = 1"}));
}

TEST(WantedRanges, FillTheHoleBetweenThePresentAndAFarPartition) {
  PartitionSet set = monthly(2);
  attach(set, "present", between("2026-11-01", "2026-12-01"));
  attach(set, "far", between("2026-12-20", "2027-03-05"));
  EXPECT_EQ(lines(set), (Lines{"2026-12-01 2026-12-20 premake = 2"}));
}

TEST(WantedRanges, NeedNothingBesideAPartitionUpToMaxvalue) {
  PartitionSet set = monthly(4);
  attach(set, "all", Range{End::minimum(), End::maximum()});
  EXPECT_TRUE(lines(set).empty());
  EXPECT_FALSE(wanted_ranges(set, kNow).next_due.has_value());
}

TEST(WantedRanges, AreNamedByTheirLowerBound) {
  PartitionSet set = monthly(1);
  attach(set, "present", between("2026-10-20", "2026-11-25"));
  const WantedPartitions wanted = wanted_ranges(set, kNow);
  ASSERT_EQ(wanted.missing.size(), 1U);
  EXPECT_EQ(wanted.missing[0].bound_name, "2026_11_25");
}

TEST(WantedRanges, AreCutAtMidnightsOfTheSetsZone) {
  const PartitionSet set = range_set(KeyKind::kTimestampTz, days(1), 1, zone_of("Europe/Berlin"));
  EXPECT_EQ(lines(set, moment("2026-10-24 21:59:59")),
            (Lines{"2026-10-24 00:00:00+02 2026-10-25 00:00:00+02 covers the present",
                   "2026-10-25 00:00:00+02 2026-10-26 00:00:00+01 premake = 1"}));
  EXPECT_EQ(lines(set, moment("2026-10-24 22:00"))[0],
            "2026-10-25 00:00:00+02 2026-10-26 00:00:00+01 covers the present");
}

TEST(WantedRanges, OfLocalTypesAskTheClockOfTheSetsZone) {
  for (KeyKind kind : {KeyKind::kDate, KeyKind::kTimestamp}) {
    const PartitionSet set = range_set(kind, days(1), 0, zone_of("Pacific/Apia"));
    const WantedPartitions wanted = wanted_ranges(set, moment("2026-11-21 12:00"));
    ASSERT_EQ(wanted.missing.size(), 1U);
    EXPECT_EQ(wanted.missing[0].bound_name, "2026_11_22");
    EXPECT_EQ(shown(wanted.next_due.value()), "2026-11-22 11:00");  // midnight in Apia
  }
}

TEST(WantedRanges, SkipPastRangesThatRetentionWouldTakeAtOnce) {
  PartitionSet set = monthly(0);
  set.policy.retention = Stride{months(2)};
  attach(set, "old", between("2020-01-01", "2026-06-01"));
  EXPECT_EQ(lines(set), (Lines{"2026-11-01 2026-12-01 covers the present",
                               "2026-10-01 2026-11-01 closes a hole before the present",
                               "2026-09-01 2026-10-01 closes a hole before the present"}));
}

TEST(WantedRanges, RefuseToMakeMoreThanAHundredThousandButCoverThePresent) {
  PartitionSet set = range_set(KeyKind::kTimestamp, hours(1), 0);
  set.policy.origin = moment("2000-01-01");
  set.policy.fill_from_origin = true;
  const WantedPartitions wanted = wanted_ranges(set, kNow);
  ASSERT_EQ(wanted.refusals.size(), 1U);
  EXPECT_EQ(wanted.refusals[0].problem, Problem::kLimitExceeded);
  ASSERT_EQ(wanted.missing.size(), 1U);
  EXPECT_EQ(wanted.missing[0].bound_name, "2026_11_21_12");
}

TEST(WantedRanges, ComeDueWhenThePresentPeriodEnds) {
  EXPECT_EQ(shown(wanted_ranges(monthly(3), kNow).next_due.value()), "2026-12-01 00:00");
  PartitionSet adopted = monthly(3);
  attach(adopted, "first", between("1990-01-01", "2026-11-25"));
  EXPECT_EQ(shown(wanted_ranges(adopted, kNow).next_due.value()), "2026-11-25 00:00");
}

TEST(WantedRanges, OfNumbersFollowTheRowsThatCameIn) {
  PartitionSet set = by_thousands(KeyKind::kBigint, 1);
  EXPECT_EQ(lines(set), (Lines{"0 1000 covers the present", "1000 2000 premake = 1"}));
  attach(set, "a", between(0, 1'000));
  attach(set, "b", between(1'000, 2'000));
  EXPECT_TRUE(lines(set).empty());
  set.inventory.reached = 1'000;
  EXPECT_EQ(lines(set), (Lines{"2000 3000 premake = 1"}));
  EXPECT_FALSE(wanted_ranges(set, kNow).next_due.has_value());
}

TEST(WantedRanges, OfNumbersWithoutRowsStartAtTheLowestPartitionOrTheOrigin) {
  PartitionSet set = by_thousands(KeyKind::kInteger, 0);
  set.policy.origin = -500;
  EXPECT_EQ(lines(set), (Lines{"-500 500 covers the present"}));
  attach(set, "b", between(9'500, 10'500));
  attach(set, "a", between(7'500, 8'500));
  EXPECT_TRUE(current_position(set, kNow) == 7'500);
  EXPECT_TRUE(lines(set).empty());
}

TEST(WantedRanges, OfNumbersEndWithMaxvalue) {
  const struct {
    KeyKind kind;
    Point reached;
    Lines expected;
  } cases[] = {{KeyKind::kSmallint,
                31'000,
                {"31000 32000 covers the present", "32000 MAXVALUE premake = 4"}},
               {KeyKind::kSmallint, 32'767, {"32000 MAXVALUE covers the present"}},
               {KeyKind::kInteger, 2'147'483'000, {"2147483000 MAXVALUE covers the present"}},
               {KeyKind::kBigint, INT64_MAX, {"9223372036854775000 MAXVALUE covers the present"}}};
  for (const auto& c : cases) {
    PartitionSet set = by_thousands(c.kind, 4);
    set.inventory.reached = c.reached;
    EXPECT_EQ(lines(set), c.expected);
  }
}

TEST(WantedRanges, OfNumbersWithABoundAtTheLastValueStillHoldThatValue) {
  PartitionSet set = by_thousands(KeyKind::kSmallint, 1);
  attach(set, "last", between(0, 32'767));
  EXPECT_EQ(lines(set), (Lines{"32767 MAXVALUE premake = 1"}));
}

TEST(WantedRanges, EndWithMaxvalueAtTheEndOfTime) {
  for (KeyKind kind : {KeyKind::kDate, KeyKind::kTimestampTz}) {
    PartitionSet set = range_set(kind, years(1), 3, zone_of("Europe/Berlin"));
    attach(set, "all", between(moment("2000-01-01"), from_civil({294276, 6, 1, 0})));
    const WantedPartitions wanted = wanted_ranges(set, kNow);
    ASSERT_EQ(wanted.missing.size(), 1U);
    EXPECT_EQ(std::get<Range>(wanted.missing[0].bound).upper, End::maximum());
  }
}

TEST(Expiry, IsTheUpperBoundPlusRetention) {
  PartitionSet set = monthly(4);
  EXPECT_FALSE(expiry(set, End::at(kNow)).has_value());
  set.policy.retention = Stride{months(12)};
  EXPECT_TRUE(expiry(set, End::at(moment("2024-02-29"))) == Point{moment("2025-02-28")});
  EXPECT_FALSE(expiry(set, End::maximum()).has_value());
  PartitionSet numbers = by_thousands(KeyKind::kBigint, 4);
  numbers.policy.retention = Stride{Point{5'000}};
  EXPECT_TRUE(expiry(numbers, End::at(1'000)) == Point{6'000});
}

TEST(Expiry, NeverComesForARetentionLongerThanTime) {
  PartitionSet set = range_set(KeyKind::kTimestampTz, months(1), 4);
  for (const Stride& forever :
       {Stride{years(500'000)}, Stride{days(2'000'000'000)}, Stride{Interval{0, 0, INT64_MAX}}}) {
    set.policy.retention = forever;
    EXPECT_FALSE(expiry(set, End::at(moment("2020-01-01"))).has_value());
  }
}

TEST(Expiry, OfABoundBetweenTwoPositionsIsThatOfTheNextOne) {
  PartitionSet set = by_thousands(KeyKind::kBigint, 4);
  set.policy.retention = Stride{Point{5'000}};
  End odd = End::at(1'000);
  odd.rank = 1;
  EXPECT_TRUE(expiry(set, odd) == Point{6'001});
  PartitionSet encoded = monthly(4);
  encoded.axis.emplace(encoding_named("uuidv7", {}, KeyStorage::kUuid), Zone::utc());
  encoded.policy.retention = Stride{days(30)};
  odd.value = moment("2026-11-01");
  EXPECT_TRUE(expiry(encoded, odd) == Point{moment("2026-12-01") + 1'000});
}

TEST(WantedRanges, LastForTheTimeAhead) {
  PartitionSet set = monthly(1);
  set.policy.ahead = days(61);
  EXPECT_EQ(lines(set),
            (Lines{"2026-11-01 2026-12-01 covers the present", "2026-12-01 2027-01-01 premake = 1",
                   "2027-01-01 2027-02-01 for the time ahead"}));
  set.policy.ahead = days(62);
  EXPECT_EQ(lines(set).size(), 3U) << "which is what the two months after this one have";
  set.policy.ahead = days(63);
  EXPECT_EQ(lines(set).size(), 4U);
  set.policy.premake = 5;
  EXPECT_EQ(lines(set).size(), 6U) << "premake is the least";
}

TEST(WantedRanges, OfNumbersLastForADayOfGrowthOrTheTimeAhead) {
  PartitionSet set = by_thousands(KeyKind::kBigint, 1);
  set.inventory.reached = 0;
  EXPECT_EQ(lines(set).size(), 2U);
  set.inventory.growth = 2'500;
  EXPECT_EQ(lines(set),
            (Lines{"0 1000 covers the present", "1000 2000 premake = 1",
                   "2000 3000 for growth by 2500 a day", "3000 4000 for growth by 2500 a day"}));
  set.policy.ahead = days(2);
  EXPECT_EQ(lines(set).size(), 6U);
  set.policy.ahead = days(0);
  EXPECT_EQ(lines(set).size(), 2U);
}

TEST(WantedRanges, AreNotDrawnAwayByAPartitionOfTheFarFuture) {
  PartitionSet set = monthly(2);
  attach(set, "far", between("2099-01-01", "2100-01-01"));
  EXPECT_EQ(lines(set).size(), 3U);
  set.policy.ahead = years(1);
  EXPECT_EQ(lines(set).size(), 13U);
}

TEST(WantedRanges, OfEncodedKeysChainOnFromABoundBetweenTwoTimes) {
  PartitionSet set = monthly(1);
  set.axis.emplace(encoding_named("uuidv7", {}, KeyStorage::kUuid), Zone::utc());
  End odd = End::at(moment("2026-11-20"));
  odd.rank = 1;
  odd.columns = {{EndKind::kValue, "019a9eb5-5c00-7000-8000-000000000000"}};
  attach(set, "old", Range{End::minimum(), odd});
  const WantedPartitions wanted = wanted_ranges(set, kNow);
  ASSERT_EQ(wanted.missing.size(), 2U);
  EXPECT_EQ(std::get<Range>(wanted.missing[0].bound).lower, odd);
  EXPECT_EQ(wanted.missing[0].bound_name, "2026_11_20_r1");
  EXPECT_EQ(wanted.missing[1].bound_name, "2026_12");
}

TEST(WantedRanges, OfEncodedKeysStayWithinTheTimesThatKeysCanHold) {
  PartitionSet set = range_set(KeyKind::kTimestampTz, years(10), 0);
  set.axis.emplace(encoding_named("unix_seconds", {}, KeyStorage::kInteger), Zone::utc());
  const WantedPartitions last = wanted_ranges(set, moment("2035-01-01"));
  ASSERT_EQ(last.missing.size(), 1U);
  EXPECT_EQ(std::get<Range>(last.missing[0].bound).upper, End::maximum());
  set.axis.emplace(encoding_named("ksuid", {}, KeyStorage::kText), Zone::utc());
  const WantedPartitions first = wanted_ranges(set, moment("2015-01-01"));
  ASSERT_EQ(first.missing.size(), 1U);
  EXPECT_EQ(std::get<Range>(first.missing[0].bound),
            (Range{End::minimum(), End::at(moment("2020-01-01"))}));
  const WantedPartitions before = wanted_ranges(set, moment("2014-01-01"));
  EXPECT_TRUE(before.missing.empty());
  ASSERT_EQ(before.refusals.size(), 1U);
  EXPECT_EQ(before.refusals[0].problem, Problem::kOutOfRange);
}

}  // namespace
}  // namespace pgscale
