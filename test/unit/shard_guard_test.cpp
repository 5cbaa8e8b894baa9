#include "core/shard_guard.h"

#include <gtest/gtest.h>

namespace pgscale {
namespace {

constexpr auto kAllow = CrossShardWrites::kAllow;
constexpr auto kWarn = CrossShardWrites::kWarn;
constexpr auto kError = CrossShardWrites::kError;

TEST(ShardWrites, OneShardIsFineHoweverOften) {
  ShardWrites writes;
  EXPECT_EQ(writes.first(), 0u);
  EXPECT_EQ(writes.note(7, 1, kError), Verdict::kFine);
  EXPECT_EQ(writes.note(7, 2, kError), Verdict::kFine);
  EXPECT_EQ(writes.first(), 7u);
}

TEST(ShardWrites, TheSecondIsJudgedByThePolicy) {
  ShardWrites writes;
  EXPECT_EQ(writes.note(7, 1, kError), Verdict::kFine);
  EXPECT_EQ(writes.note(8, 1, kError), Verdict::kRefuse);
  EXPECT_EQ(writes.note(8, 1, kError), Verdict::kRefuse) << "it was not written to";
  EXPECT_EQ(writes.note(8, 1, kWarn), Verdict::kWarn);
  EXPECT_EQ(writes.note(9, 1, kWarn), Verdict::kFine) << "one warning is enough";
  EXPECT_EQ(writes.note(9, 1, kError), Verdict::kFine) << "it is written to already";
}

TEST(ShardWrites, WhatIsAllowedIsRememberedAllTheSame) {
  ShardWrites writes;
  EXPECT_EQ(writes.note(7, 1, kAllow), Verdict::kFine);
  EXPECT_EQ(writes.note(8, 1, kAllow), Verdict::kFine);
  EXPECT_EQ(writes.note(9, 1, kWarn), Verdict::kWarn);
}

TEST(ShardWrites, WhatIsRolledBackDoesNotCount) {
  ShardWrites writes;
  EXPECT_EQ(writes.note(7, 2, kError), Verdict::kFine);
  writes.roll_back(2);
  EXPECT_EQ(writes.note(8, 1, kError), Verdict::kFine);
  EXPECT_EQ(writes.note(7, 2, kError), Verdict::kRefuse);
}

TEST(ShardWrites, WhatASubtransactionLeavesBelongsToTheOneAround) {
  ShardWrites writes;
  EXPECT_EQ(writes.note(7, 3, kError), Verdict::kFine);
  writes.release(3);
  writes.roll_back(3);  // another one of that level
  EXPECT_EQ(writes.note(8, 2, kError), Verdict::kRefuse);
  writes.roll_back(2);
  EXPECT_EQ(writes.note(8, 2, kError), Verdict::kFine);
}

TEST(ShardWrites, AWriteInASubtransactionDoesNotTakeTheOuterOneWithIt) {
  ShardWrites writes;
  EXPECT_EQ(writes.note(7, 1, kError), Verdict::kFine);
  EXPECT_EQ(writes.note(7, 2, kError), Verdict::kFine);
  writes.roll_back(2);
  EXPECT_EQ(writes.note(8, 1, kError), Verdict::kRefuse);
}

TEST(ShardWrites, TheNextTransactionBeginsAnew) {
  ShardWrites writes;
  EXPECT_EQ(writes.note(7, 1, kWarn), Verdict::kFine);
  EXPECT_EQ(writes.note(8, 1, kWarn), Verdict::kWarn);
  writes.reset();
  EXPECT_EQ(writes.note(8, 1, kWarn), Verdict::kFine);
  EXPECT_EQ(writes.note(7, 1, kWarn), Verdict::kWarn);
}

TEST(TargetScan, OnlyWithoutConditionAndPermissionIsItRefused) {
  EXPECT_EQ(judge({false, false}), Verdict::kRefuse);
  EXPECT_EQ(judge({true, false}), Verdict::kFine);
  EXPECT_EQ(judge({false, true}), Verdict::kFine);
}

}  // namespace
}  // namespace pgscale
