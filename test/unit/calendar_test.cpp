#include "core/calendar.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "builders.h"
#include "zones.h"

namespace pgscale {
namespace {

using testing::days;
using testing::hours;
using testing::minutes;
using testing::moment;
using testing::months;
using testing::shown;
using testing::years;
using testing::zone_of;

TEST(Civil, KnownDatesHaveTheirDayNumber) {
  const struct {
    Civil civil;
    std::int64_t day;
  } cases[] = {{{2000, 1, 1, 0}, 0},
               {{1999, 12, 31, 0}, -1},
               {{2000, 2, 29, 0}, 59},
               {{2000, 3, 1, 0}, 60},
               {{1970, 1, 1, 0}, -10'957},
               {{2026, 11, 21, 0}, 9'821},
               {{1, 1, 1, 0}, -730'119},
               {{0, 12, 31, 0}, -730'120},
               {{-4713, 11, 24, 0}, -2'451'545}};  // the first Julian day
  for (const auto& c : cases) {
    EXPECT_EQ(from_civil(c.civil), c.day * kMicrosPerDay) << c.civil.year;
    EXPECT_EQ(to_civil(c.day * kMicrosPerDay), c.civil);
  }
}

TEST(Civil, EveryDayFollowsTheOneBeforeOver800Years) {
  auto length = [](std::int64_t year, int month) {
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    const int lengths[] = {31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return lengths[month - 1];
  };
  Civil expected{1599, 12, 31, 0};
  for (Micros day = from_civil(expected); day < from_civil({2401, 1, 1, 0}); day += kMicrosPerDay) {
    ASSERT_EQ(to_civil(day), expected);
    ASSERT_EQ(from_civil(expected), day);
    if (++expected.day > length(expected.year, expected.month)) {
      expected.day = 1;
      if (++expected.month > 12) expected = {expected.year + 1, 1, 1, 0};
    }
  }
}

TEST(Civil, RoundTripsOverAllYearsOfPostgresql) {
  std::mt19937_64 random(2);
  const Micros first = from_civil({-4713, 11, 24, 0});
  const Micros last = from_civil({294276, 12, 31, kMicrosPerDay - 1});
  std::uniform_int_distribution<Micros> any(first, last);
  for (int i = 0; i < 100'000; i++) {
    const Micros time = i == 0 ? first : i == 1 ? last : any(random);
    const Civil civil = to_civil(time);
    ASSERT_EQ(from_civil(civil), time);
    ASSERT_TRUE(civil.time_of_day >= 0 && civil.time_of_day < kMicrosPerDay) << time;
    ASSERT_TRUE(civil.month >= 1 && civil.month <= 12 && civil.day >= 1 && civil.day <= 31) << time;
  }
}

TEST(Add, ClipsTheDayToTheLengthOfTheMonth) {
  const struct {
    const char* start;
    Interval interval;
    int times;
    const char* sum;
  } cases[] = {{"2026-01-31", months(1), 1, "2026-02-28 00:00"},
               {"2028-01-31", months(1), 1, "2028-02-29 00:00"},
               {"2026-01-31", months(1), 2, "2026-03-31 00:00"},
               {"2026-01-31", months(1), 3, "2026-04-30 00:00"},
               {"2026-03-31", months(1), -1, "2026-02-28 00:00"},
               {"2028-02-29", years(1), 1, "2029-02-28 00:00"},
               {"2028-02-29", years(1), 4, "2032-02-29 00:00"},
               {"1896-02-29", years(4), 1, "1900-02-28 00:00"},
               {"2026-01-15", months(1), -1, "2025-12-15 00:00"},
               {"2026-01-15", months(1), -13, "2024-12-15 00:00"},
               {"2026-12-15 13:30", months(1), 1, "2027-01-15 13:30"},
               {"2026-01-31", {1, 1, 0}, 1, "2026-03-01 00:00"},
               {"2026-01-31", {1, 1, kMicrosPerHour}, 1, "2026-03-01 01:00"},
               {"0000-02-29", years(1), -1, "0002-02-28 00:00 BC"},
               {"2026-02-28", days(1), 1, "2026-03-01 00:00"},
               {"2026-01-01", hours(1), -1, "2025-12-31 23:00"}};
  for (const auto& c : cases) {
    const Micros sum = add(moment(c.start), c.interval, c.times, Zone::utc());
    std::string text = shown(sum);
    if (text.size() == 22) text = text.substr(0, 16) + text.substr(19);
    EXPECT_EQ(text, c.sum) << c.start;
  }
}

struct Reading {
  const char* zone;
  const char* local;
  const char* utc;
};

// PostgreSQL's answers to `timestamp AT TIME ZONE zone`, the skipped and the repeated readings
// among them.
const Reading kReadings[] = {{"Europe/Berlin", "2026-03-29 01:59:59", "2026-03-29 00:59:59"},
                             {"Europe/Berlin", "2026-03-29 02:00", "2026-03-29 01:00"},
                             {"Europe/Berlin", "2026-03-29 02:30", "2026-03-29 01:30"},
                             {"Europe/Berlin", "2026-03-29 03:00", "2026-03-29 01:00"},
                             {"Europe/Berlin", "2026-10-25 01:59:59", "2026-10-24 23:59:59"},
                             {"Europe/Berlin", "2026-10-25 02:00", "2026-10-25 01:00"},
                             {"Europe/Berlin", "2026-10-25 02:30", "2026-10-25 01:30"},
                             {"Europe/Berlin", "2026-10-25 03:00", "2026-10-25 02:00"},
                             {"Europe/Berlin", "1890-01-01 00:00", "1889-12-31 23:06:32"},
                             {"Europe/Berlin", "2500-07-01 00:00", "2500-06-30 22:00"},
                             {"America/New_York", "2026-03-08 02:00", "2026-03-08 07:00"},
                             {"America/New_York", "2026-03-08 02:30", "2026-03-08 07:30"},
                             {"America/New_York", "2026-03-08 03:00", "2026-03-08 07:00"},
                             {"America/New_York", "2026-11-01 00:59:59", "2026-11-01 04:59:59"},
                             {"America/New_York", "2026-11-01 01:00", "2026-11-01 06:00"},
                             {"America/New_York", "2026-11-01 01:30", "2026-11-01 06:30"},
                             {"America/New_York", "2026-11-01 02:00", "2026-11-01 07:00"},
                             {"Australia/Lord_Howe", "2026-04-05 01:29", "2026-04-04 14:29"},
                             {"Australia/Lord_Howe", "2026-04-05 01:30", "2026-04-04 15:00"},
                             {"Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04 15:15"},
                             {"Australia/Lord_Howe", "2026-04-05 02:00", "2026-04-04 15:30"},
                             {"Australia/Lord_Howe", "2026-10-04 02:00", "2026-10-03 15:30"},
                             {"Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03 15:45"},
                             {"Australia/Lord_Howe", "2026-10-04 02:30", "2026-10-03 15:30"},
                             {"America/Sao_Paulo", "2018-11-04 00:00", "2018-11-04 03:00"},
                             {"America/Sao_Paulo", "2018-11-04 00:30", "2018-11-04 03:30"},
                             {"America/Sao_Paulo", "2018-11-04 01:00", "2018-11-04 03:00"},
                             {"America/Sao_Paulo", "2018-02-17 23:00", "2018-02-18 02:00"},
                             {"America/Sao_Paulo", "2018-02-17 23:30", "2018-02-18 02:30"},
                             {"America/Sao_Paulo", "2018-02-18 00:00", "2018-02-18 03:00"},
                             {"Asia/Kolkata", "2026-11-01 00:00", "2026-10-31 18:30"},
                             {"Asia/Kolkata", "1944-01-01 00:00", "1943-12-31 17:30"},
                             {"Pacific/Apia", "2011-12-29 23:59:59", "2011-12-30 09:59:59"},
                             {"Pacific/Apia", "2011-12-30 00:00", "2011-12-30 10:00"},
                             {"Pacific/Apia", "2011-12-30 12:00", "2011-12-30 22:00"},
                             {"Pacific/Apia", "2011-12-31 00:00", "2011-12-30 10:00"},
                             {"Pacific/Apia", "2011-12-31 12:00", "2011-12-30 22:00"},
                             {"Africa/Casablanca", "2026-02-15 02:30", "2026-02-15 02:30"},
                             {"Africa/Casablanca", "2026-03-22 02:30", "2026-03-22 02:30"},
                             {"Africa/Casablanca", "2026-06-01 00:00", "2026-05-31 23:00"},
                             {"Europe/Dublin", "2026-10-25 01:30", "2026-10-25 01:30"},
                             {"Europe/Moscow", "2014-10-26 01:30", "2014-10-25 22:30"}};

TEST(Zone, ResolvesSkippedAndRepeatedReadingsAsPostgresqlDoes) {
  for (const Reading& r : kReadings) {
    EXPECT_EQ(shown(zone_of(r.zone).to_instant(moment(r.local))), shown(moment(r.utc)))
        << r.zone << " " << r.local;
  }
}

TEST(Add, CountsDaysAndMonthsOnTheClockOfTheZone) {
  const struct {
    const char* zone;
    const char* start_local;
    Interval interval;
    const char* sum_utc;
  } cases[] = {
      {"Europe/Berlin", "2026-03-28 00:00", days(1), "2026-03-28 23:00"},
      {"Europe/Berlin", "2026-03-29 00:00", days(1), "2026-03-29 22:00"},  // 23 hours
      {"Europe/Berlin", "2026-10-25 00:00", days(1), "2026-10-25 23:00"},  // 25 hours
      {"Europe/Berlin", "2026-03-01 00:00", months(1), "2026-03-31 22:00"},
      {"Europe/Berlin", "2026-03-28 02:30", days(1), "2026-03-29 01:30"},  // skipped
      {"Europe/Berlin", "2026-10-24 02:30", days(1), "2026-10-25 01:30"},  // repeated
      {"Europe/Berlin", "2026-03-28 00:00", {0, 1, 3 * kMicrosPerHour}, "2026-03-29 02:00"},
      {"Europe/Berlin", "2026-01-29 02:30", {2, 1, 0}, "2026-03-30 01:30"},  // skipped on the way
      {"Europe/Berlin", "2026-03-29 00:00", hours(24), "2026-03-29 23:00"},
      {"America/New_York", "2026-11-01 00:00", days(1), "2026-11-02 05:00"},
      {"Australia/Lord_Howe", "2026-04-05 00:00", days(1), "2026-04-05 13:30"},  // 24.5 hours
      {"Australia/Lord_Howe", "2026-10-04 00:00", days(1), "2026-10-04 13:00"},  // 23.5 hours
      {"America/Sao_Paulo", "2018-11-03 00:00", days(1), "2018-11-04 03:00"},
      {"America/Sao_Paulo", "2018-11-03 00:00", days(2), "2018-11-05 02:00"},
      {"Asia/Kolkata", "2026-10-31 00:00", days(1), "2026-10-31 18:30"},
      {"Pacific/Apia", "2011-12-29 00:00", days(1), "2011-12-30 10:00"},
      {"Pacific/Apia", "2011-12-29 00:00", days(2), "2011-12-30 10:00"},  // the day that never was
      {"Pacific/Apia", "2011-12-29 00:00", days(3), "2011-12-31 10:00"},
      {"Africa/Casablanca", "2026-02-14 12:00", days(1), "2026-02-15 12:00"}};
  for (const auto& c : cases) {
    const Zone zone = zone_of(c.zone);
    const Micros start = zone.to_instant(moment(c.start_local));
    EXPECT_EQ(shown(add(start, c.interval, 1, zone)), c.sum_utc) << c.zone << " " << c.start_local;
  }
}

TEST(Add, OfExactTimeNeedsNoZone) {
  const Zone unusable{[](Micros) -> Micros { throw std::logic_error("not for exact time"); },
                      [](Micros) -> Micros { throw std::logic_error("not for exact time"); }};
  EXPECT_EQ(add(moment("2026-10-25 00:30"), minutes(15), 4, unusable), moment("2026-10-25 01:30"));
}

TEST(Add, NeverWrapsAround) {
  constexpr Micros kLatest = std::numeric_limits<Micros>::max();
  constexpr Micros kEarliest = std::numeric_limits<Micros>::min();
  constexpr int kMost = std::numeric_limits<int>::max();
  const Micros now = moment("2026-11-21");
  const struct {
    Interval interval;
    std::int64_t times;
    Micros sum;
  } cases[] = {{months(kMost), 1, kLatest},
               {months(kMost), std::numeric_limits<std::int64_t>::max(), kLatest},
               {days(kMost), 1, kLatest},
               {{0, 0, kLatest}, 2, kLatest},
               {{0, 0, kLatest}, 1, kLatest},
               {{months(kMost).months, kMost, kLatest}, 1, kLatest},
               {months(kMost), -1, kEarliest},
               {days(kMost), -1, kEarliest},
               {{0, 0, kLatest}, -1, kEarliest},
               {years(1), 292'250, from_civil({294276, 11, 21, 0})},
               {years(1), 292'251, kLatest},
               {years(1), -6'738, from_civil({-4712, 11, 21, 0})},
               {years(1), -6'740, kEarliest}};
  for (const auto& c : cases) {
    EXPECT_EQ(add(now, c.interval, c.times, Zone::utc()), c.sum)
        << c.interval.months << " " << c.interval.days << " " << c.interval.micros;
  }
}

}  // namespace
}  // namespace pgscale
