#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/calendar.h"
#include "core/html.h"

namespace pgscale {

// What the positions of a lane are: instants in microseconds, numbers, or places in a row, for
// partitions that have no order of their own.
enum class LaneScale { kTime, kNumber, kPlaces };

struct LanePartition {
  std::string name;
  std::string holds;            // values or remainder, where the bounds do not say it
  std::optional<double> lower;  // empty: unbounded
  std::optional<double> upper;
  std::optional<double> rows;
  std::optional<double> bytes;
  bool detach_pending = false;
};

// The partitions of a set on one line, in the order of their lower bounds.
struct Lane {
  std::string title;
  LaneScale scale = LaneScale::kTime;
  Zone zone = Zone::utc();    // kTime
  std::optional<double> now;  // kTime
  std::vector<LanePartition> partitions;
};

enum class LaneUse { kData, kAhead, kPending, kHole };

// One or several neighbouring partitions, drawn as one bar.
struct LaneBar {
  double from;  // as it is drawn
  double to;
  std::optional<double> lower;  // as it is
  std::optional<double> upper;
  LaneUse use;
  std::size_t partitions;
  std::optional<double> rows;
  std::optional<double> bytes;
  std::string name;  // of the first partition
  std::string holds;
};

struct LaneBars {
  double from;  // ends of the axis
  double to;
  std::vector<LaneBar> bars;
  bool open_below = false;  // the first or last bar goes on beyond the axis
  bool open_above = false;
};

// Partitions, and the holes between them, as at most about `most` bars; holes too small to be seen
// are passed over only where there would be more bars.
[[nodiscard]] LaneBars lane_bars(const Lane& lane, std::size_t most);

// How many holes there are, however small.
[[nodiscard]] std::size_t count_holes(const Lane& lane);

// The timeline: height is size, hatched is ahead of now.
[[nodiscard]] Html lane_plot(const Lane& lane, std::size_t most_bars);

}  // namespace pgscale
