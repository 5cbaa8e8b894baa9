#include "core/units.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace pgscale {
namespace {

constexpr char kMinus[] = "\xE2\x88\x92";
constexpr double kMinute = 60;
constexpr double kHour = 60 * kMinute;
constexpr double kDay = 24 * kHour;
constexpr double kMonth = 365.25 / 12 * kDay;
constexpr double kYear = 365.25 * kDay;

std::string fixed(double value, int decimals) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.*f", decimals, value);
  return buffer;
}

// One decimal below 100, none above, and none that says nothing.
std::string short_number(double value) {
  std::string text = fixed(value, value < 99.95 ? 1 : 0);
  if (text.size() > 2 && text.substr(text.size() - 2) == ".0") text.resize(text.size() - 2);
  return text;
}

std::string grouped(std::int64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

// The step is in the same unit.
std::string with_unit(double value, const char* unit, double step = 0) {
  if (step <= 0) return short_number(value) + " " + unit;
  const double decimals = std::ceil(-std::log10(step) - 1e-9);
  return fixed(value, static_cast<int>(std::clamp(decimals, 0.0, 6.0))) + " " + unit;
}

struct Unit {
  const char* name;
  double seconds;
};
constexpr std::array<Unit, 4> kUnits{{{"d", kDay}, {"h", kHour}, {"min", kMinute}, {"s", 1}}};

// "3 d 4 h": the unit and the next one, where that is not 0.
std::string in_two_units(double seconds, std::size_t unit) {
  const Unit& large = kUnits[unit];
  const Unit& small = kUnits[unit + 1];
  const auto parts = std::llround(seconds / small.seconds);
  const auto per_large = std::llround(large.seconds / small.seconds);
  std::string text = std::to_string(parts / per_large) + " " + large.name;
  if (parts % per_large != 0) {
    text += " " + std::to_string(parts % per_large) + " " + small.name;
  }
  return text;
}

std::string in_calendar_units(double seconds) {
  if (seconds < 2 * kYear) return fixed(seconds / kMonth, 0) + " months";
  if (seconds < 100 * kYear) return with_unit(seconds / kYear, "years");
  return "over 100 years";
}

std::string interval_word(std::string_view word) {
  if (word == "mon") return "month";
  if (word == "mons") return "months";
  int hours = 0;
  int minutes = 0;
  double seconds = 0;
  const std::string text(word);
  if (std::sscanf(text.c_str(), "%d:%d:%lf", &hours, &minutes, &seconds) < 2 || word[0] == '-') {
    return text;
  }
  return duration_text(hours * kHour + minutes * kMinute + seconds);
}

std::string two_digits(int number) {
  return {static_cast<char>('0' + number / 10 % 10), static_cast<char>('0' + number % 10)};
}

}  // namespace

std::string bytes_text(double bytes, double step) {
  static constexpr std::array<const char*, 6> kNames{"B", "kB", "MB", "GB", "TB", "PB"};
  if (bytes < 0) return kMinus + bytes_text(-bytes, step);
  std::size_t unit = 0;
  // What would be rounded to 1000 or more of a unit is shown in the next.
  while (bytes >= 999.5 && unit + 1 < kNames.size()) {
    bytes /= 1024;
    step /= 1024;
    unit++;
  }
  return unit == 0 ? fixed(bytes, 0) + " B" : with_unit(bytes, kNames[unit], step);
}

std::string bytes_change_text(double bytes) { return (bytes > 0 ? "+" : "") + bytes_text(bytes); }

std::string count_text(double count, double step) {
  static constexpr std::array<const char*, 5> kNames{"k", "M", "G", "T", "P"};
  if (count < 0) return kMinus + count_text(-count, step);
  if (count < 9999.5) {
    const bool whole = count == std::floor(count) || count >= 100;
    return whole ? grouped(std::llround(count)) : short_number(count);
  }
  std::size_t unit = 0;
  count /= 1000;
  step /= 1000;
  while (count >= 999.5 && unit + 1 < kNames.size()) {
    count /= 1000;
    step /= 1000;
    unit++;
  }
  return with_unit(count, kNames[unit], step);
}

std::string duration_text(double seconds) {
  if (seconds < 0) return kMinus + duration_text(-seconds);
  if (seconds == 0) return "0 s";
  if (seconds < 0.00005) return "<0.1 ms";
  if (seconds < 0.9995) return with_unit(seconds * 1000, "ms");
  if (seconds < 59.95) return with_unit(seconds, "s");
  if (seconds < 10 * kMinute) return in_two_units(seconds, 2);
  if (seconds < kHour - kMinute / 2) return fixed(seconds / kMinute, 0) + " min";
  if (seconds < kDay - kMinute / 2) return in_two_units(seconds, 1);
  if (seconds < 60 * kDay) return in_two_units(seconds, 0);
  return in_calendar_units(seconds);
}

std::string coarse_text(double seconds) {
  if (seconds < 0) return kMinus + coarse_text(-seconds);
  if (seconds >= 60 * kDay) return in_calendar_units(seconds);
  for (const Unit& unit : kUnits) {
    const double count = std::round(seconds / unit.seconds);
    if (count >= 1 && (unit.seconds == 1 || seconds >= 0.95 * unit.seconds)) {
      return fixed(count, 0) + " " + unit.name;
    }
  }
  return duration_text(seconds);
}

std::string percent_text(double percent, double step) {
  if (percent < 0) return kMinus + percent_text(-percent, step);
  if (step > 0) return with_unit(percent, "%", step);
  if (percent > 0 && percent < 0.01) return "<0.01 %";
  if (percent < 100 && percent > 99.99) return "99.99 %";
  const bool near_an_end = (percent > 0 && percent < 1) || (percent > 99 && percent < 100);
  std::string text = fixed(percent, near_an_end ? 2 : 1);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text + " %";
}

std::string interval_text(std::string_view interval) {
  std::string text;
  while (!interval.empty()) {
    const std::size_t end = std::min(interval.find(' '), interval.size());
    if (!text.empty()) text += ' ';
    text += interval_word(interval.substr(0, end));
    interval.remove_prefix(std::min(end + 1, interval.size()));
  }
  return text;
}

std::string clock_text(Micros local) {
  const auto minutes = static_cast<int>(to_civil(local).time_of_day / (60 * kMicrosPerSecond));
  return two_digits(minutes / 60) + ":" + two_digits(minutes % 60);
}

std::string time_text(Micros local) {
  const Civil civil = to_civil(local);
  const std::string day =
      std::to_string(civil.year) + "-" + two_digits(civil.month) + "-" + two_digits(civil.day);
  return civil.time_of_day == 0 ? day : day + " " + clock_text(local);
}

const char* month_name(int month) {
  static constexpr std::array<const char*, 12> kNames{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return kNames[static_cast<std::size_t>((month - 1) % 12)];
}

}  // namespace pgscale
