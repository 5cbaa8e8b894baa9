#include "core/figures.h"

#include <gtest/gtest.h>

#include <limits>

namespace pgscale {
namespace {

constexpr auto kMost = std::numeric_limits<std::int64_t>::max();

TEST(Figures, PercentHasTwoDigits) {
  EXPECT_EQ(percent_hundredths(1, 4), 2500);
  EXPECT_EQ(percent_hundredths(1, 3), 3333);
  EXPECT_EQ(percent_hundredths(2, 3), 6667);
  EXPECT_EQ(percent_hundredths(0, 7), 0);
  EXPECT_EQ(percent_hundredths(7, 7), 10000);
}

TEST(Figures, PercentRoundsHalvesAwayFromZero) {
  EXPECT_EQ(percent_hundredths(1, 20'000), 1);  // 0.005 %
  EXPECT_EQ(percent_hundredths(-1, 20'000), -1);
  EXPECT_EQ(percent_hundredths(1, 20'001), 0);
  EXPECT_EQ(percent_hundredths(-1, 20'001), 0);
  EXPECT_EQ(percent_hundredths(1, -20'000), -1);
}

TEST(Figures, PercentOfNothingIsUnknown) {
  EXPECT_EQ(percent_hundredths(0, 0), std::nullopt);
  EXPECT_EQ(percent_hundredths(5, 0), std::nullopt);
}

TEST(Figures, PercentIsExactFarBeyondWhatADoubleHolds) {
  EXPECT_EQ(percent_hundredths(kMost - 1, kMost), 10000);
  EXPECT_EQ(percent_hundredths(kMost / 2, kMost), 5000);
  EXPECT_EQ(percent_hundredths(900'000'000'000'001, 10'000), 900'000'000'000'001);
}

TEST(Figures, PercentBeyondTheRangeIsItsEnd) {
  EXPECT_EQ(percent_hundredths(kMost, 1), kMost);
  EXPECT_EQ(percent_hundredths(-kMost, 1), std::numeric_limits<std::int64_t>::min());
}

TEST(Figures, ScansReadWholeTables) { EXPECT_EQ(bytes_scanned({2, 200, 1000, 100, 0}), 2000); }

TEST(Figures, ScansThatEndEarlyReadLess) {
  EXPECT_EQ(bytes_scanned({1000, 1000, 1000, 100, 0}), 10'000);
  EXPECT_EQ(bytes_scanned({1, 1, 1000, 3, 0}), 333);
  EXPECT_EQ(bytes_scanned({1, 1, 1000, 16, 0}), 63);  // 62.5
}

TEST(Figures, ScansAreWholeWhereNobodyKnowsTheRows) {
  EXPECT_EQ(bytes_scanned({3, 0, 1000, 0, 0}), 3000);
}

TEST(Figures, AScanReadsNoMoreThanTheLargestLeaf) {
  EXPECT_EQ(bytes_scanned({3, 600, 1000, 100, 400}), 1200);
  EXPECT_EQ(bytes_scanned({3, 60, 1000, 100, 400}), 600);
  EXPECT_EQ(bytes_scanned({2, 600, 1000, 100, 5000}), 2000);
}

TEST(Figures, ScansOfMoreThanFits) { EXPECT_EQ(bytes_scanned({kMost, kMost, kMost, 1, 0}), kMost); }

}  // namespace
}  // namespace pgscale
