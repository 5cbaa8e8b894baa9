#include <algorithm>

#include "core/grid.h"
#include "core/growth.h"
#include "core/naming.h"
#include "core/wanted.h"

namespace pgscale {
namespace {

constexpr std::size_t kMostAtOnce = 100'000;

std::vector<Range> existing_ranges(const Inventory& inventory) {
  std::vector<Range> ranges;
  for (const Partition& partition : inventory.partitions) {
    if (std::holds_alternative<Range>(partition.bound)) ranges.push_back(intended_range(partition));
  }
  return ranges;
}

// The end of the period that starts at or holds `here`: that of the partition there, or the grid's
// next bound.
End period_end(const std::vector<Range>& existing, const Grid& grid, const Axis& axis,
               const End& here) {
  for (const Range& range : existing) {
    if (!(here < range.lower) && here < range.upper) return range.upper;
  }
  return axis.end(grid.next_after(here.value));
}

// Where the partition of the present begins. When there is none, the set has slept: then coverage
// chains on from the newest partition that ended, so that no hole is left. Older holes were made by
// somebody and stay.
End present_start(const std::vector<Range>& existing, const Grid& grid, const Axis& axis,
                  Point position) {
  const End here = End::at(position);
  End newest_end = End::minimum();
  for (const Range& range : existing) {
    if (here < range.lower) continue;
    if (here < range.upper) return range.lower;
    newest_end = std::max(newest_end, range.upper);
  }
  return newest_end.kind == End::Kind::kMinimum ? axis.end(grid.floor(position)) : newest_end;
}

// On the first run coverage also goes back to the start the user asked for, and for repair() to the
// oldest partition.
End coverage_start(const PartitionSet& set, const std::vector<Range>& existing, const Grid& grid,
                   Point position) {
  End start = present_start(existing, grid, *set.axis, position);
  if (set.policy.fill_from_origin && set.policy.origin) {
    start = std::min(start, End::at(*set.policy.origin));
  }
  if (!set.policy.fill_holes) return start;
  for (const Range& range : existing) start = std::min(start, range.lower);
  return start;
}

struct Coverage {
  End first_period_end;
  End premade;  // the end of the partitions that premake asks for
  End end;
};

// How many partitions a set over numbers is to have after the present one.
int premake_of_numbers(const PartitionSet& set) {
  const Interval ahead = set.policy.ahead.value_or(kUsualAhead);
  if (!set.inventory.growth) return set.policy.premake;
  return std::max(set.policy.premake, partitions_for(*set.inventory.growth, ahead,
                                                     std::get<Point>(*set.policy.interval)));
}

Coverage coverage(const PartitionSet& set, const std::vector<Range>& existing, const Grid& grid,
                  Point position) {
  const bool over_time = is_time(set.axis->kind());
  const int most = over_time ? set.policy.premake : premake_of_numbers(set);
  Coverage result;
  result.first_period_end = period_end(existing, grid, *set.axis, End::at(position));
  result.end = result.premade = result.first_period_end;
  auto extend = [&] { result.end = period_end(existing, grid, *set.axis, result.end); };
  for (int i = 0; i < most && result.end.kind == End::Kind::kValue; i++) {
    extend();
    if (i < set.policy.premake) result.premade = result.end;
  }
  if (!over_time || !set.policy.ahead || result.end.kind != End::Kind::kValue) return result;
  const Point horizon = set.axis->add(result.first_period_end.value, *set.policy.ahead);
  while (result.end.kind == End::Kind::kValue && result.end.value < horizon) extend();
  return result;
}

std::string reason_for(const Range& piece, Point position, const Coverage& covered,
                       const PartitionSet& set) {
  const End here = End::at(position);
  if (here < piece.lower) {
    if (piece.lower < covered.premade) {
      return "premake = " + std::to_string(set.policy.premake);
    }
    if (!set.inventory.growth) return "for the time ahead";
    const int scale = set.axis->kind() == KeyKind::kNumeric ? kNumericScale : 0;
    return "for growth by " + decimal_text(*set.inventory.growth, scale) + " a day";
  }
  if (here < piece.upper) return "covers the present";
  return set.policy.fill_from_origin && !set.policy.fill_holes ? "from start_at on"
                                                               : "closes a hole before the present";
}

Refusal too_many(std::size_t count) {
  return {Action::kCreate,
          "",
          "",
          Problem::kLimitExceeded,
          "more than " + std::to_string(count) + " partitions would be made",
          "Choose a longer interval, a later start_at or a smaller premake."};
}

Refusal before_all_keys(const Axis& axis) {
  return {Action::kCreate,
          "",
          "",
          Problem::kOutOfRange,
          "the times of the keys begin at " + axis.text(axis.first()) + ", after the present",
          "Check the epoch of the encoding."};
}

}  // namespace

Point current_position(const PartitionSet& set, Micros now) {
  if (is_time(set.axis->kind())) return set.axis->position(now);
  if (set.inventory.reached) return *set.inventory.reached;
  End lowest = End::maximum();
  for (const Range& range : existing_ranges(set.inventory)) lowest = std::min(lowest, range.lower);
  if (lowest.kind == End::Kind::kValue) return lowest.value;
  return set.policy.origin.value_or(0);
}

std::optional<Point> newest_regular_bound(const Inventory& inventory, const Axis& axis,
                                          const Stride& stride) {
  std::optional<Point> newest;
  for (const Range& range : existing_ranges(inventory)) {
    if (range.lower.kind != End::Kind::kValue || range.upper.kind != End::Kind::kValue) continue;
    if (axis.add(range.lower.value, stride) != range.upper.value) continue;
    if (!newest || *newest < range.lower.value) newest = range.lower.value;
  }
  return newest;
}

std::optional<Point> expiry(const PartitionSet& set, const End& upper) {
  if (!set.policy.retention || upper.kind != End::Kind::kValue) return std::nullopt;
  const Point end = set.axis->add(set.axis->at_or_after(upper), *set.policy.retention);
  if (end > largest(set.axis->kind())) return std::nullopt;
  return end;
}

WantedPartitions wanted_ranges(const PartitionSet& set, Micros now) {
  WantedPartitions wanted;
  const Axis& axis = *set.axis;
  const Stride& interval = *set.policy.interval;
  const Point origin = set.policy.origin.value_or(default_origin(axis, interval, now));
  const Grid grid(axis, origin, interval);
  const std::vector<Range> existing = existing_ranges(set.inventory);
  const Point position = current_position(set, now);
  if (position < axis.first()) {
    wanted.refusals.push_back(before_all_keys(axis));
    return wanted;
  }
  const Coverage covered = coverage(set, existing, grid, position);

  Range span{coverage_start(set, existing, grid, position), covered.end};
  if (set.policy.fill_holes) {
    for (const Range& range : existing) span.upper = std::max(span.upper, range.upper);
  }
  const bool is_bounded = span.lower.kind == End::Kind::kValue;
  if (is_bounded &&
      (position - span.lower.value) / usual_length(interval) > static_cast<Point>(kMostAtOnce)) {
    wanted.refusals.push_back(too_many(kMostAtOnce));
    span.lower = axis.end(grid.floor(position));
  }
  std::vector<Wanted> past;
  for (const Range& gap : uncovered(span, existing)) {
    for (const Range& piece : cut(gap, grid, axis)) {
      const std::optional<Point> end = expiry(set, piece.upper);
      if (end && *end <= position) continue;  // retention would take it at once
      Wanted item{range_name(axis, interval, piece.lower), piece,
                  reason_for(piece, position, covered, set)};
      const bool is_past = !(End::at(position) < piece.upper);
      (is_past ? past : wanted.missing).push_back(std::move(item));
    }
  }
  wanted.missing.insert(wanted.missing.end(), past.rbegin(), past.rend());
  if (is_time(axis.kind()) && covered.end.kind == End::Kind::kValue) {
    const End& end = covered.first_period_end;
    wanted.next_due = axis.instant(end.rank > 0 ? end.value + 1 : end.value);
  }
  return wanted;
}

}  // namespace pgscale
