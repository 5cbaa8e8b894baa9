#include "core/forecast.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <random>

namespace pgscale {
namespace {

constexpr Micros kHour = kMicrosPerHour;
constexpr Micros kDay = kMicrosPerDay;

// One point an hour, the last of `count` at now = 0.
std::vector<Observation> hourly(int count, const std::function<double(int)>& left) {
  std::vector<Observation> points;
  for (int i = 0; i < count; i++) points.push_back({(i + 1 - count) * kHour, left(i)});
  return points;
}

std::vector<Reading> readings(int count, const std::function<std::int64_t(int)>& value) {
  std::vector<Reading> result;
  for (int i = 0; i < count; i++) result.push_back({(i + 1 - count) * kHour, value(i)});
  return result;
}

Forecast level(const std::vector<Observation>& left) { return forecast_level(left, Terms{0}); }

double hours(const std::optional<Micros>& at) {
  return at ? static_cast<double>(*at) / kHour : std::numeric_limits<double>::infinity();
}

TEST(Forecast, LineEndsWhereItMeetsTheLimit) {
  const Forecast forecast = level(hourly(168, [](int i) { return 1000.0 - i; }));
  ASSERT_TRUE(forecast.known);
  EXPECT_NEAR(hours(forecast.at), 833, 1e-6);
  EXPECT_NEAR(hours(forecast.earliest), 833, 1e-6);
  EXPECT_NEAR(hours(forecast.latest), 833, 1e-6);
  EXPECT_EQ(forecast.confidence, Confidence::kHigh);
  EXPECT_NEAR(forecast.change_per_day.value(), -24, 1e-9);
  EXPECT_EQ(forecast.observed, 167 * kHour);
  EXPECT_TRUE(forecast.note.empty());
}

TEST(Forecast, EveryLineWithoutNoiseIsExact) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> scale(-3, 12);
  std::uniform_real_distribution<double> part(0.01, 0.9);
  for (int run = 0; run < 500; run++) {
    const double pace = std::pow(10, scale(random));
    const int count = 25 + static_cast<int>(random() % 144);
    const double end = 8000 * part(random);
    const Forecast forecast =
        level(hourly(count, [&](int i) { return pace * (end + count - 1 - i); }));
    EXPECT_NEAR(hours(forecast.at) / end, 1, 1e-6);
    EXPECT_NEAR(hours(forecast.earliest) / end, 1, 1e-6);
    EXPECT_NEAR(hours(forecast.latest) / end, 1, 1e-6);
  }
}

TEST(Forecast, TimeAndSizeScale) {
  std::mt19937_64 random(2);
  std::normal_distribution<double> noise(0, 3);
  for (int run = 0; run < 50; run++) {
    std::vector<Observation> points = hourly(60, [&](int i) { return 300 - i + noise(random); });
    const Forecast once = level(points);
    ASSERT_TRUE(once.at);
    for (Observation& point : points) {
      point.at *= 3;
      point.value *= 1e6;
    }
    const Forecast thrice = level(points);
    EXPECT_NEAR(hours(thrice.at) / hours(once.at), 3, 1e-6);
    EXPECT_NEAR(hours(thrice.earliest) / hours(once.earliest), 3, 1e-6);
    EXPECT_NEAR(hours(thrice.latest) / hours(once.latest), 3, 1e-6);
  }
}

TEST(Forecast, NoiseWidensTheRangeAndLowersTheConfidence) {
  std::mt19937_64 random(3);
  const auto noisy = [&](double deviation, int count) {
    std::normal_distribution<double> noise(0, deviation);
    return level(hourly(count, [&](int i) { return 1000 - i + noise(random); }));
  };
  const Forecast some = noisy(5, 168);
  EXPECT_EQ(some.confidence, Confidence::kHigh);
  EXPECT_LT(hours(some.earliest), hours(some.at));
  EXPECT_GT(hours(some.latest), hours(some.at));
  EXPECT_EQ(noisy(1, 40).confidence, Confidence::kMedium) << "less than three days";
  EXPECT_EQ(noisy(20, 40).confidence, Confidence::kLow);
  EXPECT_FALSE(noisy(500, 40).confidence);
}

TEST(Forecast, NeedsADayOfHistory) {
  const auto falling = [](int i) { return 1000.0 - i; };
  EXPECT_EQ(level({}).note, "needs 24 h of history, has none");
  EXPECT_EQ(level(hourly(1, falling)).note, "needs 24 h of history, has none");
  EXPECT_EQ(level(hourly(4, falling)).note, "needs 24 h of history, has 3 h");
  EXPECT_EQ(level(hourly(24, falling)).note, "needs 24 h of history, has 23 h");
  EXPECT_FALSE(level(hourly(24, falling)).known);
  EXPECT_TRUE(level(hourly(25, falling)).at);
  EXPECT_EQ(level({{-kHour / 2, 9}, {0, 8}}).note, "needs 24 h of history, has less than 1 h");
}

TEST(Forecast, NeedsFivePoints) {
  std::vector<Observation> points{{-4 * kDay, 9}, {-3 * kDay, 8}, {-2 * kDay, 7}, {0, 5}};
  EXPECT_EQ(level(points).note, "needs 5 samples, has 4");
  EXPECT_FALSE(level(points).known);
  points.insert(points.begin() + 3, {-kDay, 6});
  EXPECT_NEAR(hours(level(points).at), 120, 1e-6);
}

TEST(Forecast, SaysSoWhenNothingIsSampledAnyMore) {
  const std::vector<Observation> points = hourly(100, [](int i) { return 1000.0 - i; });
  EXPECT_TRUE(forecast_level(points, Terms{2 * kHour}).known);
  EXPECT_EQ(forecast_level(points, Terms{5 * kHour}).note, "no sample for 5 h");
  EXPECT_EQ(forecast_level(points, Terms{90 * kHour}).note, "no sample for 3 d");
  EXPECT_FALSE(forecast_level(points, Terms{5 * kHour}).known);
  EXPECT_TRUE(forecast_level(points, Terms{5 * kHour, 6 * kHour}).known);
}

TEST(Forecast, IsCountedFromTheLastPointAndNeverPast) {
  const std::vector<Observation> points = hourly(100, [](int i) { return 100.5 - i; });
  EXPECT_NEAR(hours(forecast_level(points, Terms{kHour}).at), 1.5, 1e-6);
  EXPECT_EQ(forecast_level(points, Terms{2 * kHour}).at, 2 * kHour);
}

TEST(Forecast, ReachedIsNowWhateverTheHistory) {
  for (double left : {0.0, -5.0}) {
    const Forecast forecast = level({{0, left}});
    EXPECT_TRUE(forecast.known);
    EXPECT_EQ(forecast.at, 0);
    EXPECT_EQ(forecast.earliest, 0);
    EXPECT_EQ(forecast.latest, 0);
    EXPECT_EQ(forecast.note, "the limit is reached");
  }
}

TEST(Forecast, FlatAndShrinkingNeverEnd) {
  for (double pace : {0.0, 1.0}) {
    const Forecast forecast = level(hourly(168, [&](int i) { return 500 + pace * i; }));
    EXPECT_TRUE(forecast.known);
    EXPECT_FALSE(forecast.at);
    EXPECT_FALSE(forecast.earliest);
    EXPECT_FALSE(forecast.latest);
    EXPECT_FALSE(forecast.confidence);
    EXPECT_NEAR(forecast.change_per_day.value(), pace * 24, 1e-9);
    EXPECT_EQ(forecast.note, "no trend towards the limit");
  }
}

TEST(Forecast, BeyondAYearIsNotTold) {
  // 364 and 366 days of what one hour takes.
  EXPECT_TRUE(level(hourly(100, [](int i) { return 364 * 24 + 99.0 - i; })).at);
  const Forecast forecast = level(hourly(100, [](int i) { return 366 * 24 + 99.0 - i; }));
  EXPECT_TRUE(forecast.known);
  EXPECT_FALSE(forecast.at);
  EXPECT_FALSE(forecast.latest);
  EXPECT_EQ(forecast.note, "more than a year away");
  EXPECT_EQ(forecast.confidence, Confidence::kHigh);
}

TEST(Forecast, OneEndOfTheRangeMayLieBeyondAYear) {
  std::mt19937_64 random(4);
  std::normal_distribution<double> noise(0, 20);
  const Forecast forecast =
      level(hourly(60, [&](int i) { return 250 * 24.0 - i + noise(random); }));
  ASSERT_TRUE(forecast.at);
  EXPECT_TRUE(forecast.earliest);
  EXPECT_FALSE(forecast.latest);
}

TEST(Forecast, OutliersDoNotMatter) {
  const Forecast forecast =
      level(hourly(168, [](int i) { return i % 12 == 5 ? 100.0 : 3000.0 - i; }));
  EXPECT_NEAR(hours(forecast.at), 2833, 100);
  EXPECT_TRUE(forecast.known);
}

TEST(Forecast, GapsDoNotMatter) {
  std::vector<Observation> points = hourly(168, [](int i) { return 1000.0 - i; });
  points.erase(points.begin() + 20, points.begin() + 150);
  EXPECT_NEAR(hours(level(points).at), 833, 1e-6);
}

TEST(Forecast, LoadsInStepsHaveThePaceOfTheirSum) {
  // 24 at once in each night.
  const Forecast forecast = level(hourly(168, [](int i) { return 1000.0 - i / 24 * 24; }));
  EXPECT_NEAR(forecast.change_per_day.value(), -24, 1);
  EXPECT_NEAR(hours(forecast.at), 856, 40);
}

TEST(Forecast, WhatWasFreedAtOneStrokeIsNoTrend) {
  // 1 an hour, and 300 are freed at some time in the week.
  for (int freed = 5; freed < 165; freed++) {
    const Forecast forecast =
        level(hourly(168, [&](int i) { return 1000.0 - i + (i >= freed ? 300 : 0); }));
    EXPECT_NEAR(hours(forecast.at), 1133, 1e-6) << freed;
    const int after = 167 - freed;
    EXPECT_EQ(forecast.observed, (after >= 24 ? after : freed - 1) * kHour) << freed;
  }
  // Too little on each side: no trend is seen in either.
  const Forecast young = level(hourly(40, [](int i) { return 1000.0 - i + (i >= 20 ? 300 : 0); }));
  EXPECT_TRUE(young.known);
  EXPECT_EQ(young.observed, 39 * kHour);
  EXPECT_FALSE(young.at);
}

TEST(Forecast, FreeingInSeveralHoursIsOneStroke) {
  const Forecast forecast = level(hourly(168, [](int i) {
    const int hours_of_freeing = std::clamp(i - 60, 0, 4);
    return 1000.0 - i + 100 * hours_of_freeing;
  }));
  EXPECT_NEAR(hours(forecast.at), 1233, 1e-6);
  EXPECT_EQ(forecast.observed, 103 * kHour);
}

TEST(Forecast, WhatIsFreedAgainAndAgainNeverEnds) {
  // Logs that are removed every night; they have been nearly everything an hour ago.
  for (int phase = 0; phase < 24; phase++) {
    const Forecast forecast = level(hourly(168, [&](int i) { return 30.0 - (i + phase) % 24; }));
    EXPECT_TRUE(forecast.known);
    EXPECT_FALSE(forecast.at) << phase;
  }
}

TEST(Forecast, LeftIsExactForTheLargestNumbers) {
  const std::int64_t max = std::numeric_limits<std::int64_t>::max();
  const std::int64_t min = std::numeric_limits<std::int64_t>::min();
  EXPECT_EQ(left_until({{0, max - 3}}, max, Direction::kUp).front().value, 3);
  EXPECT_EQ(left_until({{0, min + 3}}, min, Direction::kDown).front().value, 3);
  EXPECT_EQ(left_until({{0, 7}}, 5, Direction::kUp).front().value, -2);
  EXPECT_GT(left_until({{0, min}}, max, Direction::kUp).front().value, 1.8e19);
}

TEST(Forecast, UnchangedValuesAreRepeatedAtTheTimesOfTheServer) {
  const std::vector<Micros> times{-9 * kHour, -8 * kHour, -7 * kHour, -5 * kHour,
                                  -4 * kHour, -3 * kHour, -2 * kHour, 0};
  const auto shown = [&](const std::vector<Reading>& given) {
    std::vector<std::pair<Micros, std::int64_t>> result;
    for (const Reading& reading : repeated(given, times, 0, 3 * kHour)) {
      result.emplace_back(reading.at / kHour, reading.value);
    }
    return result;
  };
  using Shown = std::vector<std::pair<Micros, std::int64_t>>;
  EXPECT_EQ(shown({}), Shown{});
  // Nothing is known of the time before the first one.
  EXPECT_EQ(shown({{-5 * kHour, 1}}), (Shown{{-3, 1}, {0, 1}}));
  EXPECT_EQ(shown({{-9 * kHour, 1}, {-2 * kHour, 2}}), (Shown{{-9, 1}, {-7, 1}, {-3, 1}, {0, 2}}));
  // A reading just after the server's own, and one when the server was not sampled.
  EXPECT_EQ(shown({{-7 * kHour + 1, 1}, {-3 * kHour + 1, 2}}), (Shown{{-6, 1}, {-3, 1}, {0, 2}}));
  EXPECT_EQ(repeated({{-kHour, 4}}, {}, 0, kHour).size(), 1U);
}

TEST(Forecast, SequenceThatRestsHasNoEnd) {
  std::vector<Micros> times;
  for (int i = -100; i <= 0; i++) times.push_back(i * kHour);
  const auto rested = repeated({{-99 * kHour, 50}}, times, 0, 3 * kHour);
  const Forecast forecast = level(left_until(rested, 100, Direction::kUp));
  EXPECT_TRUE(forecast.known);
  EXPECT_EQ(forecast.note, "no trend towards the limit");
}

TEST(Forecast, DailyMaximaAreOfDaysCountedFromNow) {
  const auto maxima =
      daily_maxima(readings(168, [](int i) { return i % 24 == 7 ? 90 + i : 5; }), 0);
  ASSERT_EQ(maxima.size(), 7U);
  EXPECT_EQ(maxima.front().at, -6 * kDay);
  EXPECT_EQ(maxima.front().value, 97);
  EXPECT_EQ(maxima.back().at, 0);
  EXPECT_EQ(maxima.back().value, 241);
  // A day that was watched for 17 hours does not count; one for 18 does.
  EXPECT_EQ(daily_maxima(readings(18, [](int) { return 1; }), 0).size(), 0U);
  EXPECT_EQ(daily_maxima(readings(19, [](int) { return 1; }), 0).size(), 1U);
}

TEST(Forecast, PeaksGrowThoughMostHoursAreQuiet) {
  const auto peaks = [](int days, int growth) {
    return readings(days * 24, [=](int i) { return i % 24 == 7 ? 40 + i / 24 * growth : 3; });
  };
  const Forecast growing = forecast_peaks(peaks(7, 5), 100, Terms{0});
  // 70 at most today, 5 more each day
  EXPECT_NEAR(hours(growing.at), 144, 1e-6);
  EXPECT_EQ(growing.observed, 7 * kDay);
  EXPECT_EQ(forecast_peaks(peaks(7, 0), 100, Terms{0}).note, "no trend towards the limit");
  EXPECT_EQ(forecast_peaks(peaks(7, 10), 100, Terms{0}).note, "the limit is reached");
  EXPECT_TRUE(forecast_peaks(peaks(5, 5), 100, Terms{0}).at);
  EXPECT_EQ(forecast_peaks(peaks(4, 5), 100, Terms{0}).note, "needs 5 days of samples, has 4");
  EXPECT_EQ(forecast_peaks({}, 100, Terms{0}).note, "needs 5 days of samples, has 0");
  EXPECT_EQ(forecast_peaks(peaks(7, 5), 100, Terms{3 * kHour}).note, "no sample for 3 h");
}

TEST(Forecast, IdsEndByTheirPaceAndNotByTheirSawtooth) {
  // 4 million an hour; at an age of 210 million all is frozen but 50 million.
  const auto age = [](int i) { return 50'000'000 + (4'000'000LL * i) % 160'000'000; };
  const auto ages = readings(160, age);
  ASSERT_EQ(ages.back().value, 206'000'000);
  EXPECT_FALSE(level(left_until(ages, kStopAge, Direction::kUp)).at);
  const Forecast forecast = forecast_ids(ages, kStopAge, 200'000'000, Terms{0});
  EXPECT_NEAR(hours(forecast.at), (kStopAge - 206e6) / 4e6, 1e-6);
  EXPECT_EQ(forecast.observed, 159 * kHour);
  EXPECT_EQ(forecast.note, "unless VACUUM freezes the oldest rows");
  EXPECT_NEAR(forecast.change_per_day.value(), -96e6, 1);
}

TEST(Forecast, IdsAreNoMatterBeforeAutovacuumWouldFreeze) {
  const auto ages = readings(48, [](int i) { return 100'000'000 + 1'000'000 * i; });
  const Forecast forecast = forecast_ids(ages, kStopAge, 147'000'000, Terms{0});
  EXPECT_TRUE(forecast.known);
  EXPECT_FALSE(forecast.at);
  EXPECT_FALSE(forecast.earliest);
  EXPECT_FALSE(forecast.latest);
  EXPECT_FALSE(forecast.confidence);
  EXPECT_NEAR(forecast.change_per_day.value(), -24e6, 1);
  EXPECT_EQ(forecast.note, "autovacuum freezes from an age of 147000000 on");
  EXPECT_TRUE(forecast_ids(ages, kStopAge, 146'999'999, Terms{0}).at);
}

TEST(Forecast, IdsOfAnIdleServerNeverEnd) {
  const auto ages = readings(48, [](int) { return 300'000'000; });
  EXPECT_EQ(forecast_ids(ages, kStopAge, 200'000'000, Terms{0}).note, "no trend towards the limit");
}

TEST(Forecast, IdsAreNotCountedOverAGapThatMayHideAVacuum) {
  // Frozen in the two days without samples: the age is 20 million less than it was.
  std::vector<Reading> ages;
  for (int i = 0; i < 48; i++) ages.push_back({(i - 143) * kHour, 300'000'000 + 1'000'000 * i});
  for (int i = 96; i < 144; i++) ages.push_back({(i - 143) * kHour, 260'000'000 + 1'000'000 * i});
  const Forecast forecast = forecast_ids(ages, kStopAge, 200'000'000, Terms{0});
  EXPECT_NEAR(forecast.change_per_day.value(), -24e6, 1);
}

TEST(Forecast, IdsSetBackAllTheTimeAreUnknown) {
  // Three intervals of growth are too few for a pace.
  const auto rarely =
      readings(48, [](int i) { return i % 16 == 0 ? 310'000'000 : 300'000'000 - i; });
  EXPECT_FALSE(forecast_ids(rarely, kStopAge, 200'000'000, Terms{0}).known);
  const auto ages = readings(48, [](int i) { return 300'000'000 - i; });
  const Forecast forecast = forecast_ids(ages, kStopAge, 200'000'000, Terms{0});
  EXPECT_FALSE(forecast.known);
  EXPECT_EQ(forecast.note, "the age was set back too often to tell the pace");
  EXPECT_EQ(forecast_ids({}, kStopAge, 200'000'000, Terms{0}).note,
            "needs 24 h of history, has none");
}

TEST(Forecast, FirstGapOnTheWayUpIsFound) {
  const auto range = [](int from, int to) { return Range{End::at(from), End::at(to)}; };
  EXPECT_EQ(first_uncovered({}, 5), Point{5});
  EXPECT_EQ(first_uncovered({range(0, 10)}, 5), Point{10});
  EXPECT_EQ(first_uncovered({range(10, 20), range(0, 10)}, 5), Point{20});
  EXPECT_EQ(first_uncovered({range(0, 10), range(11, 20)}, 5), Point{10});
  EXPECT_EQ(first_uncovered({range(0, 10), range(11, 20)}, 12), Point{20});
  EXPECT_EQ(first_uncovered({range(6, 10)}, 5), Point{5});
  EXPECT_EQ(first_uncovered({range(0, 5)}, 5), Point{5});
  EXPECT_EQ(first_uncovered({range(0, 4)}, 5), Point{5});
  EXPECT_EQ(first_uncovered({{End::minimum(), End::at(8)}}, 5), Point{8});
  EXPECT_FALSE(first_uncovered({range(0, 10), {End::at(10), End::maximum()}}, 5));
  End between = End::at(10);
  between.rank = 1;
  EXPECT_EQ(first_uncovered({{End::at(0), between}, {between, End::at(20)}}, 5), Point{20});
  EXPECT_EQ(first_uncovered({range(0, 10), {between, End::at(20)}}, 5), Point{10});
}

TEST(Forecast, WhatIsKnownExactlyHasNoRange) {
  const Forecast forecast = forecast_exactly(7 * kDay, kDay);
  EXPECT_TRUE(forecast.known);
  EXPECT_EQ(forecast.at, 7 * kDay);
  EXPECT_EQ(forecast.earliest, 7 * kDay);
  EXPECT_EQ(forecast.latest, 7 * kDay);
  EXPECT_EQ(forecast.confidence, Confidence::kHigh);
  EXPECT_FALSE(forecast.observed);
  EXPECT_EQ(forecast_exactly(kDay, 2 * kDay).at, 2 * kDay);
  EXPECT_EQ(forecast_exactly(400 * kDay, 0).note, "more than a year away");
  EXPECT_FALSE(forecast_exactly(400 * kDay, 0).at);
}

}  // namespace
}  // namespace pgscale
