#include "core/point.h"

#include <gtest/gtest.h>

#include <random>

namespace pgscale {
namespace {

constexpr Point kLargestPoint = ~(static_cast<Point>(1) << 127);

TEST(DecimalText, HasNoNeedlessZeros) {
  const struct {
    Point value;
    int scale;
    const char* text;
  } cases[] = {{0, 0, "0"},
               {0, 10, "0"},
               {1000, 0, "1000"},
               {-1000, 0, "-1000"},
               {-125, 1, "-12.5"},
               {1, 10, "0.0000000001"},
               {-1, 10, "-0.0000000001"},
               {10'000'000'000, 10, "1"},
               {15'000'000'000, 10, "1.5"},
               {kLargestPoint, 0, "170141183460469231731687303715884105727"},
               {-kLargestPoint - 1, 0, "-170141183460469231731687303715884105728"},
               {kLargestPoint, 10, "17014118346046923173168730371.5884105727"}};
  for (const auto& c : cases) EXPECT_EQ(decimal_text(c.value, c.scale), c.text);
}

TEST(ParseDecimal, ReadsNumbersAsPostgresqlWritesThem) {
  const struct {
    const char* text;
    int scale;
    Point value;
  } cases[] = {{"0", 0, 0},
               {"1000", 0, 1000},
               {"-1000", 0, -1000},
               {"1000", 2, 100'000},
               {"12.50", 2, 1250},
               {"-0.01", 2, -1},
               {".5", 1, 5},
               {"5.", 1, 50},
               {"1.5000000000000", 1, 15},
               {"7.000", 0, 7},
               {"170141183460469231731687303715884105727", 0, kLargestPoint}};
  for (const auto& c : cases) {
    const std::optional<Point> parsed = parse_decimal(c.text, c.scale);
    ASSERT_TRUE(parsed.has_value()) << c.text;
    EXPECT_TRUE(*parsed == c.value) << c.text;
  }
}

TEST(ParseDecimal, RefusesWhatIsNoNumberOrDoesNotFit) {
  const struct {
    const char* text;
    int scale;
  } cases[] = {{"", 0},
               {"-", 0},
               {".", 2},
               {"-.", 2},
               {"+5", 0},
               {" 5", 0},
               {"5 ", 0},
               {"--5", 0},
               {"1e5", 0},
               {"1.2.3", 4},
               {"NaN", 10},
               {"Infinity", 10},
               {"-Infinity", 10},
               {"0x10", 0},
               {"1,000", 0},
               {"0.5", 0},
               {"0.123", 2},
               {"170141183460469231731687303715884105728", 0},
               {"17014118346046923173168730372", 10},
               {"99999999999999999999999999999999999999999999", 0}};
  for (const auto& c : cases) {
    EXPECT_FALSE(parse_decimal(c.text, c.scale).has_value()) << c.text << " scale " << c.scale;
  }
}

TEST(Decimal, TextAndValueRoundTrip) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; i++) {
    const int shift = static_cast<int>(random() % 126);
    const Point value =
        (static_cast<Point>(random() >> 1) << 64 | static_cast<Point>(random())) >> shift;
    const Point signed_value = random() % 2 == 0 ? value : -value;
    const int scale = static_cast<int>(random() % 11);
    const std::string text = decimal_text(signed_value, scale);
    const auto parsed = parse_decimal(text, scale);
    ASSERT_TRUE(parsed && *parsed == signed_value) << text << " scale " << scale;
  }
}

TEST(RankOfText, GrowsAsBytesSort) {
  const char* const ascending[] = {"", "0", "01", "01M3X1HB80", "01M3X1HB81", "1", "~", "\xff"};
  for (std::size_t i = 1; i < std::size(ascending); i++) {
    EXPECT_TRUE(rank_of_text(ascending[i - 1]) < rank_of_text(ascending[i])) << ascending[i];
  }
  EXPECT_TRUE(rank_of_text("\xff") > 0);
}

}  // namespace
}  // namespace pgscale
