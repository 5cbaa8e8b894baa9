#include "core/bloat.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace pgscale {
namespace {

constexpr double kPage = 8192;

std::vector<PageWaste> pages(std::size_t count, const PageWaste& page) {
  return std::vector<PageWaste>(count, page);
}

double share(double bytes, std::int64_t population) {
  return bytes / (kPage * static_cast<double>(population));
}

TEST(Bloat, MapRoundsDownAndTheMiddleIsAssumed) {
  EXPECT_EQ(map_bytes(0, kPage), 0);
  EXPECT_EQ(map_bytes(1, kPage), 48);
  EXPECT_EQ(map_bytes(100, kPage), 3216);
  EXPECT_EQ(map_bytes(255, kPage), 8160);
}

TEST(Bloat, MapMeanIsOverAllPages) {
  MapCounts counts{};
  EXPECT_EQ(map_mean(counts, kPage), 0);
  counts[0] = 3;
  counts[255] = 1;
  EXPECT_EQ(map_mean(counts, kPage), 2040);
}

TEST(Bloat, ReserveIsWhatFillfactorLeaves) {
  EXPECT_EQ(reserve_bytes(100, kPage), 0);
  EXPECT_DOUBLE_EQ(reserve_bytes(70, kPage), 0.3 * kPage);
}

TEST(Bloat, SmallRelationsAreReadAsAWhole) {
  EXPECT_TRUE(choose_pages(0, 0, 1).empty());
  EXPECT_TRUE(choose_pages(1, 1, 1).empty());
  EXPECT_EQ(choose_pages(1, 4, 1), (std::vector<std::uint32_t>{1, 2, 3}));
  EXPECT_EQ(choose_pages(0, kSamplePages, 1).size(), 300U);
}

TEST(Bloat, LargeRelationsAreSampledOverTheirWholeLength) {
  const auto chosen = choose_pages(1, 4294967295U, 7);
  ASSERT_EQ(chosen.size(), 300U);
  EXPECT_TRUE(std::is_sorted(chosen.begin(), chosen.end()));
  EXPECT_EQ(std::adjacent_find(chosen.begin(), chosen.end()), chosen.end());
  EXPECT_GE(chosen.front(), 1U);
  EXPECT_LT(chosen.front(), 14316558U);
  EXPECT_GT(chosen.back(), 4280000000U);
  EXPECT_EQ(chosen, choose_pages(1, 4294967295U, 7));
  EXPECT_NE(chosen, choose_pages(1, 4294967295U, 8));
}

TEST(Bloat, NothingIsEstimatedOfNoPages) {
  const Bloat bloat = estimate({}, 0, kPage, std::nullopt);
  EXPECT_EQ(bloat.method, BloatMethod::kAllPages);
  EXPECT_EQ(bloat.bytes, 0);
  EXPECT_FALSE(percent(bloat.bytes, 0));
}

TEST(Bloat, AllPagesReadLeavesNoDoubt) {
  std::vector<PageWaste> read = pages(5, {100, 20, 0, 0});
  read[0].free = 8000;
  const Bloat bloat = estimate(read, 5, kPage, 4000.0);
  EXPECT_EQ(bloat.method, BloatMethod::kAllPages);
  EXPECT_DOUBLE_EQ(bloat.bytes, 8000 + 4 * 100 + 5 * 20);
  EXPECT_EQ(bloat.low, bloat.bytes);
  EXPECT_EQ(bloat.high, bloat.bytes);
}

TEST(Bloat, IntervalIsThatOfTheNormalLaw) {
  // Half of the pages empty: the deviation is half a page.
  std::vector<PageWaste> read = pages(300, {});
  for (std::size_t i = 0; i < 150; i++) read[i].dead = kPage;
  const Bloat bloat = estimate(read, 1'000'000'000, kPage, std::nullopt);
  EXPECT_EQ(bloat.method, BloatMethod::kSample);
  EXPECT_NEAR(share(bloat.bytes, 1'000'000'000), 0.5, 1e-9);
  const double half = 1.96 * 0.5 / std::sqrt(299.0) + 1.0 / 600;
  EXPECT_NEAR(share(bloat.low, 1'000'000'000), 0.5 - half, 1e-6);
  EXPECT_NEAR(share(bloat.high, 1'000'000'000), 0.5 + half, 1e-6);
}

TEST(Bloat, IntervalShrinksWithThePartThatWasRead) {
  std::vector<PageWaste> read = pages(300, {});
  for (std::size_t i = 0; i < 150; i++) read[i].dead = kPage;
  const Bloat many = estimate(read, 100'000, kPage, std::nullopt);
  const Bloat few = estimate(read, 400, kPage, std::nullopt);
  const double wide = share(many.high - many.low, 100'000);
  const double narrow = share(few.high - few.low, 400);
  EXPECT_LT(narrow, wide * 0.51);
  EXPECT_GT(narrow, 0);
}

TEST(Bloat, SampleWithoutAnyBloatDoesNotRuleItOut) {
  const Bloat bloat = estimate(pages(300, {}), 100'000, kPage, std::nullopt);
  EXPECT_EQ(bloat.bytes, 0);
  EXPECT_EQ(bloat.low, 0);
  EXPECT_GT(bloat.high, 0);
}

TEST(Bloat, ReserveOfFillfactorIsNotBloat) {
  const double reserve = reserve_bytes(70, kPage);
  EXPECT_EQ(estimate(pages(10, {reserve, 0, reserve, 0}), 10, kPage, std::nullopt).bytes, 0);
  EXPECT_DOUBLE_EQ(
      estimate(pages(10, {reserve + 700, 0, reserve, 0}), 10, kPage, std::nullopt).bytes, 7000);
}

TEST(Bloat, DeadBytesCountWhereTheReserveIsUsedUp) {
  const double reserve = reserve_bytes(70, kPage);
  EXPECT_DOUBLE_EQ(estimate(pages(10, {0, 900, reserve, 0}), 10, kPage, std::nullopt).bytes, 9000);
  EXPECT_DOUBLE_EQ(exact({0, 9000, 10 * reserve, 0}).bytes, 9000);
}

TEST(Bloat, MapTellsOfPagesThatWereNotRead) {
  // The sample saw half of the pages empty, the map knows of 60 percent and is right.
  std::vector<PageWaste> read = pages(300, {0, 0, 0, 0});
  for (std::size_t i = 0; i < 150; i++) read[i] = {8168, 0, 0, 8160};
  const Bloat bloat = estimate(read, 100'000, kPage, 0.6 * 8160);
  EXPECT_EQ(bloat.method, BloatMethod::kMap);
  EXPECT_NEAR(share(bloat.bytes, 100'000), 0.6, 0.005);
  EXPECT_LT(share(bloat.high - bloat.low, 100'000), 0.01);
}

TEST(Bloat, SampleSetsAStaleMapRight) {
  // Deleted but not vacuumed: the map tells nothing.
  const Bloat deleted = estimate(pages(300, {40, 4000, 0, 0}), 100'000, kPage, 0.0);
  EXPECT_NEAR(share(deleted.bytes, 100'000), 4040 / kPage, 1e-9);
  // A map that is constantly too high.
  const Bloat high = estimate(pages(300, {100, 0, 0, 2000}), 100'000, kPage, 2000.0);
  EXPECT_NEAR(share(high.bytes, 100'000), 100 / kPage, 1e-9);
}

TEST(Bloat, MapAtRandomIsNotUsed) {
  std::vector<PageWaste> read = pages(300, {100, 0, 0, 0});
  for (std::size_t i = 0; i < 300; i += 2) read[i].expected = 8000;
  const Bloat bloat = estimate(read, 100'000, kPage, 8000.0);
  EXPECT_EQ(bloat.method, BloatMethod::kSample);
  EXPECT_NEAR(share(bloat.bytes, 100'000), 100 / kPage, 1e-9);
}

TEST(Bloat, IntervalCoversTheTruthOfManySamples) {
  // Bloat in one stretch, in alternate pages, and rising along the relation.
  const std::uint32_t population = 5000;
  const auto waste = [](int shape, std::uint32_t page) {
    if (shape == 0) return page >= 1200 && page < 2900 ? kPage : 0.0;
    if (shape == 1) return page % 2 == 0 ? kPage : 0.0;
    return kPage * page / 5000.0;
  };
  for (int shape = 0; shape < 3; shape++) {
    double truth = 0;
    for (std::uint32_t page = 0; page < population; page++) truth += waste(shape, page);
    int covered = 0;
    for (std::uint64_t seed = 0; seed < 200; seed++) {
      std::vector<PageWaste> read;
      for (std::uint32_t page : choose_pages(0, population, seed)) {
        read.push_back({0, waste(shape, page), 0, 0});
      }
      const Bloat bloat = estimate(read, population, kPage, std::nullopt);
      if (bloat.low <= truth && truth <= bloat.high) covered++;
    }
    EXPECT_GE(covered, 188) << "shape " << shape;
  }
}

TEST(Bloat, PercentHasTwoDecimalsAndStaysInBounds) {
  EXPECT_EQ(percent(1, 3), "33.33");
  EXPECT_EQ(percent(0, 8192), "0.00");
  EXPECT_EQ(percent(9000, 8192), "100.00");
}

}  // namespace
}  // namespace pgscale
