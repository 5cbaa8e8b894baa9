#pragma once

#include <cstdint>
#include <vector>

#include "core/axis.h"

namespace pgscale {

// The regular bounds a set aims at: origin + k x stride for every whole k. Each bound is computed
// from the origin, never from its neighbour, so that a set that starts on the 31st comes back to
// the 31st after February.
class Grid {
 public:
  Grid(const Axis& axis, Point origin, Stride stride)
      : axis_(axis), origin_(origin), stride_(stride) {}

  [[nodiscard]] Point at(Point index) const { return axis_.add(origin_, stride_, index); }
  // The last bound that is not above the position.
  [[nodiscard]] Point index_of(Point position) const;
  [[nodiscard]] Point floor(Point position) const { return at(index_of(position)); }
  [[nodiscard]] Point next_after(Point position) const { return at(index_of(position) + 1); }

 private:
  const Axis& axis_;
  Point origin_;
  Stride stride_;
};

// A usual length of the stride in units of the axis; exact for all but months and days.
[[nodiscard]] Point usual_length(const Stride& stride);

// Where a set without a start of its own begins to count: midnight on 1 January 2000, for whole
// weeks on Monday 3 January 2000, for parts of a day at the midnight before now, for numbers at 0.
[[nodiscard]] Point default_origin(const Axis& axis, const Stride& stride, Micros now);

// The parts of `wanted` that no range in `existing` covers, in order. `existing` may be unsorted.
[[nodiscard]] std::vector<Range> uncovered(const Range& wanted, std::vector<Range> existing);

// The gap cut at the grid's bounds: each piece starts where the one before it ends.
[[nodiscard]] std::vector<Range> cut(const Range& gap, const Grid& grid, const Axis& axis);

}  // namespace pgscale
