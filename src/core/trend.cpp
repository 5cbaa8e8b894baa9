#include "core/trend.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <numeric>

namespace pgscale {
namespace {

constexpr double kNormal95 = 1.96;
// What arithmetic leaves of nothing, as a part of the range of the values.
constexpr double kRounding = 1e-9;

double seconds_between(const Observation& a, const Observation& b) {
  return static_cast<double>(b.at - a.at) / kMicrosPerSecond;
}

std::vector<double> slopes_of(const std::vector<Observation>& points) {
  std::vector<double> slopes;
  slopes.reserve(points.size() * (points.size() - 1) / 2);
  for (std::size_t i = 0; i < points.size(); i++) {
    for (std::size_t j = i + 1; j < points.size(); j++) {
      slopes.push_back((points[j].value - points[i].value) / seconds_between(points[i], points[j]));
    }
  }
  return slopes;
}

double nth(std::vector<double>& values, std::size_t rank) {
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

double median(std::vector<double>& values) {
  const std::size_t half = values.size() / 2;
  const double upper = nth(values, half);
  return values.size() % 2 == 1 ? upper : (nth(values, half - 1) + upper) / 2;
}

double kendall_variance(const std::vector<Observation>& points) {
  const auto term = [](double count) { return count * (count - 1) * (2 * count + 5); };
  std::map<double, double> ties;
  for (const Observation& point : points) ties[point.value]++;
  double sum = term(static_cast<double>(points.size()));
  for (const auto& [value, count] : ties) sum -= term(count);
  return sum / 18;
}

// What the line leaves unexplained. Traces of rounding are no pattern.
std::vector<double> residuals_of(const std::vector<Observation>& points, double slope) {
  const auto by_value = [](const Observation& a, const Observation& b) {
    return a.value < b.value;
  };
  const auto [lowest, highest] = std::minmax_element(points.begin(), points.end(), by_value);
  const double least = kRounding * (highest->value - lowest->value);
  std::vector<double> residuals;
  for (const Observation& point : points) {
    residuals.push_back(point.value - points.front().value -
                        slope * seconds_between(points.front(), point));
  }
  std::vector<double> ordered = residuals;
  const double middle = median(ordered);
  for (double& residual : residuals) {
    residual -= middle;
    if (std::abs(residual) <= least) residual = 0;
  }
  return residuals;
}

// Equal values share the mean of their ranks.
std::vector<double> ranks_of(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0, end = 0; first < order.size(); first = end) {
    while (end < order.size() && values[order[end]] == values[order[first]]) end++;
    for (std::size_t i = first; i < end; i++) {
      ranks[order[i]] = static_cast<double>(first + end - 1) / 2;
    }
  }
  return ranks;
}

// Of each value with the next one; 0 where they go against each other or are all equal.
double serial_correlation(const std::vector<double>& values) {
  const auto count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double with_next = 0;
  double with_itself = 0;
  for (std::size_t i = 0; i < values.size(); i++) {
    with_itself += (values[i] - mean) * (values[i] - mean);
    if (i > 0) with_next += (values[i - 1] - mean) * (values[i] - mean);
  }
  return with_itself > 0 ? std::clamp(with_next / with_itself, 0.0, 1 - 1 / count) : 0;
}

}  // namespace

Trend trend_of(const std::vector<Observation>& points) {
  std::vector<double> slopes = slopes_of(points);
  const auto count = static_cast<double>(slopes.size());
  Trend trend;
  trend.slope = median(slopes);

  const double r = serial_correlation(ranks_of(residuals_of(points, trend.slope)));
  const double spread = kNormal95 * std::sqrt(kendall_variance(points) * (1 + r) / (1 - r));
  const double below = std::round((count - spread) / 2);
  if (below < 1) {
    trend.low = -std::numeric_limits<double>::infinity();
    trend.high = std::numeric_limits<double>::infinity();
    return trend;
  }
  const auto rank = static_cast<std::size_t>(below);
  trend.low = nth(slopes, rank - 1);
  trend.high = nth(slopes, slopes.size() - rank);
  return trend;
}

}  // namespace pgscale
