#include "core/shard_id.h"

#include <gtest/gtest.h>

#include "core/failure.h"

namespace pgscale {
namespace {

constexpr Micros kEpoch2025 = 789004800LL * kMicrosPerSecond;  // 2025-01-01 in PostgreSQL's epoch
constexpr Micros kMilli = 1000;

TEST(ShardId, IsLaidOutAsDocumented) {
  EXPECT_EQ(id_of(tick_at(kEpoch2025), 0, IdMaker::kCoordinator), 0);
  EXPECT_EQ(id_of(tick_at(kEpoch2025 + kMilli), 0, IdMaker::kCoordinator), std::int64_t{1} << 22);
  EXPECT_EQ(id_of(5, 3, IdMaker::kCoordinator), (3 << 12) + 5);
  EXPECT_EQ(id_of(5, 3, IdMaker::kShard), (3 << 12) + 2048 + 5);
  EXPECT_EQ(id_of(kLastTick, 1023, IdMaker::kShard), INT64_MAX);
}

TEST(ShardId, PartsAreThoseThatItWasMadeOf) {
  const Micros moment = kEpoch2025 + 63'072'000'123 * kMilli;
  const IdParts parts = parts_of(id_of(tick_at(moment + 999) + 77, 512, IdMaker::kCoordinator));
  EXPECT_EQ(parts.made_at, moment);
  EXPECT_EQ(parts.number, 512);
  EXPECT_EQ(parts.sequence, 77);
  EXPECT_EQ(parts_of(id_of(77, 1, IdMaker::kShard)).sequence, 2048 + 77);
  EXPECT_THROW((void)parts_of(-1), Failure);
}

TEST(ShardId, SortsByTickWhateverTheNumber) {
  const Tick tick = tick_at(kEpoch2025 + kMicrosPerDay);
  EXPECT_LT(id_of(tick, 1023, IdMaker::kShard),
            id_of(tick + kTicksPerMilli, 0, IdMaker::kCoordinator));
  EXPECT_LT(id_of(tick, 7, IdMaker::kCoordinator), id_of(tick + 1, 7, IdMaker::kCoordinator));
}

TEST(ShardId, TimesBeyondTheBitsAreRefused) {
  EXPECT_EQ(tick_at(0), 0);
  EXPECT_LE(tick_at(kEpoch2025 + 25'000 * kMicrosPerDay), kLastTick);
  EXPECT_THROW((void)tick_at(kEpoch2025 + 26'000 * kMicrosPerDay), Failure);
}

TEST(TickReservation, NeverTakesATickTwice) {
  const Tick now = tick_at(kEpoch2025 + kMicrosPerDay);
  EXPECT_EQ(reservation(std::nullopt, now, TickPool::kSession).first, now);
  EXPECT_EQ(reservation(now - 10, now, TickPool::kSession).first, now);
  // The clock was set back, or the millisecond is used up.
  EXPECT_EQ(reservation(now + 5000, now, TickPool::kServer).first, now + 5001);
  EXPECT_EQ(reservation(now, now, TickPool::kServer).first, now + 1);
}

TEST(TickReservation, IsASecondForTheServerAndLittleForASession) {
  const TickRange server = reservation(std::nullopt, 0, TickPool::kServer);
  EXPECT_EQ(server.last - server.first + 1, 1000 * kTicksPerMilli);
  const TickRange session = reservation(std::nullopt, 0, TickPool::kSession);
  EXPECT_LT(session.last - session.first + 1, kTicksPerMilli);
}

TEST(TickReservation, EndsWithTheBits) {
  EXPECT_EQ(reservation(kLastTick - 1, 0, TickPool::kServer).last, kLastTick);
  EXPECT_THROW((void)reservation(kLastTick, 0, TickPool::kServer), Failure);
}

}  // namespace
}  // namespace pgscale
