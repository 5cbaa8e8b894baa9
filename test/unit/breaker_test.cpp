#include "core/breaker.h"

#include <gtest/gtest.h>

namespace pgscale {
namespace {

constexpr PingTimes kTimes{500'000, 1'000'000};

TEST(Breaker, IsUnknownUntilItHasHeardOfTheShard) {
  const Breaker breaker(1);
  EXPECT_EQ(breaker.state(), BreakerState::kUnknown);
  EXPECT_FALSE(breaker.silent(0));
  EXPECT_FALSE(breaker.last_seen());
}

TEST(Breaker, OneMissedPingOpensAndOneAnswerCloses) {
  Breaker breaker(1);
  breaker.answered(0, 10, 3);
  EXPECT_EQ(breaker.state(), BreakerState::kClosed);
  EXPECT_EQ(breaker.since(), 10);
  breaker.missed(0, 20, "Connection refused");
  EXPECT_EQ(breaker.state(), BreakerState::kOpen);
  EXPECT_EQ(breaker.error(), "Connection refused");
  EXPECT_EQ(breaker.since(), 20);
  EXPECT_EQ(breaker.last_seen(), 10);
  breaker.answered(0, 30, 4);
  EXPECT_EQ(breaker.state(), BreakerState::kClosed);
  EXPECT_EQ(breaker.error(), "");
  EXPECT_EQ(breaker.since(), 30);
  EXPECT_EQ(breaker.round_trip(), 4);
}

TEST(Breaker, TellsSinceWhenAndNotWhenItLastLooked) {
  Breaker breaker(1);
  breaker.missed(0, 20, "first");
  breaker.missed(0, 30, "second");
  EXPECT_EQ(breaker.since(), 20);
  EXPECT_EQ(breaker.error(), "second");
  breaker.answered(0, 40, 1);
  breaker.answered(0, 50, 1);
  EXPECT_EQ(breaker.since(), 40);
  EXPECT_EQ(breaker.last_seen(), 50);
}

TEST(Breaker, IsClosedWhileAnyAddressAnswers) {
  Breaker breaker(2);
  breaker.missed(0, 10, "gone");
  EXPECT_EQ(breaker.state(), BreakerState::kUnknown) << "the other has not been heard of";
  EXPECT_TRUE(breaker.silent(0));
  breaker.answered(1, 20, 1);
  EXPECT_EQ(breaker.state(), BreakerState::kClosed);
  EXPECT_TRUE(breaker.silent(0)) << "who waits for this one waits in vain";
  EXPECT_FALSE(breaker.silent(1));
  EXPECT_EQ(breaker.error(), "");
  breaker.missed(1, 30, "gone, too");
  EXPECT_EQ(breaker.state(), BreakerState::kOpen);
}

TEST(Breaker, OpensWhereThereIsNowhereToAsk) {
  Breaker breaker(0);
  breaker.unreachable(10, "no such host");
  EXPECT_EQ(breaker.state(), BreakerState::kOpen);
  EXPECT_EQ(breaker.error(), "no such host");
}

TEST(Breaker, PingsAreAnIntervalApartAndOneAtATime) {
  EXPECT_EQ(next_ping(0, 1'000, kTimes), 500'000);
  EXPECT_EQ(next_ping(0, 1'000'000, kTimes), 1'000'000) << "the answer took longer";
}

// From the moment it freezes, right after an answer, a shard is found out within two seconds.
TEST(Breaker, FindsOutWithinTwoSeconds) {
  const Micros last_answer = 1'000;
  const Micros asked = next_ping(0, last_answer, kTimes);
  EXPECT_LT(asked + kTimes.timeout - last_answer, 2 * kMicrosPerSecond);
}

TEST(Breaker, AWordThatIsNotConfirmedRunsOut) {
  const Micros confirmed = next_ping(0, kTimes.timeout, kTimes) + kTimes.timeout;
  EXPECT_GT(holds_until(kTimes.timeout, kTimes), confirmed);
  EXPECT_LT(holds_until(0, kTimes), 10 * kMicrosPerSecond);
}

}  // namespace
}  // namespace pgscale
