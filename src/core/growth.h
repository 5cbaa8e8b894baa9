#pragma once

#include <optional>
#include <vector>

#include "core/calendar.h"
#include "core/point.h"

namespace pgscale {

// How far the rows of a set over numbers had come at a time of the policies' clock.
struct Milestone {
  Micros at;
  Point reached;
};

// How long milestones are kept.
inline constexpr Micros kMilestonesKept = 8 * kMicrosPerDay;

// For so long there are partitions ahead unless the policy says otherwise: an outage of maintenance
// of a day is survived.
inline constexpr Interval kUsualAhead{0, 1, 0};

// Whether it is time to write the next one down. `history` is in the order of time.
[[nodiscard]] bool wants_milestone(const std::vector<Milestone>& history, Micros now);

// By how much the numbers usually grow in a day: the median of the last seven days, so that a bulk
// load or an outage of one day changes nothing. Empty before three days are known: the first load
// of a table is no growth. What was reached before numbers fell, by TRUNCATE say, is not looked at.
[[nodiscard]] std::optional<Point> usual_growth(const std::vector<Milestone>& history,
                                                const Milestone& now);

// How many partitions of that width last for so long at this growth, at most a thousand.
[[nodiscard]] int partitions_for(Point daily_growth, const Interval& ahead, Point width);

}  // namespace pgscale
