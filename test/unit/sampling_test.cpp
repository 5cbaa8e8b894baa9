#include "core/sampling.h"

#include <gtest/gtest.h>

#include <random>

namespace pgscale {
namespace {

constexpr Micros kNow = 1000 * kMicrosPerSecond;
constexpr SampleLimits kRoom{100, 100};

SampleTime after(int seconds) { return {kNow, kNow - seconds * kMicrosPerSecond, false}; }
SampleTime first() { return {kNow, std::nullopt, true}; }

Measured table(std::int64_t oid, std::int64_t hit, std::int64_t bytes = 0) {
  Measured object;
  object.object = object.root = oid;
  object.activity.hit = hit;
  object.bytes = bytes;
  return object;
}

Measured part(std::int64_t oid, std::int64_t root, std::int64_t hit, std::int64_t bytes = 0) {
  Measured object = table(oid, hit, bytes);
  object.root = root;
  return object;
}

Baseline counted(std::int64_t hit, std::int64_t bytes = 0) {
  Baseline baseline;
  baseline.activity.hit = hit;
  baseline.bytes = bytes;
  return baseline;
}

void remember(Baselines& baselines, const Sampled& sampled) {
  for (const auto& [object, baseline] : sampled.baselines) baselines[object] = baseline;
  for (const std::int64_t object : sampled.gone) baselines.erase(object);
}

TEST(Sample, HasNoCountersWithoutASampleBefore) {
  const Sampled sampled = sample({table(1, 500, 80)}, {}, first(), kRoom);
  ASSERT_EQ(sampled.whole.size(), 1U);
  EXPECT_EQ(sampled.whole[0].seconds, std::nullopt);
  EXPECT_EQ(sampled.whole[0].activity.hit, 0);
  EXPECT_EQ(sampled.whole[0].bytes, 80);
  ASSERT_EQ(sampled.baselines.size(), 1U);
  EXPECT_EQ(sampled.baselines[0].second.activity.hit, 500);
}

TEST(Sample, CountsSinceTheBaseline) {
  const Sampled sampled = sample({table(1, 500)}, {{1, counted(440)}}, after(300), kRoom);
  ASSERT_EQ(sampled.whole.size(), 1U);
  EXPECT_EQ(sampled.whole[0].seconds, 300);
  EXPECT_EQ(sampled.whole[0].activity.hit, 60);
}

std::optional<Micros> observed_since(const Sampled& sampled, std::int64_t object) {
  for (const auto& [oid, baseline] : sampled.baselines) {
    if (oid == object) return baseline.observed_since;
  }
  ADD_FAILURE() << "no baseline of " << object;
  return std::nullopt;
}

TEST(Sample, KnowsSinceWhenAnObjectIsObserved) {
  EXPECT_EQ(observed_since(sample({table(1, 5)}, {}, first(), kRoom), 1), std::nullopt)
      << "as long as the series";
  const Baselines old{{1, counted(5)}};
  EXPECT_EQ(observed_since(sample({table(1, 6)}, old, after(300), kRoom), 1), std::nullopt);
  EXPECT_EQ(observed_since(sample({table(1, 2)}, old, after(300), kRoom), 1), kNow) << "reset";
  EXPECT_EQ(observed_since(sample({table(2, 2)}, old, after(300), kRoom), 2), kNow) << "new";
  EXPECT_EQ(observed_since(sample({table(2, 2)}, old, after(300), {0, 0}), 2), kNow)
      << "also where others come first";
  Baselines since{{1, counted(5)}};
  since[1].observed_since = 7;
  EXPECT_EQ(observed_since(sample({table(1, 6)}, since, after(300), kRoom), 1), 7);
  EXPECT_EQ(observed_since(sample({table(1, 6)}, since, after(300), {0, 0}), 1), 7);
}

TEST(Sample, KnowsSinceWhenARootIsObserved) {
  Baselines baselines;
  remember(baselines, sample({part(2, 1, 5)}, baselines, first(), kRoom));
  ASSERT_EQ(baselines.count(1), 1U);
  EXPECT_EQ(baselines.at(1).observed_since, std::nullopt);
  remember(baselines, sample({part(2, 1, 5), part(3, 1, 9)}, baselines, after(300), kRoom));
  EXPECT_EQ(baselines.at(1).observed_since, std::nullopt) << "a new part changes nothing";
  EXPECT_EQ(baselines.at(3).observed_since, kNow);
  remember(baselines, sample({part(3, 1, 9), part(5, 4, 1)}, baselines, after(300), kRoom));
  EXPECT_EQ(baselines.at(1).observed_since, std::nullopt) << "nor does one that goes";
  EXPECT_EQ(baselines.at(4).observed_since, kNow) << "a new root";
  remember(baselines, sample({part(3, 1, 2)}, baselines, after(300), kRoom));
  EXPECT_EQ(baselines.at(1).observed_since, kNow) << "a part was reset";
  EXPECT_EQ(baselines.count(4), 0U) << "gone with its parts";
}

TEST(Sample, SaysNothingOfWhatDidNotChange) {
  const Baselines before{{1, counted(500, 80)}};
  EXPECT_TRUE(sample({table(1, 500, 80)}, before, after(300), kRoom).whole.empty());
  EXPECT_EQ(sample({table(1, 500, 90)}, before, after(300), kRoom).whole.size(), 1U)
      << "a size that changed is a change";
  SampleTime frame = after(300);
  frame.frame = true;
  EXPECT_EQ(sample({table(1, 500, 80)}, before, frame, kRoom).whole.size(), 1U);
}

TEST(Sample, CountsANewObjectFromZero) {
  const Sampled sampled = sample({table(7, 25)}, {}, after(300), kRoom);
  ASSERT_EQ(sampled.whole.size(), 1U);
  EXPECT_EQ(sampled.whole[0].activity.hit, 25);
}

TEST(Sample, NeverCountsOverAReset) {
  const Sampled sampled = sample({table(1, 20, 80)}, {{1, counted(500)}}, after(300), kRoom);
  ASSERT_EQ(sampled.whole.size(), 1U);
  EXPECT_EQ(sampled.whole[0].seconds, std::nullopt);
  EXPECT_EQ(sampled.whole[0].activity.hit, 0);
  EXPECT_EQ(sampled.baselines[0].second.activity.hit, 20) << "and goes on from there";
}

TEST(Sample, ForgetsWhatIsGone) {
  const Sampled sampled =
      sample({table(1, 1)}, {{1, counted(1)}, {2, counted(2)}}, after(300), kRoom);
  EXPECT_EQ(sampled.gone, (std::vector<std::int64_t>{2}));
}

TEST(Sample, AddsPartsToTheirRoot) {
  const Baselines before{{2, counted(10)}, {3, counted(20)}};
  const Sampled sampled =
      sample({part(2, 1, 15, 100), part(3, 1, 50, 200)}, before, after(60), kRoom);
  ASSERT_EQ(sampled.whole.size(), 1U);
  EXPECT_EQ(sampled.whole[0].object, 1);
  EXPECT_EQ(sampled.whole[0].activity.hit, 35);
  EXPECT_EQ(sampled.whole[0].bytes, 300);
  EXPECT_EQ(sampled.whole[0].seconds, 60);
  EXPECT_EQ(sampled.parts.size(), 2U);
}

TEST(Sample, GoesOnForwardWhenAPartIsDropped) {
  Baselines before{{2, counted(1000)}, {3, counted(20)}};
  const Sampled sampled = sample({part(3, 1, 25)}, before, after(60), kRoom);
  ASSERT_EQ(sampled.whole.size(), 1U);
  EXPECT_EQ(sampled.whole[0].activity.hit, 5) << "the sum must not fall by what went";
}

TEST(Sample, LeavesAPartThatWasResetOutOfTheSum) {
  const Sampled sampled = sample({part(2, 1, 3), part(3, 1, 25)},
                                 {{2, counted(1000)}, {3, counted(20)}}, after(60), kRoom);
  ASSERT_EQ(sampled.whole.size(), 1U);
  EXPECT_EQ(sampled.whole[0].activity.hit, 5);
}

TEST(Sample, SpendsADifferenceOfAPartOnce) {
  Baselines baselines{{2, counted(10)}};
  const SampleLimits no_parts{100, 0};
  remember(baselines, sample({part(2, 1, 15)}, baselines, after(60), no_parts));
  const Sampled second = sample({part(2, 1, 15)}, baselines, after(60), no_parts);
  EXPECT_TRUE(second.whole.empty());
}

TEST(Sample, WritesTheMostActiveFirstAndLosesNothingOfTheOthers) {
  Baselines baselines{{1, counted(0)}, {2, counted(0)}};
  const SampleLimits one{1, 0};
  const Sampled busy = sample({table(1, 5), table(2, 900)}, baselines, after(100), one);
  ASSERT_EQ(busy.whole.size(), 1U);
  EXPECT_EQ(busy.whole[0].object, 2);
  remember(baselines, busy);

  SampleTime later{kNow + 100 * kMicrosPerSecond, kNow, false};
  const Sampled quiet = sample({table(1, 8), table(2, 900)}, baselines, later, one);
  ASSERT_EQ(quiet.whole.size(), 1U);
  EXPECT_EQ(quiet.whole[0].object, 1);
  EXPECT_EQ(quiet.whole[0].activity.hit, 8);
  EXPECT_EQ(quiet.whole[0].seconds, 200) << "the interval begins where its first change may lie";
}

TEST(Sample, CountsFromTheLastSampleAfterARest) {
  // Nothing happened for long: the change is of the last interval only.
  const Sampled sampled = sample({table(1, 8)}, {{1, counted(5)}}, after(300), kRoom);
  EXPECT_EQ(sampled.whole.at(0).seconds, 300);
}

// Whatever the limits, what was written adds up to what was counted.
TEST(SampleProperty, SumsOfRowsAreWhatWasCounted) {
  std::mt19937 random(20261125);
  for (int round = 0; round < 50; round++) {
    Baselines baselines;
    std::vector<Measured> objects;
    for (int i = 1; i <= 12; i++) {
      objects.push_back(i <= 6 ? table(i, 0) : part(i, 100 + i % 2, 0));
    }
    std::map<std::int64_t, std::int64_t> written;
    SampleTime time = first();
    const SampleLimits limits{random() % 4, random() % 3};
    remember(baselines, sample(objects, baselines, time, limits));
    for (int step = 0; step < 20; step++) {
      time.previous = time.at;
      time.at += kMicrosPerSecond;
      time.frame = step == 19;
      for (Measured& object : objects) {
        if (random() % 3 == 0) object.activity.hit += random() % 50;
      }
      const Sampled sampled = sample(objects, baselines, time, limits);
      for (const SampleRow& row : sampled.whole) written[row.object] += row.activity.hit;
      remember(baselines, sampled);
    }
    std::map<std::int64_t, std::int64_t> truth;
    for (const Measured& object : objects) truth[object.root] += object.activity.hit;
    EXPECT_EQ(written, truth);
  }
}

TEST(Difference, TellsWhatCountedAndNothingOverAReset) {
  EXPECT_EQ(difference({{"a", 5}, {"b", 7}, {"c", 3}}, {{"a", 2}, {"b", 7}}),
            (Counters{{"a", 3}, {"c", 3}}));
  EXPECT_EQ(difference({{"a", 1}, {"b", 9}}, {{"a", 2}, {"b", 7}}), std::nullopt);
}

SampleState state(Micros at) {
  SampleState state;
  state.at = state.real_at = at;
  state.cluster = "1/1";
  state.frame_day = day_of(at);
  return state;
}

TEST(SampleTime, ComparesOnlyWithinOneEpochOfOneServer) {
  const SampleState before = state(kNow);
  const SampleState now = state(kNow + kMicrosPerSecond);
  EXPECT_EQ(sample_time(before, now).previous, kNow);
  EXPECT_FALSE(sample_time(before, now).frame);
  EXPECT_EQ(sample_time(std::nullopt, now).previous, std::nullopt);
  EXPECT_TRUE(sample_time(std::nullopt, now).frame);

  SampleState promoted = now;
  promoted.cluster = "1/2";
  EXPECT_EQ(sample_time(before, promoted).previous, std::nullopt);
  SampleState reset = now;
  reset.relation_epoch = "2026-11-25";
  EXPECT_EQ(sample_time(before, reset).previous, std::nullopt);
  EXPECT_EQ(sample_time(before, state(kNow)).previous, std::nullopt) << "no time has passed";
  EXPECT_EQ(sample_time(before, state(kNow - 1)).previous, std::nullopt) << "set back";
}

TEST(SampleTime, MakesAFrameOnTheFirstSampleOfEachDay) {
  EXPECT_TRUE(sample_time(state(kMicrosPerDay - 1), state(kMicrosPerDay)).frame);
  EXPECT_FALSE(sample_time(state(kMicrosPerDay), state(kMicrosPerDay + 1)).frame);
  EXPECT_EQ(day_of(-1), -1);
  EXPECT_EQ(day_of(-kMicrosPerDay), -1);
  EXPECT_EQ(day_of(-kMicrosPerDay - 1), -2);
}

TEST(NextSample, FollowsTheLastOneByTheInterval) {
  EXPECT_EQ(next_sample(state(kNow), 5), kNow + 5);
  EXPECT_EQ(next_sample(std::nullopt, 5), 0) << "at once";
  EXPECT_EQ(next_sample(state(kNow), 0), std::nullopt);
}

}  // namespace
}  // namespace pgscale
