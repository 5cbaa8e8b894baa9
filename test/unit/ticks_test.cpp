#include "core/ticks.h"

#include <gtest/gtest.h>

#include "builders.h"
#include "zones.h"

namespace pgscale {
namespace {

using testing::Lines;
using testing::moment;

Lines labels(const std::vector<Tick>& ticks) {
  Lines lines;
  for (const Tick& tick : ticks) lines.push_back(tick.label);
  return lines;
}

Lines labels(const char* from, const char* to, int wanted = 8) {
  return labels(time_ticks(moment(from), moment(to), wanted, Zone::utc()));
}

TEST(NumberTicks, AreRoundAndInside) {
  EXPECT_EQ(labels(number_ticks(0, 240e6, Quantity::kCount, 8)),
            (Lines{"0", "50 M", "100 M", "150 M", "200 M"}));
  EXPECT_EQ(labels(number_ticks(3, 7, Quantity::kCount, 8)), (Lines{"3", "4", "5", "6", "7"}));
  EXPECT_TRUE(number_ticks(5, 5, Quantity::kCount, 8).empty());
}

TEST(NumberAxis, BeginsWithZeroUnlessTheValuesVaryLittle) {
  const NumberAxis lag = number_axis(0.2, 11, Quantity::kSeconds, 4);
  EXPECT_EQ(labels(lag.ticks), (Lines{"0 s", "5 s", "10 s", "15 s"}));
  const double gb = 1024.0 * 1024 * 1024;
  const NumberAxis size = number_axis(113.1 * gb, 114.4 * gb, Quantity::kBytes, 4);
  EXPECT_EQ(labels(size.ticks), (Lines{"113.0 GB", "113.5 GB", "114.0 GB", "114.5 GB"}));
}

TEST(NumberAxis, HoldsEveryValue) {
  for (double least : {0.0, 0.3, 7.0, 95.5}) {
    for (double spread : {0.0, 0.01, 1.0, 4.5}) {
      for (Quantity quantity : {Quantity::kCount, Quantity::kPercent, Quantity::kSeconds}) {
        const NumberAxis axis = number_axis(least, least + spread, quantity, 4);
        EXPECT_LE(axis.low, least);
        EXPECT_GE(axis.high, least + spread);
        EXPECT_LT(axis.low, axis.high);
        EXPECT_GE(axis.ticks.size(), 2U);
        EXPECT_LE(axis.ticks.size(), 6U);
      }
    }
  }
}

TEST(NumberAxis, ShowsAValueThatNeverChanges) {
  const NumberAxis nothing = number_axis(0, 0, Quantity::kBytes, 4);
  EXPECT_EQ(nothing.low, 0);
  EXPECT_EQ(nothing.high, 1);
  const NumberAxis all = number_axis(100, 100, Quantity::kPercent, 4);
  EXPECT_EQ(all.high, 100);
  EXPECT_LT(all.low, 100);
}

TEST(TimeTicks, FollowTheLengthOfTheSpan) {
  EXPECT_EQ(labels("2026-11-03 14:00", "2026-11-03 14:30"),
            (Lines{"3 Nov 14:00", "14:05", "14:10", "14:15", "14:20", "14:25", "14:30"}));
  EXPECT_EQ(labels("2026-11-02 14:00", "2026-11-03 14:00"),
            (Lines{"15:00", "18:00", "21:00", "3 Nov", "03:00", "06:00", "09:00", "12:00"}));
  EXPECT_EQ(labels("2026-10-20", "2026-11-03 20:00"),
            (Lines{"21 Oct 2026", "23 Oct", "25 Oct", "27 Oct", "29 Oct", "31 Oct", "2 Nov"}));
  EXPECT_EQ(labels("2026-09-15", "2027-04-01"),
            (Lines{"Oct 2026", "Nov", "Dec", "2027", "Feb", "Mar", "Apr"}));
  EXPECT_EQ(labels("2022-12-01", "2027-04-01"), (Lines{"2023", "2024", "2025", "2026", "2027"}));
  EXPECT_EQ(labels("1990-01-01", "2090-01-01", 5), (Lines{"2000", "2025", "2050", "2075"}));
}

TEST(TimeTicks, WeeksBeginWithMonday) {
  EXPECT_EQ(labels("2026-10-01", "2026-11-08", 6),
            (Lines{"5 Oct 2026", "12 Oct", "19 Oct", "26 Oct", "2 Nov"}));
}

TEST(TimeTicks, AreFullHoursOfTheZoneAlsoWhenItsClocksChange) {
  // Europe: the night of 25 October has 25 hours.
  const auto ticks = time_ticks(moment("2026-10-24 10:00"), moment("2026-10-25 12:00"), 5,
                                testing::zone_of("Europe/Berlin"));
  EXPECT_EQ(labels(ticks), (Lines{"12:00", "18:00", "25 Oct", "06:00", "12:00"}));
  EXPECT_EQ(static_cast<Micros>(ticks[2].at), moment("2026-10-24 22:00"));
  EXPECT_EQ(static_cast<Micros>(ticks[3].at), moment("2026-10-25 05:00"));
}

TEST(TimeTicks, NoneForNoTime) {
  EXPECT_TRUE(time_ticks(moment("2026-11-03"), moment("2026-11-03"), 8, Zone::utc()).empty());
}

}  // namespace
}  // namespace pgscale
