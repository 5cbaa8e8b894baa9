#include "core/lag.h"

#include <gtest/gtest.h>

namespace pgscale {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

LagFacts streaming(std::int64_t bytes) {
  LagFacts facts;
  facts.kind = "physical";
  facts.state = "streaming";
  facts.bytes_behind = bytes;
  facts.silence = 3;
  facts.timeout = 60;
  return facts;
}

TEST(LagStatus, OnlyAStreamThatHasAllIsCaughtUp) {
  EXPECT_EQ(lag_status(streaming(0)), "caught_up");
  EXPECT_EQ(lag_status(streaming(1)), "behind");
  LagFacts facts = streaming(0);
  facts.state = "catchup";
  EXPECT_EQ(lag_status(facts), "behind");
  facts.state = "backup";
  EXPECT_EQ(lag_status(facts), "starting");
}

TEST(LagStatus, WhoIsGoneIsNeverCaughtUp) {
  LagFacts facts = streaming(0);
  facts.state = "none";
  EXPECT_EQ(lag_status(facts), "disconnected");
  facts = streaming(0);
  facts.silence = 61;
  EXPECT_EQ(lag_status(facts), "disconnected");
  facts.timeout = 0;
  EXPECT_EQ(lag_status(facts), "caught_up");
  facts.kind = "self";
  facts.state = "waiting";
  EXPECT_EQ(lag_status(facts), "disconnected");
  facts.wal_status = "lost";
  EXPECT_EQ(lag_status(facts), "lost");
}

TEST(LagStatus, WhatCannotBeSeenIsUnknown) {
  LagFacts facts = streaming(0);
  facts.bytes_behind.reset();
  EXPECT_EQ(lag_status(facts), "unknown");
  facts = streaming(0);
  facts.state.reset();
  EXPECT_EQ(lag_status(facts), "unknown");
}

TEST(LagStatus, PausedOnlyWhileSomethingWaits) {
  LagFacts facts = streaming(10);
  facts.paused = true;
  EXPECT_EQ(lag_status(facts), "paused");
  facts.bytes_behind = 0;
  EXPECT_EQ(lag_status(facts), "caught_up");
}

TEST(NextLook, DoublesWhileNothingMoves) {
  const microseconds left(10'000'000);
  EXPECT_EQ(next_look({1000, 0, microseconds(0), left}), milliseconds(1));
  EXPECT_EQ(next_look({1000, 0, microseconds(1000), left}), milliseconds(2));
  EXPECT_EQ(next_look({1000, 0, microseconds(90'000), left}), milliseconds(100));
}

TEST(NextLook, SleepsHalfOfTheWayThatIsLeft) {
  const microseconds left(10'000'000);
  EXPECT_EQ(next_look({4000, 1000, microseconds(10'000), left}), milliseconds(20));
  EXPECT_EQ(next_look({1, 1'000'000, microseconds(50'000), left}), milliseconds(1));
  EXPECT_EQ(next_look({1'000'000'000, 1, microseconds(50'000), left}), milliseconds(100));
}

TEST(NextLook, EndsAtTheDeadline) {
  EXPECT_EQ(next_look({1000, 0, microseconds(90'000), microseconds(7'200)}), milliseconds(8));
  EXPECT_EQ(next_look({1000, 0, microseconds(90'000), microseconds(1)}), milliseconds(1));
}

}  // namespace
}  // namespace pgscale
