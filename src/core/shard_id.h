#pragma once

#include <cstdint>
#include <optional>

#include "core/calendar.h"

namespace pgscale {

// An id is a bigint that is never negative. From the highest bit: 41 bits of milliseconds since
// 2025-01-01 UTC, 10 bits of the number of a shard (0: the coordinator), 1 bit that says who made
// it, 11 bits that count within the millisecond. So ids sort by the time they were made.
enum class IdMaker { kCoordinator, kShard };

struct IdParts {
  Micros made_at;
  int number;
  int sequence;  // the lowest 12 bits: from 2048 on it was made on the shard itself
};

// The milliseconds and the count within, as one number that only ever grows. No tick is used twice,
// whatever number it is joined with.
using Tick = std::int64_t;
inline constexpr Tick kTicksPerMilli = 2048;
inline constexpr Tick kLastTick = (Tick{1} << 52) - 1;

// The first tick of the moment; 0 before 2025. Throws Failure (54000) when the bits have run out.
[[nodiscard]] Tick tick_at(Micros now);

[[nodiscard]] std::int64_t id_of(Tick tick, int number, IdMaker maker);
// Throws Failure (22003) for what can be no id.
[[nodiscard]] IdParts parts_of(std::int64_t id);

// Ticks, both ends included.
struct TickRange {
  Tick first;
  Tick last;
};

// For whom ticks are reserved: all sessions of the server together, which use them up to a moment
// that is not far, or one session, which loses those that it has not used when its millisecond is
// over.
enum class TickPool { kServer, kSession };

// What to take next when all ticks up to `taken` may have been used. Where the clock was set back,
// or stood still under load, it goes on from there. Throws Failure (54000).
[[nodiscard]] TickRange reservation(std::optional<Tick> taken, Tick now, TickPool pool);

}  // namespace pgscale
