#include "core/naming.h"

#include <gtest/gtest.h>

#include <set>

#include "builders.h"
#include "core/grid.h"
#include "core/sql.h"
#include "zones.h"

namespace pgscale {
namespace {

using testing::days;
using testing::failure_of;
using testing::hours;
using testing::kZones;
using testing::minutes;
using testing::moment;
using testing::months;
using testing::years;
using testing::zone_of;

std::string usual_name(const std::string& parent, const std::string& bound) {
  return partition_name(parent, "", Method::kRange, bound);
}

TEST(RangeName, IsAsFineAsTheStrideAndTheBoundNeed) {
  const Interval second{0, 0, kMicrosPerSecond};
  const Interval fraction{0, 0, 1'500'000};
  const struct {
    const char* lower;
    Interval stride;
    const char* name;
  } cases[] = {{"2026-01-01", years(1), "2026"},
               {"2026-01-01", years(10), "2026"},
               {"2026-07-01", years(1), "2026_07"},
               {"2026-01-01", months(1), "2026_01"},
               {"2026-01-01", months(3), "2026_01"},
               {"2026-11-05", months(1), "2026_11_05"},
               {"2026-11-01", days(1), "2026_11_01"},
               {"2026-11-01", days(7), "2026_11_01"},
               {"2026-11-01 13:00", days(1), "2026_11_01_13"},
               {"2026-11-01", hours(1), "2026_11_01_00"},
               {"2026-11-01 13:30", hours(1), "2026_11_01_1330"},
               {"2026-11-01", minutes(15), "2026_11_01_0000"},
               {"2026-11-01", second, "2026_11_01_000000"},
               {"2026-11-01 13:30:05", years(1), "2026_11_01_133005"},
               {"2026-11-01", fraction, "2026_11_01_000000_000000"},
               {"0000-05-01", months(1), "bc0001_05"},
               {"12026-05-01", months(1), "12026_05"}};
  const Axis axis(KeyKind::kTimestamp, Zone::utc());
  for (const auto& c : cases) {
    EXPECT_EQ(range_name(axis, c.stride, End::at(moment(c.lower))), c.name);
  }
}

TEST(RangeName, IsTheTimeOnTheClockOfTheSetsZone) {
  const Axis axis(KeyKind::kTimestampTz, zone_of("Europe/Berlin"));
  EXPECT_EQ(range_name(axis, months(1), End::at(moment("2026-10-31 23:00"))), "2026_11");
  EXPECT_EQ(range_name(axis, days(1), End::at(moment("2026-07-01 22:00"))), "2026_07_02");
}

TEST(RangeName, MarksTheFirstOfTwoEqualReadings) {
  const Axis axis(KeyKind::kTimestampTz, zone_of("Europe/Berlin"));
  const struct {
    const char* utc;
    const char* name;
  } cases[] = {{"2026-10-24 23:00", "2026_10_25_01"},
               {"2026-10-25 00:00", "2026_10_25_02a"},
               {"2026-10-25 01:00", "2026_10_25_02"},
               {"2026-10-25 02:00", "2026_10_25_03"},
               {"2026-03-29 01:00", "2026_03_29_03"}};
  for (const auto& c : cases) {
    EXPECT_EQ(range_name(axis, hours(1), End::at(moment(c.utc))), c.name);
  }
}

TEST(RangeName, OfNumbersHasNoSignsAndPoints) {
  const struct {
    KeyKind kind;
    const char* lower;
    const char* name;
  } cases[] = {{KeyKind::kBigint, "0", "0"},         {KeyKind::kBigint, "1000", "1000"},
               {KeyKind::kBigint, "-1000", "m1000"}, {KeyKind::kNumeric, "0.5", "0_5"},
               {KeyKind::kNumeric, "-0.5", "m0_5"},  {KeyKind::kNumeric, "12.25", "12_25"}};
  for (const auto& c : cases) {
    const int scale = c.kind == KeyKind::kNumeric ? kNumericScale : 0;
    const End lower = End::at(*parse_decimal(c.lower, scale));
    EXPECT_EQ(range_name(Axis(c.kind, Zone::utc()), Point{1}, lower), c.name);
  }
  const Axis axis(KeyKind::kInteger, Zone::utc());
  EXPECT_EQ(range_name(axis, Point{1}, End::minimum()), "min");
  EXPECT_EQ(range_name(axis, Point{1}, End::maximum()), "max");
}

TEST(RangeName, IsUniqueOverThousandsOfConsecutivePartitions) {
  const Interval strides[] = {minutes(15), hours(1), hours(7), days(1), months(1)};
  for (const char* zone : kZones) {
    const Axis axis(KeyKind::kTimestampTz, zone_of(zone));
    for (const Interval& stride : strides) {
      // Apia's days: from before the skipped day; else: from before a spring and over an autumn.
      const Point start = moment(std::string(zone) == "Pacific/Apia" ? "2011-12-01" : "2018-01-20");
      const Grid grid(axis, axis.zone().to_instant(moment("2000-01-01")), stride);
      std::set<std::string> names;
      Point bound = grid.floor(start);
      const int count = stride.micros == minutes(15).micros ? 30'000 : 8'000;
      for (int i = 0; i < count; i++, bound = grid.next_after(bound)) {
        const std::string name = range_name(axis, stride, End::at(bound));
        ASSERT_TRUE(names.insert(name).second) << zone << " " << name;
      }
    }
  }
}

TEST(PartitionName, FollowsTheMethodsSchemeOrTheTemplate) {
  const struct {
    const char* naming;
    Method method;
    const char* bound;
    const char* name;
  } cases[] = {{"", Method::kRange, "2026_11", "orders_p2026_11"},
               {"", Method::kList, "eu", "orders_eu"},
               {"", Method::kHash, "07", "orders_p07"},
               {"{bound}", Method::kRange, "2026", "2026"},
               {"{bound}_{parent}", Method::kList, "eu", "eu_orders"},
               {"part of {parent}: {bound}!", Method::kRange, "2026", "part of orders: 2026!"}};
  for (const auto& c : cases)
    EXPECT_EQ(partition_name("orders", c.naming, c.method, c.bound), c.name);
  EXPECT_EQ(default_partition_name("orders"), "orders_default");
}

TEST(PartitionName, TakesNamesThatLookLikePlaceholdersAsTheyAre) {
  EXPECT_EQ(usual_name("a{bound}b", "2026"), "a{bound}b_p2026");
  EXPECT_EQ(usual_name("a{parent}", "2026"), "a{parent}_p2026");
  EXPECT_EQ(partition_name("t", "", Method::kList, "{parent}"), "t_{parent}");
}

bool is_utf8(const std::string& text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    const std::size_t length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if ((first & 0xC0) == 0x80 || i + length > text.size()) return false;
    for (std::size_t k = 1; k < length; k++) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) return false;
    }
    i += length;
  }
  return true;
}

std::string repeated(const std::string& text, std::size_t times) {
  std::string result;
  for (std::size_t i = 0; i < times; i++) result += text;
  return result;
}

TEST(PartitionName, NeverExceeds63BytesNorSplitsACharacter) {
  const std::string namings[] = {"", "{bound}", "{bound}{parent}",
                                 "123456789012{parent}34567890{bound}1234"};
  for (const std::string letter : {"a", "ö", "語", "😀"}) {
    for (std::size_t parent = 1; parent <= 63 / letter.size(); parent++) {
      for (std::size_t bound = 1; bound <= 90 / letter.size(); bound += 3) {
        for (const std::string& naming : namings) {
          const std::string name = partition_name(repeated(letter, parent), naming, Method::kList,
                                                  repeated(letter, bound));
          ASSERT_GT(name.size(), 0U);
          ASSERT_LE(name.size(), Identifier::kMaxBytes) << name;
          ASSERT_TRUE(is_utf8(name)) << name;
        }
      }
    }
  }
}

TEST(PartitionName, KeepsWhatFitsAndShortensTheParentFirst) {
  const std::string parent(52, 'a');
  EXPECT_EQ(usual_name(parent, "2026_1234"), parent + "_p2026_1234");
  const std::string shortened = usual_name(parent, "2026_12345");
  EXPECT_EQ(shortened.size(), 63U);
  EXPECT_EQ(shortened.substr(shortened.size() - 12), "_p2026_12345");
  EXPECT_EQ(shortened.substr(0, 42), std::string(42, 'a'));
}

TEST(PartitionName, DoesNotCollideForLongNamesWithTheSameStart) {
  std::set<std::string> names;
  for (int i = 0; i < 2'000; i++) {
    const std::string tail = std::to_string(10'000 + i);
    names.insert(usual_name(std::string(58, 'a') + tail, "2026_11"));  // parents
    names.insert(usual_name(std::string(70, 'a') + tail, "2026_11"));
    names.insert(partition_name("t", "", Method::kList, std::string(80, 'b') + tail));  // groups
    names.insert(default_partition_name(std::string(58, 'a') + tail));
  }
  EXPECT_EQ(names.size(), 8'000U);
}

TEST(PartitionName, IsStableOverVersions) {
  EXPECT_EQ(usual_name(std::string(63, 'a'), "2026_11"),
            std::string(45, 'a') + "_7b2f701d_p2026_11");
}

TEST(RemainderName, IsPaddedSoThatNamesSort) {
  const struct {
    int modulus;
    int remainder;
    const char* name;
  } cases[] = {{1, 0, "0"},   {8, 7, "7"},   {10, 9, "9"},
               {11, 9, "09"}, {16, 0, "00"}, {1001, 7, "0007"}};
  for (const auto& c : cases) EXPECT_EQ(remainder_name(c.modulus, c.remainder), c.name);
}

TEST(CheckNaming, AcceptsTemplatesWithABound) {
  for (const char* naming : {"{bound}", "{parent}_{bound}", "{bound}{parent}", "p {bound}",
                             "123456789012345678901234{bound}", "\"{bound}\"; --"}) {
    EXPECT_NO_THROW(check_naming(naming)) << naming;
  }
}

TEST(CheckNaming, RefusesBadTemplates) {
  const std::string bad[] = {"",
                             "{parent}",
                             "{Bound}",
                             "{bound}_{bound}",
                             "{parent}_{parent}_{bound}",
                             "{bound}{date}",
                             "{bound}}",
                             "{{bound}}",
                             "{bo{parent}und}{bound}",
                             "{par{bound}ent}",
                             std::string("a\0{bound}", 9),
                             "1234567890123456789012345{bound}"};
  for (const std::string& naming : bad) {
    const Failure failure = failure_of([&] { check_naming(naming); });
    EXPECT_EQ(failure.problem(), Problem::kInvalidParameter) << naming;
    EXPECT_FALSE(failure.detail().empty()) << naming;
  }
}

}  // namespace
}  // namespace pgscale
