#include "core/shard_id.h"

#include <algorithm>

#include "core/failure.h"

namespace pgscale {
namespace {

constexpr int kSequenceBits = 12;
constexpr int kNumberBits = 10;
constexpr int kCountBits = 11;  // of the sequence, less the bit of the maker

constexpr Micros kMicrosPerMilli = 1000;
// 2025-01-01, from PostgreSQL's epoch.
constexpr Micros kEpoch = 9132 * kMicrosPerDay;

// A second for the server: after a crash what is left of it is given up. For a session as many as a
// statement of some rows needs.
constexpr Tick kServerTicks = 1000 * kTicksPerMilli;
constexpr Tick kSessionTicks = 64;

constexpr std::int64_t low_bits(std::int64_t value, int bits) {
  return value & ((std::int64_t{1} << bits) - 1);
}

}  // namespace

Tick tick_at(Micros now) {
  const Micros millis = std::max<Micros>(now - kEpoch, 0) / kMicrosPerMilli;
  if (millis > kLastTick / kTicksPerMilli) {
    throw Failure(Problem::kLimitExceeded, "no ids are left",
                  "The time in an id ends in September 2094.");
  }
  return millis * kTicksPerMilli;
}

std::int64_t id_of(Tick tick, int number, IdMaker maker) {
  const std::int64_t millis = tick / kTicksPerMilli;
  const std::int64_t made_there = maker == IdMaker::kShard ? 1 : 0;
  return millis << (kNumberBits + kSequenceBits) | std::int64_t{number} << kSequenceBits |
         made_there << kCountBits | tick % kTicksPerMilli;
}

IdParts parts_of(std::int64_t id) {
  if (id < 0) {
    throw Failure(Problem::kOutOfRange, std::to_string(id) + " is no id of pgscale.next_id()");
  }
  return {(id >> (kNumberBits + kSequenceBits)) * kMicrosPerMilli + kEpoch,
          static_cast<int>(low_bits(id >> kSequenceBits, kNumberBits)),
          static_cast<int>(low_bits(id, kSequenceBits))};
}

TickRange reservation(std::optional<Tick> taken, Tick now, TickPool pool) {
  const Tick first = taken ? std::max(*taken + 1, now) : now;
  if (first > kLastTick) {
    throw Failure(Problem::kLimitExceeded, "no ids are left",
                  "The sequence pgscale.id_clock is at its end.");
  }
  const Tick size = pool == TickPool::kServer ? kServerTicks : kSessionTicks;
  return {first, std::min(first + size - 1, kLastTick)};
}

}  // namespace pgscale
