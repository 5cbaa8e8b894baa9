#include "core/axis.h"

#include <gtest/gtest.h>

#include <limits>

#include "builders.h"
#include "zones.h"

namespace pgscale {
namespace {

using testing::days;
using testing::moment;
using testing::shown;
using testing::zone_of;

TEST(End, MinimumAndMaximumLieBeyondEveryValue) {
  const End ascending[] = {
      End::minimum(), End::at(std::numeric_limits<std::int64_t>::min()), End::at(-1),
      End::at(0),     End::at(std::numeric_limits<std::int64_t>::max()), End::maximum()};
  for (std::size_t a = 0; a < std::size(ascending); a++) {
    for (std::size_t b = 0; b < std::size(ascending); b++) {
      EXPECT_EQ(ascending[a] < ascending[b], a < b) << a << " " << b;
      EXPECT_EQ(ascending[a] == ascending[b], a == b) << a << " " << b;
    }
  }
}

TEST(AxisText, ShowsTimesWithTheOffsetOfTheSetsZone) {
  const struct {
    const char* zone;
    const char* utc;
    const char* text;
  } cases[] = {{"UTC", "2026-11-01", "2026-11-01 00:00:00+00"},
               {"Europe/Berlin", "2026-10-31 23:00", "2026-11-01 00:00:00+01"},
               {"Europe/Berlin", "2026-06-30 22:00", "2026-07-01 00:00:00+02"},
               {"Europe/Berlin", "2026-10-25 00:00", "2026-10-25 02:00:00+02"},
               {"Europe/Berlin", "2026-10-25 01:00", "2026-10-25 02:00:00+01"},
               {"America/New_York", "2026-11-01 04:00", "2026-11-01 00:00:00-04"},
               {"Asia/Kolkata", "2026-10-31 18:30", "2026-11-01 00:00:00+05:30"},
               {"Australia/Lord_Howe", "2026-07-01 00:00", "2026-07-01 10:30:00+10:30"},
               {"Europe/Berlin", "1889-12-31 23:06:32", "1890-01-01 00:00:00+00:53:28"},
               {"America/New_York", "1850-01-01 00:00", "1849-12-31 19:03:58-04:56:02"}};
  for (const auto& c : cases) {
    const Axis axis(KeyKind::kTimestampTz, zone_of(c.zone));
    EXPECT_EQ(axis.text(Point{moment(c.utc)}), c.text) << c.zone;
  }
}

TEST(AxisText, ShowsLocalTimesDatesAndNumbers) {
  const Zone zone = zone_of("Asia/Kolkata");
  const struct {
    KeyKind kind;
    Point position;
    const char* text;
  } cases[] = {
      {KeyKind::kTimestamp, moment("2026-11-01 13:30:05"), "2026-11-01 13:30:05"},
      {KeyKind::kTimestamp, moment("2026-11-01") + 500'000, "2026-11-01 00:00:00.5"},
      {KeyKind::kTimestamp, moment("2026-11-01") + 1, "2026-11-01 00:00:00.000001"},
      {KeyKind::kTimestamp, moment("1999-12-31 23:59:59") + 999'999, "1999-12-31 23:59:59.999999"},
      {KeyKind::kTimestamp, from_civil({-43, 3, 15, 0}), "0044-03-15 00:00:00 BC"},
      {KeyKind::kDate, moment("2026-11-01"), "2026-11-01"},
      {KeyKind::kDate, from_civil({0, 12, 31, 0}), "0001-12-31 BC"},
      {KeyKind::kDate, from_civil({12345, 6, 7, 0}), "12345-06-07"},
      {KeyKind::kSmallint, -32'768, "-32768"},
      {KeyKind::kInteger, 1'000'000, "1000000"},
      {KeyKind::kBigint, std::numeric_limits<std::int64_t>::min(), "-9223372036854775808"},
      {KeyKind::kNumeric, 5'000'000'000, "0.5"},
      {KeyKind::kNumeric, -20'000'000'000, "-2"}};
  for (const auto& c : cases) EXPECT_EQ(Axis(c.kind, zone).text(c.position), c.text);
}

TEST(AxisText, NamesTheEndsBeyondAllValues) {
  const Axis axis(KeyKind::kInteger, Zone::utc());
  EXPECT_EQ(axis.text(End::minimum()), "MINVALUE");
  EXPECT_EQ(axis.text(End::maximum()), "MAXVALUE");
  EXPECT_EQ(axis.text(End::at(7)), "7");
}

TEST(AxisEnd, BeyondTheLargestValueIsMaxvalue) {
  const struct {
    KeyKind kind;
    Point largest;
  } cases[] = {{KeyKind::kSmallint, 32'767},
               {KeyKind::kInteger, 2'147'483'647},
               {KeyKind::kBigint, std::numeric_limits<std::int64_t>::max()},
               {KeyKind::kDate, from_civil({294276, 12, 31, 0})},
               {KeyKind::kTimestampTz, from_civil({294276, 12, 31, 0})}};
  for (const auto& c : cases) {
    const Axis axis(c.kind, Zone::utc());
    EXPECT_EQ(axis.end(c.largest), End::at(c.largest));
    EXPECT_EQ(axis.end(c.largest + 1), End::maximum());
    EXPECT_TRUE(largest(c.kind) == c.largest);
    EXPECT_TRUE(smallest(c.kind) < 0 && smallest(c.kind) < largest(c.kind));
  }
  EXPECT_EQ(decimal_text(smallest(KeyKind::kSmallint), 0), "-32768");
  EXPECT_EQ(decimal_text(smallest(KeyKind::kBigint), 0), "-9223372036854775808");
}

TEST(AxisPosition, IsTheInstantOrTheLocalTimeOfTheKey) {
  const Zone berlin = zone_of("Europe/Berlin");
  const Micros instant = moment("2026-10-31 23:30");
  EXPECT_TRUE(Axis(KeyKind::kTimestampTz, berlin).position(instant) == instant);
  for (KeyKind kind : {KeyKind::kTimestamp, KeyKind::kDate}) {
    const Axis axis(kind, berlin);
    EXPECT_EQ(shown(static_cast<Micros>(axis.position(instant))), "2026-11-01 00:30");
    EXPECT_EQ(axis.instant(axis.position(instant)), instant);
  }
}

TEST(AxisAdd, OfLocalTypesKnowsNoDaylightSaving) {
  const Zone berlin = zone_of("Europe/Berlin");
  const Point start = moment("2026-03-28 02:30");
  EXPECT_TRUE(Axis(KeyKind::kTimestamp, berlin).add(start, days(1)) == moment("2026-03-29 02:30"));
  const Point instant = moment("2026-03-28 23:00");  // midnight in Berlin
  EXPECT_TRUE(Axis(KeyKind::kTimestampTz, berlin).add(instant, days(1)) ==
              moment("2026-03-29 22:00"));
}

TEST(AxisAdd, OfNumbersIsExact) {
  const Axis axis(KeyKind::kBigint, Zone::utc());
  EXPECT_EQ(decimal_text(axis.add(5, Point{1'000}, -3), 0), "-2995");
  EXPECT_EQ(decimal_text(axis.add(std::numeric_limits<std::int64_t>::max(), Point{1'000}), 0),
            "9223372036854776807");
}

TEST(End, BetweenTwoPositionsFollowsTheFirstOfThemInTheOrderOfRanks) {
  End first = End::at(7), second = End::at(7);
  first.rank = 1;
  second.rank = 2;
  const End ascending[] = {End::at(6), End::at(7), first, second, End::at(8), End::maximum()};
  for (std::size_t a = 0; a < std::size(ascending); a++) {
    for (std::size_t b = 0; b < std::size(ascending); b++) {
      EXPECT_EQ(ascending[a] < ascending[b], a < b) << a << " " << b;
      EXPECT_EQ(ascending[a] == ascending[b], a == b) << a << " " << b;
    }
  }
}

TEST(AxisOfAnEncoding, IsOneOfInstants) {
  const Axis axis(encoding_named("ulid", {}, KeyStorage::kText), zone_of("Europe/Berlin"));
  const Point midnight = moment("2026-10-31 23:00");
  EXPECT_EQ(axis.text(midnight), "2026-11-01 00:00:00+01");
  EXPECT_EQ(axis.columns(End::at(midnight)).front().value, "01M6A31YC00000000000000000");
  EXPECT_TRUE(axis.add(midnight, days(-7)) == moment("2026-10-24 22:00"));
}

TEST(AxisOfAnEncoding, AddsUpToTheNextTimeThatHasAKey) {
  const Axis axis(encoding_named("unix_seconds", {}, KeyStorage::kBigint), Zone::utc());
  const Interval odd{0, 0, 1'500'000};
  EXPECT_TRUE(axis.add(0, odd) == 2'000'000);
  EXPECT_TRUE(axis.add(0, odd, 2) == 3'000'000);
  End end = End::at(2'000'000);
  EXPECT_TRUE(axis.at_or_after(end) == 2'000'000);
  end.rank = 1;
  EXPECT_TRUE(axis.at_or_after(end) == 3'000'000);
}

}  // namespace
}  // namespace pgscale
