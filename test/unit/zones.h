#pragma once

#include <ctime>

#include <cstdlib>
#include <stdexcept>
#include <string>

#include "core/calendar.h"

namespace pgscale::testing {

// The offset from UTC, in seconds, at a Unix time, told by the C library's time zone database.
inline std::int64_t offset_at(const std::string& zone, std::int64_t unix_time) {
  static std::string current;
  if (current != zone) {
    setenv("TZ", (":" + zone).c_str(), 1);
    tzset();
    current = zone;
  }
  const std::time_t time = unix_time;
  std::tm civil{};
  if (localtime_r(&time, &civil) == nullptr) throw std::out_of_range("time beyond the calendar");
  return civil.tm_gmtoff;
}

// The first Unix time after `from` whose offset is that at `to`; the offsets at both ends differ.
inline std::int64_t change_between(const std::string& zone, std::int64_t from, std::int64_t to) {
  const std::int64_t before = offset_at(zone, from);
  while (to - from > 1) {
    const std::int64_t middle = from + (to - from) / 2;
    (offset_at(zone, middle) == before ? from : to) = middle;
  }
  return to;
}

// The Unix time of a clock reading by the rules of PostgreSQL's DetermineTimeZoneOffset: a reading
// that the clocks skip counts on from before the change, one that they show twice is the second.
inline std::int64_t time_of_reading(const std::string& zone, std::int64_t reading) {
  constexpr std::int64_t kDay = 86'400;  // no zone is further from UTC, no two changes are closer
  const std::int64_t offset_before = offset_at(zone, reading - kDay);
  const std::int64_t offset_after = offset_at(zone, reading + kDay);
  if (offset_before == offset_after) return reading - offset_before;
  const std::int64_t change = change_between(zone, reading - kDay, reading + kDay);
  const std::int64_t if_before = reading - offset_before;
  const std::int64_t if_after = reading - offset_after;
  if (if_before < change && if_after < change) return if_before;
  if (if_before > change && if_after >= change) return if_after;
  return if_before > if_after ? if_before : if_after;
}

// A named zone of the time zone database that the server uses as well.
inline Zone zone_of(const std::string& name) {
  constexpr std::int64_t kUnixSecondsAtEpoch = 946'684'800;
  auto whole_seconds = [](Micros time) {
    return time / kMicrosPerSecond - (time % kMicrosPerSecond < 0 ? 1 : 0);
  };
  return {[=](Micros instant) {
            const std::int64_t unix_time = whole_seconds(instant) + kUnixSecondsAtEpoch;
            return instant + offset_at(name, unix_time) * kMicrosPerSecond;
          },
          [=](Micros local) {
            const std::int64_t seconds = whole_seconds(local);
            const Micros fraction = local - seconds * kMicrosPerSecond;
            const std::int64_t found = time_of_reading(name, seconds + kUnixSecondsAtEpoch);
            return (found - kUnixSecondsAtEpoch) * kMicrosPerSecond + fraction;
          }};
}

// Zones whose clocks behave in different ways: by hours, by half an hour, at midnight, over a whole
// skipped day, backwards for a month, or not at all.
inline const char* const kZones[] = {"UTC",
                                     "Europe/Berlin",
                                     "America/New_York",
                                     "Australia/Lord_Howe",
                                     "America/Sao_Paulo",
                                     "Asia/Kolkata",
                                     "Pacific/Apia",
                                     "Africa/Casablanca",
                                     "Europe/Dublin"};

}  // namespace pgscale::testing
