#include "core/calendar.h"

#include <algorithm>
#include <limits>

namespace pgscale {
namespace {

// Days between 0000-03-01 and 2000-01-01.
constexpr std::int64_t kDaysBeforeEpoch = 730425;
constexpr std::int64_t kDaysPerEra = 146097;  // 400 years

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
}

// The day number counts from 2000-01-01; the year runs from March so that the leap day is its last.
std::int64_t day_number(std::int64_t year, int month, int day) {
  if (month <= 2) year--;
  const std::int64_t era = floor_div(year, 400);
  const std::int64_t year_of_era = year - era * 400;
  const int month_from_march = (month + 9) % 12;
  const std::int64_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * kDaysPerEra + day_of_era - kDaysBeforeEpoch;
}

int days_in_month(std::int64_t year, int month) {
  const std::int64_t next_year = month == 12 ? year + 1 : year;
  return static_cast<int>(day_number(next_year, month % 12 + 1, 1) - day_number(year, month, 1));
}

// Wide enough for every sum of a time and a number of intervals.
__extension__ typedef __int128 Wide;

constexpr Micros kBeyondLater = std::numeric_limits<Micros>::max();
constexpr Micros kBeyondEarlier = std::numeric_limits<Micros>::min();

// PostgreSQL's timestamps end with the year 294276 and begin in 4714 BC.
bool is_representable(Wide time) {
  static const Micros earliest = from_civil({-4713, 11, 24, 0});
  static const Micros end = from_civil({294277, 1, 1, 0});
  return time >= earliest && time < end;
}

}  // namespace

Civil to_civil(Micros local) {
  const std::int64_t days = floor_div(local, kMicrosPerDay);
  const std::int64_t shifted = days + kDaysBeforeEpoch;
  const std::int64_t era = floor_div(shifted, kDaysPerEra);
  const std::int64_t day_of_era = shifted - era * kDaysPerEra;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int month_from_march = static_cast<int>((5 * day_of_year + 2) / 153);
  const int month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  const int day = static_cast<int>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
  const std::int64_t year = era * 400 + year_of_era + (month <= 2 ? 1 : 0);
  return {year, month, day, local - days * kMicrosPerDay};
}

Micros from_civil(const Civil& civil) {
  return day_number(civil.year, civil.month, civil.day) * kMicrosPerDay + civil.time_of_day;
}

Zone Zone::utc() {
  return {[](Micros instant) { return instant; }, [](Micros local) { return local; }};
}

Micros add(Micros instant, const Interval& interval, std::int64_t times, const Zone& zone) {
  auto beyond = [](Wide time) { return time > 0 ? kBeyondLater : kBeyondEarlier; };
  if (interval.months != 0 || interval.days != 0) {
    Wide local = zone.to_local(instant);
    if (interval.months != 0) {
      Civil civil = to_civil(static_cast<Micros>(local));
      const Wide month =
          static_cast<Wide>(civil.year) * 12 + (civil.month - 1) + Wide{interval.months} * times;
      constexpr Wide kMonthsToEnd = 294'277 * 12;
      if (month >= kMonthsToEnd || month < -4713 * 12) return beyond(month);
      civil.year = floor_div(static_cast<std::int64_t>(month), 12);
      civil.month = static_cast<int>(static_cast<std::int64_t>(month) - civil.year * 12) + 1;
      civil.day = std::min(civil.day, days_in_month(civil.year, civil.month));
      local = from_civil(civil);
      // A reading that the clocks skip moves on before the days are counted.
      if (interval.days != 0) local = zone.to_local(zone.to_instant(static_cast<Micros>(local)));
    }
    local += Wide{interval.days} * times * kMicrosPerDay;
    if (!is_representable(local)) return beyond(local);
    instant = zone.to_instant(static_cast<Micros>(local));
  }
  const Wide sum = instant + Wide{interval.micros} * times;
  return is_representable(sum) ? static_cast<Micros>(sum) : beyond(sum);
}

}  // namespace pgscale
