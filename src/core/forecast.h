#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/axis.h"
#include "core/calendar.h"
#include "core/trend.h"

namespace pgscale {

// When something runs out: from the history of how much of it was left.

// A counter or a size as it was sampled. Whole numbers, because sequences count beyond the exact
// range of double.
struct Reading {
  Micros at;
  std::int64_t value;
};

// How a resource is used up: most grow to a limit, a descending sequence falls to it.
enum class Direction { kUp, kDown };

// What was left at each reading; below 0 beyond the limit.
[[nodiscard]] std::vector<Observation> left_until(const std::vector<Reading>& readings,
                                                  std::int64_t limit, Direction direction);

// What has not changed is not sampled: at the last of the times in each stretch of `span` back from
// now, the value is that of the last reading. Readings and times ascend, and there is one reading
// in a stretch at most.
[[nodiscard]] std::vector<Reading> repeated(const std::vector<Reading>& readings,
                                            const std::vector<Micros>& times, Micros now,
                                            Micros span);

enum class Confidence { kLow, kMedium, kHigh };
[[nodiscard]] const char* text(Confidence confidence);

struct Forecast {
  bool known = false;                    // false: nothing can be said, the note tells why
  std::optional<double> change_per_day;  // of what is left
  // When nothing will be left, and the range; each empty when that is more than a year away, or
  // never. Not before now.
  std::optional<Micros> at;
  std::optional<Micros> earliest;
  std::optional<Micros> latest;
  std::optional<Confidence> confidence;  // set where there is a trend to the limit
  std::optional<Micros> observed;        // length of the history used
  std::string note;
};

[[nodiscard]] Forecast unknown_forecast(std::string why);
// Nothing will run out.
[[nodiscard]] Forecast endless_forecast(std::string why);

// How much history is asked for.
struct Terms {
  Micros now;
  Micros stale = 2 * kMicrosPerHour;  // the sampling has stopped when nothing is newer
  Micros needed = kMicrosPerDay;
  Micros covered = 0;  // time before a point that it stands for
};

// By the trend of the level, from the last point on. What was freed at one stroke is no trend: if
// the level has not come back since to where it was, only what comes after counts; or only what
// came before, as long as there is more history of that.
[[nodiscard]] Forecast forecast_level(const std::vector<Observation>& left, const Terms& terms);

// By the trend of the most in each day, for what goes up and down with the hours. Days are counted
// back from now, and one counts that was watched for 18 hours; five are needed.
[[nodiscard]] Forecast forecast_peaks(const std::vector<Reading>& readings, std::int64_t limit,
                                      const Terms& terms);
// The most in each of these days, told by its end.
[[nodiscard]] std::vector<Reading> daily_maxima(const std::vector<Reading>& readings, Micros now);

// A table of this size should be partitioned before it grows on; one of a tenth is worth watching.
inline constexpr std::int64_t kLargeTable = 100LL * 1024 * 1024 * 1024;
inline constexpr std::int64_t kWatchedTable = kLargeTable / 10;
// A sequence is watched from here on.
inline constexpr std::int64_t kWatchedPercent = 10;

// The server assigns no transaction or multixact ID beyond this age: 3 million before the
// wraparound.
inline constexpr std::int64_t kStopAge = 2'144'483'647;

// For ages that VACUUM sets back, so that their level has no trend: the pace at which transactions
// used up IDs between two samples, over all that is left. No time is told up to the age at which
// autovacuum freezes by itself: so far nothing has failed.
[[nodiscard]] Forecast forecast_ids(const std::vector<Reading>& ages, std::int64_t limit,
                                    std::int64_t freezes_at, const Terms& terms);

// Where on the way up from `position` no range covers the line; empty when all of it is covered.
[[nodiscard]] std::optional<Point> first_uncovered(std::vector<Range> ranges, Point position);

// The moment is known without any history.
[[nodiscard]] Forecast forecast_exactly(Micros at, Micros now);

}  // namespace pgscale
