#include "core/grid.h"

#include <algorithm>

namespace pgscale {
namespace {

constexpr Micros kUsualMonth = 2'629'746 * kMicrosPerSecond;  // 365.2425 days / 12

Point floor_div(Point a, Point b) { return a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0); }

}  // namespace

Point usual_length(const Stride& stride) {
  if (const auto* width = std::get_if<Point>(&stride)) return *width;
  const auto& interval = std::get<Interval>(stride);
  return static_cast<Point>(interval.months) * kUsualMonth +
         static_cast<Point>(interval.days) * kMicrosPerDay + interval.micros;
}

Point Grid::index_of(Point position) const {
  Point index = floor_div(position - origin_, usual_length(stride_));
  // The guess is exact for numbers and exact times; months and days of odd length may be off by a
  // few.
  while (at(index) > position) index--;
  while (at(index + 1) <= position) index++;
  return index;
}

Point default_origin(const Axis& axis, const Stride& stride, Micros now) {
  if (!is_time(axis.kind())) return 0;
  const auto& interval = std::get<Interval>(stride);
  const bool whole_weeks = interval.months == 0 && interval.micros == 0 && interval.days % 7 == 0;
  const bool part_of_day = interval.months == 0 && interval.days == 0;
  Micros local = whole_weeks ? from_civil({2000, 1, 3, 0}) : from_civil({2000, 1, 1, 0});
  if (part_of_day) {
    Civil today = to_civil(axis.zone().to_local(now));
    today.time_of_day = 0;
    local = from_civil(today);
  }
  return axis.kind() == KeyKind::kTimestampTz ? axis.zone().to_instant(local) : local;
}

std::vector<Range> uncovered(const Range& wanted, std::vector<Range> existing) {
  std::sort(existing.begin(), existing.end(),
            [](const Range& a, const Range& b) { return a.lower < b.lower; });
  std::vector<Range> gaps;
  End covered_to = wanted.lower;
  for (const Range& range : existing) {
    if (!(range.lower < wanted.upper)) break;
    if (covered_to < range.lower) gaps.push_back({covered_to, range.lower});
    if (covered_to < range.upper) covered_to = range.upper;
  }
  if (covered_to < wanted.upper) gaps.push_back({covered_to, wanted.upper});
  return gaps;
}

std::vector<Range> cut(const Range& gap, const Grid& grid, const Axis& axis) {
  std::vector<Range> pieces;
  End lower = gap.lower;
  while (lower < gap.upper && lower.kind != End::Kind::kMaximum) {
    const Point from = lower.kind == End::Kind::kMinimum ? axis.first() : lower.value;
    End upper = axis.end(grid.next_after(from));
    if (gap.upper < upper) upper = gap.upper;
    pieces.push_back({lower, upper});
    lower = upper;
  }
  return pieces;
}

}  // namespace pgscale
