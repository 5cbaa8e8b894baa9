#include "core/trend.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

namespace pgscale {
namespace {

// One point an hour.
std::vector<Observation> hourly(int count, const std::function<double(int)>& value) {
  std::vector<Observation> points;
  for (int i = 0; i < count; i++) points.push_back({i * kMicrosPerHour, value(i)});
  return points;
}

// The trend per hour.
Trend trend_per_hour(const std::vector<Observation>& points) {
  Trend trend = trend_of(points);
  trend.slope *= 3600;
  trend.low *= 3600;
  trend.high *= 3600;
  return trend;
}

TEST(Trend, LineWithoutNoiseIsExactAndCertain) {
  const Trend trend = trend_per_hour(hourly(25, [](int i) { return 1e12 - 3e6 * i; }));
  EXPECT_DOUBLE_EQ(trend.slope, -3e6);
  EXPECT_DOUBLE_EQ(trend.low, -3e6);
  EXPECT_DOUBLE_EQ(trend.high, -3e6);
}

TEST(Trend, RoundingOfALineIsNoPattern) {
  // Residuals of a line of such numbers are traces of rounding that run in the same direction.
  for (int steps = 5; steps < 60; steps++) {
    const Trend trend = trend_per_hour(hourly(steps, [](int i) { return 0.1 * i + 1e6 / 3; }));
    EXPECT_NEAR(trend.low, 0.1, 1e-6) << steps;
    EXPECT_NEAR(trend.high, 0.1, 1e-6) << steps;
  }
}

TEST(Trend, SlopesComeByTheTimesAndNotByTheNumberOfPoints) {
  std::vector<Observation> points = hourly(100, [](int i) { return 7.0 * i; });
  points.erase(points.begin() + 10, points.begin() + 60);
  EXPECT_DOUBLE_EQ(trend_per_hour(points).slope, 7);
}

TEST(Trend, SlopeIsTheMedianOfAllPairs) {
  // By hand: the slopes of the pairs are 1, 1, 5, 1, 7, 13, in order 1 1 1 5 7 13.
  const std::vector<Observation> points{
      {0, 0}, {kMicrosPerHour, 1}, {2 * kMicrosPerHour, 2}, {3 * kMicrosPerHour, 15}};
  EXPECT_DOUBLE_EQ(trend_per_hour(points).slope, 3);
}

std::vector<double> slopes_per_hour(const std::vector<Observation>& points) {
  std::vector<double> slopes;
  for (std::size_t i = 0; i < points.size(); i++) {
    for (std::size_t j = i + 1; j < points.size(); j++) {
      slopes.push_back((points[j].value - points[i].value) / static_cast<double>(j - i));
    }
  }
  std::sort(slopes.begin(), slopes.end());
  return slopes;
}

TEST(Trend, IntervalIsBetweenTheSlopesOfKendallsRanks) {
  // Of 45 slopes of 10 points those next to (45 - 1.96 sqrt(125)) / 2 = 11.5 from both ends.
  const auto points = hourly(10, [](int i) { return 10 * i + (i % 2 == 0 ? 1 : -1); });
  const std::vector<double> slopes = slopes_per_hour(points);
  const Trend trend = trend_per_hour(points);
  EXPECT_NEAR(trend.slope, slopes[22], 1e-9);
  EXPECT_NEAR(trend.low, slopes[11], 1e-9);
  EXPECT_NEAR(trend.high, slopes[33], 1e-9);
}

TEST(Trend, EqualValuesNarrowTheInterval) {
  // 13 points, 0 2 1 0 2 1 and so on: V is 268.67 less 34 for the ties; 78 slopes, ranks 24 and
  // its mirror image. Without regard to ties it would be 23.
  const auto points = hourly(13, [](int i) { return i % 3 == 1 ? 2 : i % 3 == 2 ? 1 : 0; });
  const std::vector<double> slopes = slopes_per_hour(points);
  ASSERT_LT(slopes[22], slopes[23]);
  const Trend trend = trend_per_hour(points);
  EXPECT_NEAR(trend.low, slopes[23], 1e-9);
  EXPECT_NEAR(trend.high, slopes[54], 1e-9);
}

TEST(Trend, IntervalIsWiderWhereNeighboursAreAlike) {
  // The same residuals as above, but in two runs.
  const auto points = hourly(10, [](int i) { return 10 * i + (i < 3 || i > 7 ? 1 : -1); });
  const std::vector<double> slopes = slopes_per_hour(points);
  const Trend trend = trend_per_hour(points);
  EXPECT_LT(trend.low, slopes[10]);
  EXPECT_GT(trend.high, slopes[34]);
}

TEST(Trend, FewerThanFivePointsTellNothing) {
  const Trend four = trend_of(hourly(4, [](int i) { return i; }));
  EXPECT_TRUE(std::isinf(four.low));
  EXPECT_TRUE(std::isinf(four.high));
  const Trend five = trend_of(hourly(5, [](int i) { return i; }));
  EXPECT_GT(five.low, 0);
}

TEST(Trend, OutliersDoNotMatter) {
  const Trend trend = trend_per_hour(
      hourly(168, [](int i) { return i % 10 == 3 ? (i % 20 == 3 ? 1e9 : -1e9) : 5.0 * i; }));
  EXPECT_NEAR(trend.slope, 5, 0.01);
  EXPECT_GT(trend.low, 0);
}

TEST(Trend, FlatIsZero) {
  const Trend trend = trend_of(hourly(168, [](int) { return 42; }));
  EXPECT_EQ(trend.slope, 0);
  EXPECT_EQ(trend.low, 0);
  EXPECT_EQ(trend.high, 0);
}

TEST(Trend, CycleOfADayIsNoTrend) {
  const double day = 2 * std::acos(-1.0) / 24;
  for (int phase = 0; phase < 24; phase++) {
    for (int count : {49, 73, 168}) {
      const Trend sine =
          trend_of(hourly(count, [&](int i) { return std::sin(day * (i + phase)); }));
      EXPECT_FALSE(sine.low > 0 || sine.high < 0) << phase << " of " << count;
      const Trend saw = trend_of(hourly(count, [&](int i) { return (i + phase) % 24; }));
      EXPECT_FALSE(saw.low > 0 || saw.high < 0) << phase << " of " << count;
    }
  }
}

TEST(Trend, IntervalCoversTheTruthOfNoisyLines) {
  std::mt19937_64 random(7);
  std::normal_distribution<double> noise(0, 10);
  int covered = 0;
  int significant = 0;
  for (int run = 0; run < 400; run++) {
    const Trend trend = trend_per_hour(hourly(48, [&](int i) { return i + noise(random); }));
    if (trend.low <= 1 && 1 <= trend.high) covered++;
    if (trend.low > 0) significant++;
  }
  EXPECT_GE(covered, 370);
  EXPECT_GE(significant, 390);
}

TEST(Trend, NoiseAroundNothingIsRarelyATrend) {
  std::mt19937_64 random(8);
  std::normal_distribution<double> noise(0, 10);
  int found = 0;
  int found_in_drift = 0;
  for (int run = 0; run < 400; run++) {
    const Trend trend = trend_of(hourly(48, [&](int) { return noise(random); }));
    if (trend.low > 0 || trend.high < 0) found++;
    // Each value hangs on the one before: by Kendall's test alone six of ten would be trends.
    double level = noise(random) / std::sqrt(1 - 0.81);
    const Trend drift = trend_of(hourly(168, [&](int) {
      level = 0.9 * level + noise(random);
      return level;
    }));
    if (drift.low > 0 || drift.high < 0) found_in_drift++;
  }
  EXPECT_LE(found, 28);
  EXPECT_LE(found_in_drift, 72);
}

}  // namespace
}  // namespace pgscale
