#include "core/growth.h"

#include <algorithm>
#include <cmath>

namespace pgscale {
namespace {

constexpr Micros kBetweenMilestones = 6 * kMicrosPerHour;
constexpr int kDays = 7;
constexpr std::size_t kFewestDays = 3;
// More would be a sign that the interval is far too short, or the growth no growth to count on.
constexpr long double kMostByGrowth = 1'000;

// The milestones that belong together, the present one last.
std::vector<Milestone> rise(const std::vector<Milestone>& history, const Milestone& now) {
  std::vector<Milestone> steps;
  for (const Milestone& step : history) {
    if (step.at >= now.at) break;
    if (!steps.empty() && step.reached < steps.back().reached) steps.clear();
    steps.push_back(step);
  }
  if (!steps.empty() && now.reached < steps.back().reached) steps.clear();
  steps.push_back(now);
  return steps;
}

// Between two milestones the numbers are taken to grow evenly.
long double reached_at(const std::vector<Milestone>& steps, Micros at) {
  const auto after = std::find_if(steps.begin(), steps.end(),
                                  [at](const Milestone& step) { return step.at >= at; });
  const auto value = static_cast<long double>(after->reached);
  if (after == steps.begin()) return value;
  const Milestone& before = *(after - 1);
  const auto base = static_cast<long double>(before.reached);
  return base + (value - base) * static_cast<long double>(at - before.at) /
                    static_cast<long double>(after->at - before.at);
}

}  // namespace

bool wants_milestone(const std::vector<Milestone>& history, Micros now) {
  return history.empty() || now < history.back().at ||
         now - history.back().at >= kBetweenMilestones;
}

std::optional<Point> usual_growth(const std::vector<Milestone>& history, const Milestone& now) {
  const std::vector<Milestone> steps = rise(history, now);
  std::vector<long double> days;
  for (int day = 1; day <= kDays; day++) {
    const Micros start = now.at - day * kMicrosPerDay;
    if (start < steps.front().at) break;
    days.push_back(reached_at(steps, start + kMicrosPerDay) - reached_at(steps, start));
  }
  if (days.size() < kFewestDays) return std::nullopt;
  const auto middle = days.begin() + static_cast<std::ptrdiff_t>((days.size() - 1) / 2);
  std::nth_element(days.begin(), middle, days.end());
  return static_cast<Point>(std::round(*middle));
}

int partitions_for(Point daily_growth, const Interval& ahead, Point width) {
  const long double days =
      ahead.months * 30.4375L + ahead.days + static_cast<long double>(ahead.micros) / kMicrosPerDay;
  const long double needed =
      std::ceil(static_cast<long double>(daily_growth) * days / static_cast<long double>(width));
  return static_cast<int>(std::clamp(needed, 0.0L, kMostByGrowth));
}

}  // namespace pgscale
