#include "core/grid.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "builders.h"
#include "zones.h"

namespace pgscale {
namespace {

using testing::between;
using testing::days;
using testing::hours;
using testing::kZones;
using testing::minutes;
using testing::moment;
using testing::months;
using testing::shown;
using testing::years;
using testing::zone_of;

std::vector<std::string> bounds(const Grid& grid, Point from, int count) {
  std::vector<std::string> texts;
  Point bound = grid.floor(from);
  for (int i = 0; i < count; i++, bound = grid.next_after(bound)) {
    texts.push_back(shown(static_cast<Micros>(bound)));
  }
  return texts;
}

TEST(Grid, ComesBackToThe31st) {
  const Axis axis(KeyKind::kDate, Zone::utc());
  const Grid grid(axis, moment("2026-01-31"), months(1));
  const std::vector<std::string> expected{"2026-01-31 00:00", "2026-02-28 00:00",
                                          "2026-03-31 00:00", "2026-04-30 00:00",
                                          "2026-05-31 00:00"};
  EXPECT_EQ(bounds(grid, moment("2026-02-01"), 5), expected);
}

TEST(Grid, ComesBackToThe29thOfFebruary) {
  const Axis axis(KeyKind::kDate, Zone::utc());
  const Grid grid(axis, moment("2024-02-29"), years(1));
  const std::vector<std::string> expected{"2026-02-28 00:00", "2027-02-28 00:00",
                                          "2028-02-29 00:00", "2029-02-28 00:00"};
  EXPECT_EQ(bounds(grid, moment("2026-11-21"), 4), expected);
}

TEST(Grid, CountsNumbersBelowTheOriginToo) {
  const Axis axis(KeyKind::kInteger, Zone::utc());
  const Grid grid(axis, 5, Point{10});
  const struct {
    Point position, floor, next;
  } cases[] = {{5, 5, 15}, {14, 5, 15}, {15, 15, 25}, {4, -5, 5}, {-5, -5, 5}, {-6, -15, -5}};
  for (const auto& c : cases) {
    EXPECT_EQ(decimal_text(grid.floor(c.position), 0), decimal_text(c.floor, 0));
    EXPECT_EQ(decimal_text(grid.next_after(c.position), 0), decimal_text(c.next, 0));
  }
}

TEST(Grid, HandlesNumericKeysWithMoreStepsThanFitInto64Bits) {
  const Axis axis(KeyKind::kNumeric, Zone::utc());
  const Point one = *parse_decimal("1", kNumericScale);
  const Point far = *parse_decimal("100000000000000000000000.5", kNumericScale);
  const Grid grid(axis, 0, one);
  EXPECT_EQ(axis.text(grid.floor(far)), "100000000000000000000000");
  EXPECT_EQ(axis.text(grid.next_after(far)), "100000000000000000000001");
}

TEST(Grid, EndsBeyondAllTimeInsteadOfWrappingAround) {
  const Axis axis(KeyKind::kTimestampTz, zone_of("Europe/Berlin"));
  const Stride strides[] = {years(1'000), years(170'000'000), days(2'000'000'000),
                            hours(2'000'000'000)};
  for (const Stride& stride : strides) {
    const Grid grid(axis, moment("2000-01-01"), stride);
    Point bound = grid.floor(moment("2026-11-21"));
    int steps = 0;
    while (axis.end(bound).kind == End::Kind::kValue && steps < 1'000) {
      const Point next = grid.next_after(bound);
      ASSERT_TRUE(next > bound);
      bound = next;
      steps++;
    }
    EXPECT_LT(steps, 1'000);
  }
}

TEST(Grid, HourlyBoundsHaveNoHoleAndNoOverlapOverBothSwitches) {
  const struct {
    const char* zone;
    const char* from;
  } cases[] = {
      {"Europe/Berlin", "2026-03-28 12:00"},       {"Europe/Berlin", "2026-10-24 12:00"},
      {"America/New_York", "2026-03-08 00:00"},    {"America/New_York", "2026-10-31 20:00"},
      {"Australia/Lord_Howe", "2026-04-04 05:00"}, {"Pacific/Apia", "2011-12-30 00:00"}};
  for (const auto& c : cases) {
    const Axis axis(KeyKind::kTimestampTz, zone_of(c.zone));
    const Grid grid(axis, moment("2026-01-01"), hours(1));
    Point bound = grid.floor(moment(c.from));
    for (int i = 0; i < 48; i++) {
      const Point next = grid.next_after(bound);
      EXPECT_TRUE(next - bound == kMicrosPerHour)
          << c.zone << " " << shown(static_cast<Micros>(bound));
      bound = next;
    }
  }
}

TEST(Grid, DailyBoundsSkipTheDayThatNeverWas) {
  const Axis axis(KeyKind::kTimestampTz, zone_of("Pacific/Apia"));
  const Point origin = axis.zone().to_instant(moment("2000-01-01"));
  const std::vector<std::string> expected{"2011-12-28 10:00", "2011-12-29 10:00",
                                          "2011-12-30 10:00", "2011-12-31 10:00"};
  EXPECT_EQ(bounds(Grid(axis, origin, days(1)), moment("2011-12-28 10:00"), 4), expected);
}

Stride random_stride(std::mt19937_64& random) {
  auto below = [&random](std::uint64_t n) { return static_cast<int>(random() % n); };
  switch (below(6)) {
    case 0: return months(1 + below(30));
    case 1: return days(1 + below(40));
    case 2: return minutes(15 * (1 + below(200)));
    case 3: return Interval{below(3), 1 + below(20), 0};
    case 4: return Interval{1 + below(3), below(20), below(48) * kMicrosPerHour};
    default: return Interval{0, 1 + below(3), below(86'400) * kMicrosPerSecond};
  }
}

void expect_chain(const Grid& grid, Point from, const std::string& about) {
  Point bound = grid.floor(from);
  ASSERT_TRUE(bound <= from) << about;
  for (int i = 0; i < 6; i++) {
    const Point next = grid.next_after(bound);
    ASSERT_TRUE(bound < next) << about;
    ASSERT_TRUE(grid.floor(bound) == bound) << about;
    const Point middle = bound + (next - bound) / 2;
    ASSERT_TRUE(grid.floor(middle) == bound && grid.next_after(middle) == next) << about;
    ASSERT_TRUE(grid.floor(next - 1) == bound && grid.next_after(next - 1) == next) << about;
    ASSERT_TRUE(i > 0 || from < next) << about;
    bound = next;
  }
}

TEST(GridProperty, BoundsChainForRandomTimesStridesAndZones) {
  std::mt19937_64 random(3);
  std::uniform_int_distribution<Micros> origins(moment("1950-01-01"), moment("2060-01-01"));
  for (int i = 0; i < 1'500; i++) {
    const char* zone = kZones[random() % std::size(kZones)];
    const KeyKind kind = i % 3 == 0 ? KeyKind::kTimestamp : KeyKind::kTimestampTz;
    const Axis axis(kind, zone_of(zone));
    const Point origin = origins(random) / kMicrosPerSecond * kMicrosPerSecond;
    const Stride stride = random_stride(random);
    const auto& interval = std::get<Interval>(stride);
    const Point from = origins(random);
    expect_chain(Grid(axis, origin, stride), from,
                 std::string(zone) + " from " + axis.text(from) + " origin " + axis.text(origin) +
                     " stride " + std::to_string(interval.months) + "m " +
                     std::to_string(interval.days) + "d " + std::to_string(interval.micros));
  }
}

TEST(GridProperty, BoundsChainForRandomNumbers) {
  std::mt19937_64 random(4);
  for (int i = 0; i < 2'000; i++) {
    const Axis axis(KeyKind::kBigint, Zone::utc());
    const Point origin = static_cast<std::int64_t>(random()) >> (random() % 60);
    const Point from = static_cast<std::int64_t>(random()) >> (random() % 60);
    const Point width = 1 + static_cast<Point>(random() >> (1 + random() % 60));
    expect_chain(Grid(axis, origin, width), from, "run " + std::to_string(i));
  }
}

TEST(UsualLength, OrdersStrides) {
  const Stride ascending[] = {minutes(1), hours(1),  days(1),  days(7),
                              days(30),   months(1), days(31), years(1)};
  for (std::size_t i = 1; i < std::size(ascending); i++) {
    EXPECT_TRUE(usual_length(ascending[i - 1]) < usual_length(ascending[i])) << i;
  }
  EXPECT_TRUE(usual_length(Point{42}) == 42);
}

TEST(DefaultOrigin, FitsTheStride) {
  const Zone berlin = zone_of("Europe/Berlin");
  const Micros now = moment("2026-11-21 23:30");  // 22 November, 00:30 in Berlin
  const struct {
    KeyKind kind;
    Stride stride;
    const char* origin;
  } cases[] = {{KeyKind::kTimestampTz, months(1), "1999-12-31 23:00"},
               {KeyKind::kTimestamp, months(1), "2000-01-01 00:00"},
               {KeyKind::kDate, days(1), "2000-01-01 00:00"},
               {KeyKind::kDate, days(7), "2000-01-03 00:00"},
               {KeyKind::kTimestampTz, days(14), "2000-01-02 23:00"},
               {KeyKind::kTimestampTz, days(3), "1999-12-31 23:00"},
               {KeyKind::kTimestampTz, hours(1), "2026-11-21 23:00"},
               {KeyKind::kTimestamp, minutes(15), "2026-11-22 00:00"}};
  for (const auto& c : cases) {
    const Point origin = default_origin(Axis(c.kind, berlin), c.stride, now);
    EXPECT_EQ(shown(static_cast<Micros>(origin)), c.origin);
  }
  EXPECT_TRUE(default_origin(Axis(KeyKind::kBigint, berlin), Point{10}, now) == 0);
}

TEST(Uncovered, TellsTheGapsInOrder) {
  const struct {
    Range wanted;
    std::vector<Range> existing;
    std::vector<Range> gaps;
  } cases[] = {{between(0, 10), {}, {between(0, 10)}},
               {between(0, 10), {between(0, 10)}, {}},
               {between(0, 10), {between(-5, 20)}, {}},
               {between(0, 10), {{End::minimum(), End::maximum()}}, {}},
               {between(0, 10), {{End::minimum(), End::at(3)}}, {between(3, 10)}},
               {between(0, 10),
                {between(6, 8), between(2, 4)},
                {between(0, 2), between(4, 6), between(8, 10)}},
               {between(0, 10), {between(10, 20), between(-9, 0)}, {between(0, 10)}},
               {between(0, 10), {between(-5, 2), between(9, 30)}, {between(2, 9)}},
               {{End::at(0), End::maximum()},
                {between(5, 6)},
                {between(0, 5), {End::at(6), End::maximum()}}},
               {between(5, 5), {}, {}}};
  for (const auto& c : cases) EXPECT_EQ(uncovered(c.wanted, c.existing), c.gaps);
}

TEST(Cut, RealignsToTheGridAndStopsAtTheGapsEnd) {
  const Axis axis(KeyKind::kSmallint, Zone::utc());
  const Grid grid(axis, 0, Point{10});
  EXPECT_EQ(cut(between(3, 25), grid, axis),
            (std::vector<Range>{between(3, 10), between(10, 20), between(20, 25)}));
  EXPECT_EQ(cut(between(3, 4), grid, axis), (std::vector<Range>{between(3, 4)}));
  EXPECT_EQ(cut({End::at(32'755), End::maximum()}, grid, axis),
            (std::vector<Range>{between(32'755, 32'760), {End::at(32'760), End::maximum()}}));
}

// Existing ranges and the cut gaps together must hold each point of the wanted range exactly once.
TEST(UncoveredAndCutProperty, FillRandomGapsExactly) {
  std::mt19937_64 random(5);
  const Axis axis(KeyKind::kBigint, Zone::utc());
  for (int i = 0; i < 3'000; i++) {
    std::vector<Range> all;
    Point at = -50;
    for (int n = static_cast<int>(random() % 8); n > 0; n--) {
      const Point lower = at + static_cast<Point>(random() % 20);
      at = lower + 1 + static_cast<Point>(random() % 30);
      all.push_back(between(lower, at));
    }
    std::shuffle(all.begin(), all.end(), random);
    const Point from = static_cast<Point>(random() % 100) - 50;
    const Point to = from + static_cast<Point>(random() % 150);
    const Grid grid(axis, static_cast<Point>(random() % 9),
                    Point{1 + static_cast<int>(random() % 25)});
    const std::vector<Range> existing = all;
    for (const Range& gap : uncovered(between(from, to), existing)) {
      for (const Range& piece : cut(gap, grid, axis)) all.push_back(piece);
    }
    for (Point point = -60; point < 320; point++) {
      auto holds = [point](const Range& range) {
        return !(End::at(point) < range.lower) && End::at(point) < range.upper;
      };
      const auto before = std::count_if(existing.begin(), existing.end(), holds);
      const bool wanted = point >= from && point < to;
      ASSERT_EQ(std::count_if(all.begin(), all.end(), holds), wanted ? 1 : before) << "run " << i;
    }
  }
}

}  // namespace
}  // namespace pgscale
