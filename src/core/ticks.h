#pragma once

#include <string>
#include <vector>

#include "core/calendar.h"

namespace pgscale {

// A mark on an axis of a plot.
struct Tick {
  double at;
  std::string label;
};

// What the numbers on an axis are.
enum class Quantity { kCount, kBytes, kPercent, kSeconds };
[[nodiscard]] std::string quantity_text(Quantity quantity, double value, double step = 0);

// An axis whose ends are round numbers around the values; from 0 on unless the values vary little.
struct NumberAxis {
  double low;
  double high;
  std::vector<Tick> ticks;

  [[nodiscard]] double share(double value) const { return (value - low) / (high - low); }
};
[[nodiscard]] NumberAxis number_axis(double least, double most, Quantity quantity, int wanted);

// Round numbers between the ends, at most `wanted`.
[[nodiscard]] std::vector<Tick> number_ticks(double from, double to, Quantity quantity, int wanted);

// Full hours, days, months or years of the zone from one instant to the other, about `wanted`. The
// first label says what the others leave out.
[[nodiscard]] std::vector<Tick> time_ticks(Micros from, Micros to, int wanted, const Zone& zone);

}  // namespace pgscale
