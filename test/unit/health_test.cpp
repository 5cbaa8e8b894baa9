#include "core/health.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "core/failure.h"

namespace pgscale {
namespace {

constexpr auto kOk = HealthStatus::kOk;
constexpr auto kUnknown = HealthStatus::kUnknown;
constexpr auto kWarning = HealthStatus::kWarning;
constexpr auto kCritical = HealthStatus::kCritical;

TEST(Judge, CallsHighValuesBad) {
  const Threshold high{80, 95};
  EXPECT_EQ(judge(79.9, high, Bad::kHigh), kOk);
  EXPECT_EQ(judge(80, high, Bad::kHigh), kWarning);
  EXPECT_EQ(judge(94.9, high, Bad::kHigh), kWarning);
  EXPECT_EQ(judge(95, high, Bad::kHigh), kCritical);
}

TEST(Judge, CallsLowValuesBad) {
  const Threshold low{10, 5};
  EXPECT_EQ(judge(10.1, low, Bad::kLow), kOk);
  EXPECT_EQ(judge(10, low, Bad::kLow), kWarning);
  EXPECT_EQ(judge(5.1, low, Bad::kLow), kWarning);
  EXPECT_EQ(judge(5, low, Bad::kLow), kCritical);
  EXPECT_EQ(judge(7, {10, std::nullopt}, Bad::kLow), kWarning) << "with one threshold, too";
  EXPECT_EQ(judge(11, {10, std::nullopt}, Bad::kLow), kOk);
}

TEST(Judge, KnowsThresholdsThatAreNever) {
  EXPECT_EQ(judge(1, {std::nullopt, 1}, Bad::kHigh), kCritical);
  EXPECT_EQ(judge(0, {std::nullopt, 1}, Bad::kHigh), kOk);
  EXPECT_EQ(judge(1e9, {1, std::nullopt}, Bad::kHigh), kWarning);
  EXPECT_EQ(judge(1e9, {std::nullopt, std::nullopt}, Bad::kHigh), kOk);
}

TEST(Judge, NeverCallsTheUnknownOk) {
  EXPECT_EQ(judge(std::nullopt, {80, 95}, Bad::kHigh), kUnknown);
  EXPECT_EQ(judge(std::nullopt, {10, 5}, Bad::kLow), kUnknown);
  EXPECT_EQ(judge(std::nan(""), {80, 95}, Bad::kHigh), kUnknown);
}

TEST(Checks, AreWrittenOutAndNamedOnce) {
  std::set<std::string> names;
  for (const Check& check : checks()) {
    EXPECT_TRUE(names.insert(check.name).second) << check.name;
    EXPECT_STRNE(check.area, "") << check.name;
    EXPECT_STRNE(check.unit, "") << check.name;
    EXPECT_STRNE(check.meaning, "") << check.name;
    EXPECT_STRNE(check.action, "") << check.name;
    EXPECT_TRUE(check.threshold.warning || check.threshold.critical) << check.name;
    EXPECT_NO_THROW(validate(check, check.threshold)) << check.name;
    EXPECT_EQ(&find_check(check.name), &check);
  }
}

TEST(Thresholds, AreRefusedWhereNobodyCanMeanThem) {
  const Check& high = find_check("blocked");
  const Check& low = find_check("disk_free");
  EXPECT_THROW((void)find_check("no such check"), Failure);
  EXPECT_THROW(validate(high, {std::nan(""), 2}), Failure);
  EXPECT_THROW(validate(high, {1, std::numeric_limits<double>::infinity()}), Failure);
  EXPECT_THROW(validate(high, {2, 1}), Failure);
  EXPECT_THROW(validate(low, {1, 2}), Failure);
  EXPECT_NO_THROW(validate(high, {std::nullopt, std::nullopt}));
  EXPECT_NO_THROW(validate(high, {1, 1}));
}

}  // namespace
}  // namespace pgscale
