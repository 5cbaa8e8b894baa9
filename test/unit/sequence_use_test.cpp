#include "core/sequence_use.h"

#include <gtest/gtest.h>

#include <limits>

namespace pgscale {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

std::int64_t high(ColumnKind kind, int digits = 0) { return range_of(kind, digits).high; }
std::int64_t low(ColumnKind kind, int digits = 0) { return range_of(kind, digits).low; }

TEST(RangeOf, IsThatOfTheType) {
  EXPECT_EQ(high(ColumnKind::kSmallint), 32767);
  EXPECT_EQ(low(ColumnKind::kSmallint), -32768);
  EXPECT_EQ(high(ColumnKind::kInteger), 2147483647);
  EXPECT_EQ(low(ColumnKind::kInteger), -2147483648);
  EXPECT_EQ(high(ColumnKind::kUnlimited), kMost);
  EXPECT_EQ(low(ColumnKind::kUnlimited), -kMost - 1);
}

TEST(RangeOf, IsWhatTheDigitsHold) {
  EXPECT_EQ(high(ColumnKind::kNumeric, 3), 999);
  EXPECT_EQ(low(ColumnKind::kNumeric, 3), -999);
  EXPECT_EQ(high(ColumnKind::kNumeric, 18), 999'999'999'999'999'999);
  EXPECT_EQ(high(ColumnKind::kNumeric, 19), kMost);
  EXPECT_EQ(high(ColumnKind::kNumeric, 0), 0);
  EXPECT_EQ(high(ColumnKind::kNumeric, -2), 0);
}

SequenceUse use(Oid sequence, Oid relation, ColumnKind kind, bool owned = false, int column = 1) {
  return {sequence, relation, column, owned, range_of(kind, 0), {}, {}};
}

TEST(NarrowestUses, KeepTheSmallestRangeOfEachSequence) {
  const auto uses =
      narrowest_uses({use(7, 1, ColumnKind::kUnlimited, true), use(5, 2, ColumnKind::kInteger),
                      use(7, 3, ColumnKind::kSmallint)});
  ASSERT_EQ(uses.size(), 2);
  EXPECT_EQ(uses[0].sequence, 5);
  EXPECT_EQ(uses[0].relation, 2);
  EXPECT_EQ(uses[1].sequence, 7);
  EXPECT_EQ(uses[1].relation, 3);
}

TEST(NarrowestUses, PreferTheOwnerThenTheOldestTable) {
  auto uses =
      narrowest_uses({use(7, 1, ColumnKind::kInteger), use(7, 9, ColumnKind::kInteger, true)});
  EXPECT_EQ(uses.front().relation, 9);
  uses = narrowest_uses({use(7, 8, ColumnKind::kInteger), use(7, 3, ColumnKind::kInteger, false, 4),
                         use(7, 3, ColumnKind::kInteger, false, 2)});
  ASSERT_EQ(uses.size(), 1);
  EXPECT_EQ(uses.front().relation, 3);
  EXPECT_EQ(uses.front().column, 2);
}

TEST(NarrowestUses, AreNoneOfNone) { EXPECT_TRUE(narrowest_uses({}).empty()); }

}  // namespace
}  // namespace pgscale
