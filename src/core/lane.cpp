#include "core/lane.h"

#include <algorithm>

#include "core/plot.h"
#include "core/ticks.h"
#include "core/units.h"

namespace pgscale {
namespace {

// A partition this many times wider than usual is cut short at the end of a lane: thirty years
// before the first month would leave no room for the months.
constexpr double kTooWide = 12;
constexpr double kShownOfUnbounded = 2;

constexpr double kPlaces = 24;

// A hole narrower than this part of the narrowest merged bar cannot be seen.
constexpr double kInvisible = 0.25;

double usual_width(const std::vector<LanePartition>& partitions) {
  std::vector<double> widths;
  for (const LanePartition& partition : partitions) {
    if (partition.lower && partition.upper) widths.push_back(*partition.upper - *partition.lower);
  }
  if (widths.empty()) return 1;
  const auto middle = widths.begin() + static_cast<std::ptrdiff_t>(widths.size() / 2);
  std::nth_element(widths.begin(), middle, widths.end());
  return *middle;
}

LaneUse use_of(const LanePartition& partition, const std::optional<double>& now) {
  if (partition.detach_pending) return LaneUse::kPending;
  const bool is_ahead = now && partition.lower && *partition.lower > *now;
  return is_ahead ? LaneUse::kAhead : LaneUse::kData;
}

LaneBar bar_of(const LanePartition& partition, double from, double to, LaneUse use) {
  return {from,
          to,
          partition.lower,
          partition.upper,
          use,
          1,
          partition.rows,
          partition.bytes,
          partition.name,
          partition.holds};
}

LaneBar hole(double from, double to) {
  return {from, to, from, to, LaneUse::kHole, 0, {}, {}, {}, {}};
}

// Up to now, unless that is so long ago that the partitions would be lost.
void reach_for_now(LaneBars& result, const std::optional<double>& now) {
  const double end = result.bars.back().to;
  if (!now || *now <= end || *now - end > end - result.bars.front().from) return;
  result.bars.push_back(hole(end, *now));
}

// One bar for each partition and each hole; ends that are unbounded or far away are cut.
LaneBars single_bars(const Lane& lane) {
  const double usual = usual_width(lane.partitions);
  LaneBars result{0, 1, {}, false, false};
  const std::size_t count = lane.partitions.size();
  for (std::size_t i = 0; i < count; i++) {
    const LanePartition& partition = lane.partitions[i];
    const double anchor = result.bars.empty() ? 0 : result.bars.back().to;
    double from = partition.lower.value_or(partition.upper ? *partition.upper - usual : anchor);
    double to = partition.upper.value_or(from + kShownOfUnbounded * usual);
    if (i == 0 && (!partition.lower || (to - from > kTooWide * usual && count > 2))) {
      from = to - kShownOfUnbounded * usual;
      result.open_below = true;
    }
    if (i + 1 == count && (!partition.upper || (to - from > kTooWide * usual && count > 2))) {
      to = from + kShownOfUnbounded * usual;
      result.open_above = true;
    }
    if (!result.bars.empty() && from > result.bars.back().to) {
      result.bars.push_back(hole(result.bars.back().to, from));
    }
    result.bars.push_back(bar_of(partition, from, to, use_of(partition, lane.now)));
  }
  if (!result.bars.empty()) {
    if (!result.open_above) reach_for_now(result, lane.now);
    result.from = result.bars.front().from;
    result.to = result.bars.back().to;
  }
  // A few partitions without order need not fill the page.
  if (lane.scale == LaneScale::kPlaces) result.to = std::max(result.to, result.from + kPlaces);
  return result;
}

// What is known of either.
std::optional<double> sum(const std::optional<double>& a, const std::optional<double>& b) {
  if (!a && !b) return std::nullopt;
  return a.value_or(0) + b.value_or(0);
}

void take_in(LaneBar& bar, const LaneBar& next) {
  bar.to = next.to;
  bar.upper = next.upper;
  bar.partitions += next.partitions;
  bar.rows = sum(bar.rows, next.rows);
  bar.bytes = sum(bar.bytes, next.bytes);
}

bool may_join(const LaneBar& bar, const LaneBar& next, double width) {
  if (next.use == LaneUse::kHole) return next.to - next.from < width * kInvisible;
  return bar.use == next.use && next.to - bar.from <= width * 1.0001;
}

LaneBars merged(LaneBars single, double width) {
  LaneBars result = single;
  result.bars.clear();
  for (const LaneBar& bar : single.bars) {
    if (!result.bars.empty() && result.bars.back().use != LaneUse::kHole &&
        may_join(result.bars.back(), bar, width)) {
      take_in(result.bars.back(), bar);
    } else {
      result.bars.push_back(bar);
    }
  }
  return result;
}

std::string position_text(const Lane& lane, double position) {
  if (lane.scale == LaneScale::kTime) {
    return time_text(lane.zone.to_local(static_cast<Micros>(position)));
  }
  return count_text(position);
}

std::string range_text(const Lane& lane, const LaneBar& bar) {
  if (!bar.lower && !bar.upper) return "all";
  if (!bar.lower) return "below " + position_text(lane, *bar.upper);
  if (!bar.upper) return position_text(lane, *bar.lower) + " and above";
  return position_text(lane, *bar.lower) + " to " + position_text(lane, *bar.upper);
}

// "orders_p2026_10: 2026-10-01 to 2026-11-01, 94 k rows, 16 MB"
std::string bar_text(const Lane& lane, const LaneBar& bar) {
  std::string text;
  if (bar.use == LaneUse::kHole) {
    text = "no partition";
  } else if (bar.partitions == 1) {
    text = bar.name;
  } else {
    text = std::to_string(bar.partitions) + " partitions from " + bar.name;
  }
  if (lane.scale != LaneScale::kPlaces) {
    text += ": " + range_text(lane, bar);
  } else if (bar.partitions == 1 && !bar.holds.empty()) {
    text += ": " + bar.holds;
  }
  if (bar.rows) text += ", " + count_text(*bar.rows) + " rows";
  if (bar.bytes) text += ", " + bytes_text(*bar.bytes);
  if (bar.use == LaneUse::kAhead) text += ", ahead";
  if (bar.use == LaneUse::kPending) text += ", detach pending";
  return text;
}

Html class_of(LaneUse use) {
  switch (use) {
    case LaneUse::kAhead: return Html("ahead");
    case LaneUse::kPending: return Html("pending");
    case LaneUse::kHole: return Html("hole");
    case LaneUse::kData: break;
  }
  return Html("data");
}

constexpr double kSkyline = 44;  // the largest partition
constexpr double kStrip = 8;     // each partition, however small
constexpr double kTop = 14;
constexpr int kTicks = 8;
constexpr std::size_t kDense = 80;  // bars, from which on they leave no room for lines between them

double mean_bytes(const LaneBar& bar) {
  return bar.partitions == 0 ? 0 : bar.bytes.value_or(0) / static_cast<double>(bar.partitions);
}

double largest_mean(const LaneBars& bars) {
  double largest = 0;
  for (const LaneBar& bar : bars.bars) largest = std::max(largest, mean_bytes(bar));
  return largest;
}

class LaneDrawing {
 public:
  // Where no size is known, or all are 0, there is no skyline over the strip.
  LaneDrawing(const Lane& lane, const LaneBars& bars)
      : lane_(lane),
        bars_(bars),
        largest_(largest_mean(bars)),
        foot_(kTop + kStrip + (largest_ > 0 ? kSkyline : 0)) {}

  [[nodiscard]] double height() const {
    return foot_ + (lane_.scale == LaneScale::kPlaces ? 6 : 26);
  }

  [[nodiscard]] double percent(double position) const {
    return 100 * (position - bars_.from) / (bars_.to - bars_.from);
  }

  [[nodiscard]] Html bar(const LaneBar& bar) const {
    const double height =
        tenths(kStrip + (largest_ > 0 ? kSkyline * mean_bytes(bar) / largest_ : 0));
    Html rect("<rect class=\"");
    rect << class_of(bar.use) << "\" x=\"" << Decimal{percent(bar.from)} << "%\" width=\""
         << Decimal{percent(bar.to) - percent(bar.from)} << "%\" y=\"" << Decimal{foot_ - height}
         << "\" height=\"" << Decimal{height} << "\"><title>" << Text{bar_text(lane_, bar)}
         << "</title></rect>";
    return rect;
  }

  [[nodiscard]] Html now() const {
    if (!lane_.now || *lane_.now < bars_.from || *lane_.now > bars_.to) return {};
    const double x = percent(*lane_.now);
    Html mark("<line class=\"now\" x1=\"");
    mark << Decimal{x} << "%\" x2=\"" << Decimal{x} << "%\" y1=\"" << Decimal{kTop - 2}
         << "\" y2=\"" << Decimal{foot_ + 4} << "\"/><text class=\"now\" x=\"" << Decimal{x}
         << "%\" y=\"" << Decimal{kTop - 5} << "\"" << text_anchor(x, "now") << ">now</text>";
    return mark;
  }

  [[nodiscard]] Html axis() const {
    std::vector<Tick> percents = ticks();
    for (Tick& tick : percents) tick.at = percent(tick.at);
    return axis_marks(percents, foot_);
  }

 private:
  [[nodiscard]] std::vector<Tick> ticks() const {
    switch (lane_.scale) {
      case LaneScale::kTime:
        return time_ticks(static_cast<Micros>(bars_.from), static_cast<Micros>(bars_.to), kTicks,
                          lane_.zone);
      case LaneScale::kNumber: return number_ticks(bars_.from, bars_.to, Quantity::kCount, kTicks);
      case LaneScale::kPlaces: break;
    }
    return {};
  }

  const Lane& lane_;
  const LaneBars& bars_;
  double largest_;
  double foot_;
};

}  // namespace

LaneBars lane_bars(const Lane& lane, std::size_t most) {
  LaneBars single = single_bars(lane);
  if (single.bars.size() <= most || most == 0) return single;
  return merged(single, (single.to - single.from) / static_cast<double>(most));
}

std::size_t count_holes(const Lane& lane) {
  std::size_t holes = 0;
  for (std::size_t i = 1; i < lane.partitions.size(); i++) {
    const auto& end = lane.partitions[i - 1].upper;
    const auto& begin = lane.partitions[i].lower;
    if (end && begin && *begin > *end) holes++;
  }
  return holes;
}

Html lane_plot(const Lane& lane, std::size_t most_bars) {
  const LaneBars bars = lane_bars(lane, most_bars);
  if (bars.bars.empty()) return {};
  const LaneDrawing drawing(lane, bars);
  Html svg("<svg class=\"lane");
  if (bars.bars.size() > kDense) svg << " dense";
  svg << "\" role=\"img\" width=\"100%\" height=\"" << Decimal{drawing.height()}
      << "\" aria-label=\"" << Text{lane.title} << "\">";
  for (const LaneBar& bar : bars.bars) svg << drawing.bar(bar);
  svg << drawing.axis() << drawing.now() << "</svg>";
  return svg;
}

}  // namespace pgscale
