#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/calendar.h"
#include "core/html.h"
#include "core/ticks.h"

namespace pgscale {

// Plots as inline SVG. Their width is that of the page, and text in them keeps its size: positions
// across are in percent, and only lines are stretched. Colours are classes of the page's style.

struct Period {
  Micros from;
  Micros to;
};

struct Measurement {
  Micros at;
  double value;
};

// What it means when no value was taken: nothing is known, or nothing has changed.
enum class Missing { kGap, kUnchanged };

// Values in the order of time.
struct Series {
  std::string title;
  Quantity quantity = Quantity::kCount;
  Missing missing = Missing::kGap;
  std::vector<Measurement> points;
};

// The runs of points that a line may join: longer pauses than usual part them.
[[nodiscard]] std::vector<std::vector<Measurement>> segments(const Series& series);

// A line over the period with its axes; each stretch tells its value when it is pointed at.
[[nodiscard]] Html line_plot(const Series& series, const Period& period, const Zone& zone);

// Marks and labels under a plot whose foot is at `foot`; the ticks lie at percents of the width.
// Every second label gives way on a narrow page.
[[nodiscard]] Html axis_marks(const std::vector<Tick>& percents, double foot);
// A length rounded to what can be seen, so that it is short.
[[nodiscard]] double tenths(double value);

// Under the middle of a label, or at one of its ends where it would leave the page.
[[nodiscard]] Html text_anchor(double percent, std::string_view label);

// A line the size of a word, without axes.
[[nodiscard]] Html spark_line(const Series& series, const Period& period);

// A horizontal bar in a cell of a table; shares are 0 to 1.
[[nodiscard]] Html bar(double share);
// The same with an interval around its end.
[[nodiscard]] Html bar(double share, double low, double high);

}  // namespace pgscale
