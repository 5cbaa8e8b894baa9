#include "core/ticks.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/units.h"

namespace pgscale {
namespace {

constexpr Micros kMinute = 60 * kMicrosPerSecond;
constexpr Micros kHour = kMicrosPerHour;
constexpr Micros kDay = kMicrosPerDay;

// 1, 2 or 5 times a power of ten.
double round_step(double least) {
  if (!(least > 0)) return 1;
  const double power = std::pow(10, std::floor(std::log10(least)));
  for (double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= least * 0.9999) return factor * power;
  }
  return 10 * power;
}

// Bytes are round in the unit of the largest.
double byte_step(double least, double most) {
  double unit = 1;
  while (most >= 999.5 * unit) unit *= 1024;
  return std::max(1.0, round_step(least / unit) * unit);
}

// Times are round on the clock.
double second_step(double least) {
  static constexpr std::array<double, 19> kSteps{1,     2,     5,     10,    15,    30,   60,
                                                 120,   300,   600,   900,   1800,  3600, 7200,
                                                 10800, 21600, 43200, 86400, 172800};
  if (least < 1) return round_step(least);
  for (double step : kSteps) {
    if (step >= least) return step;
  }
  return round_step(least / 86400) * 86400;
}

double step_of(Quantity quantity, double least, double most) {
  switch (quantity) {
    case Quantity::kBytes: return byte_step(least, most);
    case Quantity::kSeconds: return second_step(least);
    case Quantity::kCount: return std::max(1.0, round_step(least));
    case Quantity::kPercent: break;
  }
  return round_step(least);
}

// How far apart time ticks are: a fixed time, days or months.
struct TimeStep {
  Micros length;  // of a day or month: about
  int months;
  int days;
};
constexpr std::array<TimeStep, 24> kTimeSteps{{
    {kMinute, 0, 0},       {5 * kMinute, 0, 0},   {10 * kMinute, 0, 0},   {30 * kMinute, 0, 0},
    {kHour, 0, 0},         {2 * kHour, 0, 0},     {3 * kHour, 0, 0},      {6 * kHour, 0, 0},
    {12 * kHour, 0, 0},    {kDay, 0, 1},          {2 * kDay, 0, 2},       {3 * kDay, 0, 3},
    {7 * kDay, 0, 7},      {14 * kDay, 0, 14},    {31 * kDay, 1, 0},      {92 * kDay, 3, 0},
    {184 * kDay, 6, 0},    {366 * kDay, 12, 0},   {731 * kDay, 24, 0},    {1827 * kDay, 60, 0},
    {3653 * kDay, 120, 0}, {9132 * kDay, 300, 0}, {18263 * kDay, 600, 0}, {36525 * kDay, 1200, 0},
}};

const TimeStep& time_step(Micros span, int wanted) {
  for (const TimeStep& step : kTimeSteps) {
    if (span / wanted <= step.length) return step;
  }
  return kTimeSteps.back();
}

Micros floor_to(Micros value, Micros step) {
  const Micros rest = value % step;
  return value - (rest < 0 ? rest + step : rest);
}

// The last round moment at or before the local time. Weeks begin with a Monday: so does the epoch's
// third day.
Micros round_down(Micros local, const TimeStep& step) {
  if (step.months > 0) {
    const Civil civil = to_civil(local);
    const Micros month = floor_to(civil.year * 12 + civil.month - 1, step.months);
    const Micros year = floor_to(month, 12) / 12;
    return from_civil({year, static_cast<int>(month - year * 12) + 1, 1, 0});
  }
  if (step.days > 0) return floor_to(local - 2 * kDay, step.days * kDay) + 2 * kDay;
  return floor_to(local, step.length);
}

Micros next(Micros local, const TimeStep& step) {
  if (step.months > 0) return add(local, {step.months, 0, 0}, 1, Zone::utc());
  return local + (step.days > 0 ? step.days * kDay : step.length);
}

// 3 Nov
std::string day_text(Micros local) {
  const Civil civil = to_civil(local);
  return std::to_string(civil.day) + " " + month_name(civil.month);
}

enum class Place { kFirst, kLater };

std::string time_label(Micros local, const TimeStep& step, Place place) {
  const Civil civil = to_civil(local);
  const std::string year = std::to_string(civil.year);
  const std::string month = month_name(civil.month);
  const std::string day = day_text(local);
  if (step.months >= 12) return year;
  if (step.months > 0) {
    if (place == Place::kFirst) return month + " " + year;
    return civil.month == 1 ? year : month;
  }
  if (step.days > 0) return place == Place::kFirst ? day + " " + year : day;
  return civil.time_of_day == 0 ? day : clock_text(local);
}

bool is_midnight(Micros local) { return local % kDay == 0; }

}  // namespace

std::string quantity_text(Quantity quantity, double value, double step) {
  switch (quantity) {
    case Quantity::kBytes: return bytes_text(value, step);
    case Quantity::kPercent: return percent_text(value, step);
    case Quantity::kSeconds: return duration_text(value);
    case Quantity::kCount: break;
  }
  return count_text(value, step);
}

std::vector<Tick> number_ticks(double from, double to, Quantity quantity, int wanted) {
  std::vector<Tick> ticks;
  if (!(to > from)) return ticks;
  double step = step_of(quantity, (to - from) / wanted, to);
  // Ends that lie on ticks may make one more than wanted.
  while (std::floor(to / step) - std::ceil(from / step) + 1 > wanted) {
    step = step_of(quantity, step * 1.5, to);
  }
  for (double n = std::ceil(from / step); n * step <= to; n++) {
    ticks.push_back({n * step, quantity_text(quantity, n * step, step)});
  }
  return ticks;
}

NumberAxis number_axis(double least, double most, Quantity quantity, int wanted) {
  const bool is_flat = !(most > least);
  const double margin = std::max(std::abs(most) * 0.05, 1.0);
  double low = is_flat ? least - margin : least;
  const double high = is_flat ? most + margin : most;
  if (least >= 0 && (low < 0 || high - low > 0.5 * high)) low = 0;

  const double step = step_of(quantity, (high - low) / std::max(1, wanted - 1), high);
  NumberAxis axis{std::floor(low / step) * step, std::ceil(high / step) * step, {}};
  if (quantity == Quantity::kPercent && most <= 100) axis.high = std::min(axis.high, 100.0);
  for (double n = std::round(axis.low / step); n * step < axis.high + step / 2; n++) {
    axis.ticks.push_back({n * step, quantity_text(quantity, n * step, step)});
  }
  return axis;
}

std::vector<Tick> time_ticks(Micros from, Micros to, int wanted, const Zone& zone) {
  std::vector<Tick> ticks;
  if (to <= from || wanted < 1) return ticks;
  const TimeStep& step = time_step(to - from, wanted);
  const Micros end = zone.to_local(to);
  bool names_a_day = step.days > 0 || step.months > 0;
  for (Micros local = round_down(zone.to_local(from), step); local <= end;
       local = next(local, step)) {
    const Micros at = zone.to_instant(local);
    if (at < from || at > to) continue;
    const Place place = ticks.empty() ? Place::kFirst : Place::kLater;
    ticks.push_back({static_cast<double>(at), time_label(local, step, place)});
    names_a_day = names_a_day || is_midnight(local);
  }
  if (!names_a_day && !ticks.empty()) {
    const Micros first = zone.to_local(static_cast<Micros>(ticks.front().at));
    ticks.front().label = day_text(first) + " " + ticks.front().label;
  }
  return ticks;
}

}  // namespace pgscale
