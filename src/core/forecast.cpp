#include "core/forecast.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace pgscale {
namespace {

constexpr Micros kYear = 365 * kMicrosPerDay;
// With fewer points not even a perfect line is significant.
constexpr std::size_t kFewestPoints = 5;

std::string length_text(Micros length) {
  const Micros hours = length / kMicrosPerHour;
  if (length <= 0) return "none";
  if (hours < 1) return "less than 1 h";
  return hours <= 48 ? std::to_string(hours) + " h" : std::to_string(hours / 24) + " d";
}

Micros history_of(const std::vector<Observation>& points, const Terms& terms) {
  return points.empty() ? 0 : points.back().at - points.front().at + terms.covered;
}

bool suffices(const std::vector<Observation>& points, const Terms& terms) {
  return history_of(points, terms) >= terms.needed && points.size() >= kFewestPoints;
}

Forecast reached_limit(Micros now) {
  Forecast forecast;
  forecast.known = true;
  forecast.at = forecast.earliest = forecast.latest = now;
  forecast.confidence = Confidence::kHigh;
  forecast.note = "the limit is reached";
  return forecast;
}

std::optional<Forecast> without_news(Micros newest, const Terms& terms) {
  const Micros silence = terms.now - newest;
  if (silence <= terms.stale) return std::nullopt;
  return unknown_forecast("no sample for " + length_text(silence));
}

// What can be said, or cannot, without looking for a trend.
std::optional<Forecast> without_trend(const std::vector<Observation>& left, const Terms& terms) {
  const Micros history = history_of(left, terms);
  const std::string needs = "needs " + length_text(terms.needed) + " of history, has ";
  if (left.empty()) return unknown_forecast(needs + length_text(0));
  if (auto verdict = without_news(left.back().at, terms)) return verdict;
  if (left.back().value <= 0) return reached_limit(terms.now);
  if (history < terms.needed) return unknown_forecast(needs + length_text(history));
  if (left.size() < kFewestPoints) {
    return unknown_forecast("needs " + std::to_string(kFewestPoints) + " samples, has " +
                            std::to_string(left.size()));
  }
  return std::nullopt;
}

// The points on one side of the last time that more than half of the range was freed in one go:
// those after it, or those before it while these are too few.
std::vector<Observation> one_side(const std::vector<Observation>& left, const Terms& terms) {
  const auto by_value = [](const Observation& a, const Observation& b) {
    return a.value < b.value;
  };
  const auto [least, most] = std::minmax_element(left.begin(), left.end(), by_value);
  const double range = most->value - least->value;
  for (auto end = std::prev(left.end()); end != left.begin();) {
    auto start = end;
    while (start != left.begin() && std::prev(start)->value < start->value) --start;
    if (end->value - start->value > range / 2) {
      if (std::min_element(end, left.end(), by_value)->value <= start->value) return left;
      const std::vector<Observation> after(end, left.end());
      const std::vector<Observation> before(left.begin(), std::next(start));
      return suffices(after, terms) ? after : suffices(before, terms) ? before : left;
    }
    end = start == end ? std::prev(end) : start;
  }
  return left;
}

// Growth alone, laid end to end. An interval in which VACUUM has set the age back tells nothing of
// the pace, nor does one so long that this may be hidden in it.
std::vector<Observation> growth_of(const std::vector<Observation>& left) {
  std::vector<Micros> steps;
  for (std::size_t i = 1; i < left.size(); i++) steps.push_back(left[i].at - left[i - 1].at);
  std::nth_element(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2),
                   steps.end());
  const Micros longest = 3 * steps[steps.size() / 2];
  std::vector<Observation> joined{left.front()};
  for (std::size_t i = 1; i < left.size(); i++) {
    const Micros step = left[i].at - left[i - 1].at;
    const double freed = left[i].value - left[i - 1].value;
    if (freed > 0 || step > longest) continue;
    joined.push_back({joined.back().at + step, joined.back().value + freed});
  }
  return joined;
}

// The moment when what was left at the last point is used up at this pace, a slope below 0.
std::optional<Micros> used_up(const Observation& last, double slope, Micros now) {
  const double micros = last.value / -slope * kMicrosPerSecond;
  const auto ahead = static_cast<double>(now - last.at);
  if (micros <= ahead) return now;
  if (micros - ahead > static_cast<double>(kYear)) return std::nullopt;
  return last.at + std::llround(micros);
}

Confidence confidence_in(const Trend& trend, Micros observed) {
  const double spread = trend.low / trend.high;
  if (spread <= 1.5 && observed >= 3 * kMicrosPerDay) return Confidence::kHigh;
  return spread <= 3 ? Confidence::kMedium : Confidence::kLow;
}

Forecast by_trend(const std::vector<Observation>& points, const Observation& last,
                  const Terms& terms) {
  const Trend trend = trend_of(points);
  Forecast forecast;
  forecast.known = true;
  forecast.observed = history_of(points, terms);
  forecast.change_per_day = trend.slope * (static_cast<double>(kMicrosPerDay) / kMicrosPerSecond);
  if (!(trend.high < 0)) {
    forecast.note = "no trend towards the limit";
    return forecast;
  }
  forecast.at = used_up(last, trend.slope, terms.now);
  forecast.earliest = used_up(last, trend.low, terms.now);
  forecast.latest = used_up(last, trend.high, terms.now);
  forecast.confidence = confidence_in(trend, *forecast.observed);
  if (!forecast.at) forecast.note = "more than a year away";
  return forecast;
}

}  // namespace

const char* text(Confidence confidence) {
  switch (confidence) {
    case Confidence::kHigh: return "high";
    case Confidence::kMedium: return "medium";
    case Confidence::kLow: break;
  }
  return "low";
}

std::vector<Observation> left_until(const std::vector<Reading>& readings, std::int64_t limit,
                                    Direction direction) {
  std::vector<Observation> left;
  left.reserve(readings.size());
  for (const Reading& reading : readings) {
    const Point ahead = Point{limit} - reading.value;
    left.push_back({reading.at, static_cast<double>(direction == Direction::kUp ? ahead : -ahead)});
  }
  return left;
}

std::vector<Reading> repeated(const std::vector<Reading>& readings,
                              const std::vector<Micros>& times, Micros now, Micros span) {
  const auto stretch = [&](Micros at) { return (now - at) / span; };
  std::vector<Reading> result;
  auto next = readings.begin();
  for (const Micros time : times) {
    while (next != readings.end() && stretch(next->at) >= stretch(time)) result.push_back(*next++);
    if (result.empty()) continue;
    Reading& last = result.back();
    if (stretch(last.at) == stretch(time)) {
      last.at = std::max(last.at, time);
    } else {
      result.push_back({time, last.value});
    }
  }
  result.insert(result.end(), next, readings.end());
  return result;
}

Forecast unknown_forecast(std::string why) {
  Forecast forecast;
  forecast.note = std::move(why);
  return forecast;
}

Forecast endless_forecast(std::string why) {
  Forecast forecast;
  forecast.known = true;
  forecast.note = std::move(why);
  return forecast;
}

Forecast forecast_level(const std::vector<Observation>& left, const Terms& terms) {
  if (auto verdict = without_trend(left, terms)) return *std::move(verdict);
  return by_trend(one_side(left, terms), left.back(), terms);
}

Forecast forecast_peaks(const std::vector<Reading>& readings, std::int64_t limit,
                        const Terms& terms) {
  if (!readings.empty()) {
    if (auto verdict = without_news(readings.back().at, terms)) return *std::move(verdict);
  }
  const std::vector<Reading> maxima = daily_maxima(readings, terms.now);
  if (maxima.size() < kFewestPoints) {
    return unknown_forecast("needs " + std::to_string(kFewestPoints) + " days of samples, has " +
                            std::to_string(maxima.size()));
  }
  const Terms by_day{terms.now, 2 * kMicrosPerDay, kMicrosPerDay, kMicrosPerDay};
  return forecast_level(left_until(maxima, limit, Direction::kUp), by_day);
}

std::vector<Reading> daily_maxima(const std::vector<Reading>& readings, Micros now) {
  constexpr Micros kWatched = 18 * kMicrosPerHour;
  std::vector<Reading> maxima;
  for (auto first = readings.begin(); first != readings.end() && first->at <= now;) {
    const Micros day_end = now - (now - first->at) / kMicrosPerDay * kMicrosPerDay;
    Micros last_at = first->at;
    std::int64_t most = first->value;
    auto next = first;
    for (; next != readings.end() && next->at <= day_end; ++next) {
      last_at = next->at;
      most = std::max(most, next->value);
    }
    if (last_at - first->at >= kWatched) maxima.push_back({day_end, most});
    first = next;
  }
  return maxima;
}

Forecast forecast_ids(const std::vector<Reading>& ages, std::int64_t limit, std::int64_t freezes_at,
                      const Terms& terms) {
  const std::vector<Observation> left = left_until(ages, limit, Direction::kUp);
  if (auto verdict = without_trend(left, terms)) return *std::move(verdict);
  const std::vector<Observation> growth = growth_of(left);
  if (growth.size() < kFewestPoints) {
    return unknown_forecast("the age was set back too often to tell the pace");
  }
  Forecast forecast = by_trend(growth, left.back(), terms);
  forecast.observed = history_of(left, terms);
  if (ages.back().value <= freezes_at) {
    forecast.at = forecast.earliest = forecast.latest = std::nullopt;
    forecast.confidence = std::nullopt;
    forecast.note = "autovacuum freezes from an age of " + std::to_string(freezes_at) + " on";
  } else if (forecast.at) {
    forecast.note = "unless VACUUM freezes the oldest rows";
  }
  return forecast;
}

std::optional<Point> first_uncovered(std::vector<Range> ranges, Point position) {
  std::sort(ranges.begin(), ranges.end(),
            [](const Range& a, const Range& b) { return a.lower < b.lower; });
  End covered_to = End::at(position);
  for (const Range& range : ranges) {
    if (covered_to < range.lower) break;
    if (range.upper.kind == End::Kind::kMaximum) return std::nullopt;
    covered_to = std::max(covered_to, range.upper);
  }
  return covered_to.value;
}

Forecast forecast_exactly(Micros at, Micros now) {
  if (at <= now) return reached_limit(now);
  Forecast forecast;
  forecast.known = true;
  forecast.confidence = Confidence::kHigh;
  if (at - now > kYear) {
    forecast.note = "more than a year away";
  } else {
    forecast.at = forecast.earliest = forecast.latest = at;
  }
  return forecast;
}

}  // namespace pgscale
