#pragma once

#include <cstdint>
#include <functional>

namespace pgscale {

// Microseconds since 2000-01-01 00:00:00, PostgreSQL's epoch; the zone is told by the name that
// holds it ("local" or "instant", which is UTC).
using Micros = std::int64_t;

inline constexpr Micros kMicrosPerSecond = 1'000'000;
inline constexpr Micros kMicrosPerHour = 3600 * kMicrosPerSecond;
inline constexpr Micros kMicrosPerDay = 24 * kMicrosPerHour;

// PostgreSQL's interval: the three parts are kept apart because months and days have no fixed
// length.
struct Interval {
  std::int32_t months = 0;
  std::int32_t days = 0;
  Micros micros = 0;
};

// A date and time on the proleptic Gregorian calendar; year 0 is 1 BC.
struct Civil {
  std::int64_t year;
  int month;  // 1 to 12
  int day;    // 1 to 31
  Micros time_of_day;
};

[[nodiscard]] Civil to_civil(Micros local);
[[nodiscard]] Micros from_civil(const Civil& civil);

// How a time zone maps instants to the clock on its walls and back. The server's own time zone
// database answers in production, so that pgscale and SQL never disagree.
struct Zone {
  std::function<Micros(Micros instant)> to_local;
  std::function<Micros(Micros local)> to_instant;

  static Zone utc();
};

// instant + times x interval as PostgreSQL computes timestamptz + interval: months, then days on
// the zone's calendar (the day clipped to the length of the month), then the exact time. What would
// lie beyond the times PostgreSQL can hold is the largest (or smallest) Micros: no sum ever wraps
// around.
[[nodiscard]] Micros add(Micros instant, const Interval& interval, std::int64_t times,
                         const Zone& zone);

}  // namespace pgscale
