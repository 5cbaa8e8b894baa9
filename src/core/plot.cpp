#include "core/plot.h"

#include <algorithm>
#include <cmath>

#include "core/units.h"

namespace pgscale {
namespace {

constexpr double kWidth = 1000;  // of the stretched part; any number would do
constexpr double kTop = 16;
constexpr double kHeight = 132;
constexpr double kBottom = kTop + kHeight;
constexpr int kNumberTicks = 4;
constexpr int kTimeTicks = 8;
constexpr std::size_t kStretches = 60;

// A pause this many times the usual one is a gap.
constexpr double kLongPause = 2.5;

double share_of(const Period& period, Micros at) {
  return static_cast<double>(at - period.from) / static_cast<double>(period.to - period.from);
}

Micros usual_pause(const std::vector<Measurement>& points) {
  std::vector<Micros> pauses;
  for (std::size_t i = 1; i < points.size(); i++) {
    pauses.push_back(points[i].at - points[i - 1].at);
  }
  if (pauses.empty()) return 0;
  const auto middle = pauses.begin() + static_cast<std::ptrdiff_t>(pauses.size() / 2);
  std::nth_element(pauses.begin(), middle, pauses.end());
  return *middle;
}

// From the points to a path in a box; a single point becomes a dot (a line without length).
class Box {
 public:
  Box(const Period& period, const NumberAxis& axis, double height, Missing missing)
      : period_(period), axis_(axis), height_(height), missing_(missing) {}

  [[nodiscard]] double x(Micros at) const { return std::round(kWidth * share_of(period_, at)); }
  [[nodiscard]] double y(double value) const { return tenths(height_ * (1 - axis_.share(value))); }

  [[nodiscard]] Html line(const std::vector<Measurement>& points) const {
    Html path;
    for (const Measurement& point : points) {
      if (path.empty()) {
        path << "M" << Decimal{x(point.at)} << " " << Decimal{y(point.value)};
      } else if (missing_ == Missing::kUnchanged) {  // it jumps when it changes
        path << "H" << Decimal{x(point.at)} << "V" << Decimal{y(point.value)};
      } else {
        path << "L" << Decimal{x(point.at)} << " " << Decimal{y(point.value)};
      }
    }
    if (points.size() == 1) path << "h0";
    return path;
  }

  // The line down to the foot of the box.
  [[nodiscard]] Html area(const std::vector<Measurement>& points) const {
    Html path = line(points);
    path << "V" << Decimal{height_} << "H" << Decimal{x(points.front().at)} << "Z";
    return path;
  }

 private:
  Period period_;
  NumberAxis axis_;
  double height_;
  Missing missing_;
};

// What has not changed holds to the end of the period.
std::vector<Measurement> inside(const Series& series, const Period& period) {
  std::vector<Measurement> points;
  for (const Measurement& point : series.points) {
    if (point.at >= period.from && point.at <= period.to) points.push_back(point);
  }
  if (series.missing == Missing::kUnchanged && !points.empty() && points.back().at < period.to) {
    points.push_back({period.to, points.back().value});
  }
  return points;
}

NumberAxis axis_of(const Series& series) {
  const auto [least, most] = std::minmax_element(
      series.points.begin(), series.points.end(),
      [](const Measurement& a, const Measurement& b) { return a.value < b.value; });
  return number_axis(least->value, most->value, series.quantity, kNumberTicks);
}

Html time_axis(const Period& period, const Zone& zone) {
  std::vector<Tick> ticks = time_ticks(period.from, period.to, kTimeTicks, zone);
  for (Tick& tick : ticks) tick.at = 100 * share_of(period, static_cast<Micros>(tick.at));
  return axis_marks(ticks, kBottom);
}

Html grid(const NumberAxis& axis) {
  Html lines;
  for (const Tick& tick : axis.ticks) {
    const double y = kBottom - kHeight * axis.share(tick.at);
    lines << "<line class=\"grid\" x1=\"0\" x2=\"100%\" y1=\"" << Decimal{y} << "\" y2=\""
          << Decimal{y} << "\"/>";
  }
  return lines;
}

// Above the lines of the grid and over the plot, so that no margin is lost on a narrow page.
Html grid_labels(const NumberAxis& axis) {
  Html labels;
  for (const Tick& tick : axis.ticks) {
    const double y = kBottom - kHeight * axis.share(tick.at);
    labels << "<text class=\"tick halo\" x=\"0\" y=\"" << Decimal{y - 4} << "\">"
           << Text{tick.label} << "</text>";
  }
  return labels;
}

// What is told where one points: time and value, for at most kStretches stretches.
Html stretches(const Series& series, const Period& period, const Zone& zone) {
  Html rects;
  const std::size_t step = (series.points.size() + kStretches - 1) / kStretches;
  double from = 0;
  for (std::size_t i = step - 1; i < series.points.size(); i += step) {
    const Measurement& point = series.points[i];
    const double to = 100 * share_of(period, point.at);
    rects << "<rect class=\"stretch\" x=\"" << Decimal{from} << "%\" width=\""
          << Decimal{std::max(to - from, 0.0)} << "%\" y=\"" << Decimal{kTop} << "\" height=\""
          << Decimal{kHeight} << "\"><title>" << Text{time_text(zone.to_local(point.at))} << ": "
          << Text{quantity_text(series.quantity, point.value)} << "</title></rect>";
    from = to;
  }
  return rects;
}

std::string summary(const Series& series) {
  double least = series.points.front().value;
  double most = least;
  for (const Measurement& point : series.points) {
    least = std::min(least, point.value);
    most = std::max(most, point.value);
  }
  const auto shown = [&](double value) { return quantity_text(series.quantity, value); };
  return series.title + ": lowest " + shown(least) + ", highest " + shown(most) + ", last " +
         shown(series.points.back().value);
}

Html stretched(double top, double height) {
  Html svg("<svg y=\"");
  svg << Decimal{top} << "\" width=\"100%\" height=\"" << Decimal{height} << "\" viewBox=\"0 0 "
      << Decimal{kWidth} << " " << Decimal{height} << "\" preserveAspectRatio=\"none\">";
  return svg;
}

Html whisker_end(double percent) {
  Html line("<line class=\"whisker\" x1=\"");
  line << Decimal{percent} << "%\" x2=\"" << Decimal{percent} << "%\" y1=\"3\" y2=\"9\"/>";
  return line;
}

Html lines(const Series& series, const Box& box, bool is_filled) {
  Html paths;
  for (const auto& segment : segments(series)) {
    if (is_filled) paths << "<path class=\"area\" d=\"" << box.area(segment) << "\"/>";
    paths << "<path class=\"line\" d=\"" << box.line(segment) << "\"/>";
  }
  return paths;
}

}  // namespace

std::vector<std::vector<Measurement>> segments(const Series& series) {
  std::vector<std::vector<Measurement>> result;
  const double longest = kLongPause * static_cast<double>(usual_pause(series.points));
  for (const Measurement& point : series.points) {
    const bool joins =
        !result.empty() && (series.missing == Missing::kUnchanged ||
                            static_cast<double>(point.at - result.back().back().at) <= longest);
    if (!joins) result.emplace_back();
    result.back().push_back(point);
  }
  return result;
}

double tenths(double value) { return std::round(value * 10) / 10; }

Html text_anchor(double percent, std::string_view label) {
  // Half the width of a character, in percent of a narrow page.
  const double half = 0.95 * static_cast<double>(label.size());
  if (percent < half) return Html(" text-anchor=\"start\"");
  if (percent > 100 - half) return Html(" text-anchor=\"end\"");
  return Html(" text-anchor=\"middle\"");
}

Html axis_marks(const std::vector<Tick>& percents, double foot) {
  Html marks;
  bool is_spare = false;
  for (const Tick& tick : percents) {
    marks << (is_spare ? Html("<g class=\"spare\">") : Html("<g>")) << "<line class=\"grid\" x1=\""
          << Decimal{tick.at} << "%\" x2=\"" << Decimal{tick.at} << "%\" y1=\"" << Decimal{foot}
          << "\" y2=\"" << Decimal{foot + 5} << "\"/><text class=\"tick\" x=\"" << Decimal{tick.at}
          << "%\" y=\"" << Decimal{foot + 18} << "\"" << text_anchor(tick.at, tick.label) << ">"
          << Text{tick.label} << "</text></g>";
    is_spare = !is_spare;
  }
  return marks;
}

Html line_plot(const Series& series, const Period& period, const Zone& zone) {
  Series shown = series;
  shown.points = inside(series, period);
  if (shown.points.empty()) return {};
  const NumberAxis axis = axis_of(shown);
  // An area that does not begin at 0 would tell a lie about proportions.
  const bool is_filled = axis.low == 0;

  Html svg("<svg class=\"plot\" role=\"img\" width=\"100%\" height=\"");
  svg << Decimal{kBottom + 26} << "\" aria-label=\"" << Text{summary(shown)} << "\">" << grid(axis)
      << stretched(kTop, kHeight)
      << lines(shown, Box(period, axis, kHeight, series.missing), is_filled) << "</svg>"
      << grid_labels(axis) << time_axis(period, zone) << stretches(shown, period, zone) << "</svg>";
  return svg;
}

Html spark_line(const Series& series, const Period& period) {
  constexpr double kSparkHeight = 20;
  Series shown = series;
  shown.points = inside(series, period);
  if (shown.points.size() < 2) return {};
  const Box box(period, axis_of(shown), kSparkHeight, series.missing);
  Html svg("<svg class=\"spark\" aria-hidden=\"true\" width=\"100%\" height=\"24\">");
  svg << stretched(2, kSparkHeight) << lines(shown, box, false) << "</svg></svg>";
  return svg;
}

Html bar(double share) {
  Html svg(
      "<svg class=\"bar\" aria-hidden=\"true\" width=\"100%\" height=\"8\"><rect class=\"rail\" "
      "width=\"100%\" height=\"8\" rx=\"2\"/><rect class=\"fill\" width=\"");
  svg << Decimal{100 * std::clamp(share, 0.0, 1.0)} << "%\" height=\"8\" rx=\"2\"/></svg>";
  return svg;
}

Html bar(double share, double low, double high) {
  const double from = 100 * std::clamp(low, 0.0, 1.0);
  const double to = 100 * std::clamp(high, 0.0, 1.0);
  Html svg(
      "<svg class=\"bar\" aria-hidden=\"true\" width=\"100%\" height=\"12\"><rect class=\"rail\" "
      "y=\"2\" width=\"100%\" height=\"8\" rx=\"2\"/><rect class=\"fill\" y=\"2\" width=\"");
  svg << Decimal{100 * std::clamp(share, 0.0, 1.0)} << "%\" height=\"8\" rx=\"2\"/>";
  if (to - from >= 0.5) {
    svg << "<line class=\"whisker\" x1=\"" << Decimal{from} << "%\" x2=\"" << Decimal{to}
        << "%\" y1=\"6\" y2=\"6\"/>" << whisker_end(from) << whisker_end(to);
  }
  svg << "</svg>";
  return svg;
}

}  // namespace pgscale
