#include "core/file_sizes.h"

#include <gtest/gtest.h>

namespace pgscale {
namespace {

constexpr ParallelHelp kDefaults{true, 2, 1000};

TEST(FileSizes, FewFilesAreMeasuredWithoutHelp) {
  EXPECT_EQ(helpers_for(0, kDefaults), 0);
  EXPECT_EQ(helpers_for(9999, kDefaults), 0);
}

TEST(FileSizes, EachHelperIsWorthItsStart) {
  EXPECT_EQ(helpers_for(10000, kDefaults), 1);
  EXPECT_EQ(helpers_for(29999, kDefaults), 1);
  EXPECT_EQ(helpers_for(30000, kDefaults), 2);
  EXPECT_EQ(helpers_for(89999, {true, 8, 1000}), 2);
  EXPECT_EQ(helpers_for(90000, {true, 8, 1000}), 3);
  EXPECT_EQ(helpers_for(30000, {true, 8, 250}), 3);
}

TEST(FileSizes, NoMoreHelpersThanTheServerAllowsAQuery) {
  EXPECT_EQ(helpers_for(10000000, kDefaults), 2);
  EXPECT_EQ(helpers_for(10000000, {true, 0, 1000}), 0);
}

TEST(FileSizes, HelpThatCostsNothingIsAlwaysTaken) {
  EXPECT_EQ(helpers_for(1, {true, 2, 0}), 1);
  EXPECT_EQ(helpers_for(3, {true, 2, 0}), 2);
  EXPECT_EQ(helpers_for(0, {true, 2, 0}), 0);
}

TEST(FileSizes, NoHelpWhereNoneIsPossible) { EXPECT_EQ(helpers_for(100000, {false, 2, 0}), 0); }

TEST(FileSizes, ACostBeyondAllNumbersMeansNoHelp) {
  EXPECT_EQ(helpers_for(10000000, {true, 2, 1.7e308}), 0);
}

}  // namespace
}  // namespace pgscale
