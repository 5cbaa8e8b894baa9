#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/calendar.h"

namespace pgscale {

// Figures as people read them: two or three digits that matter, and a unit. With a step, as many
// decimals as tell values apart that differ by it.

[[nodiscard]] std::string bytes_text(double bytes, double step = 0);  // 16 kB, 1.2 MB; of 1024
[[nodiscard]] std::string count_text(double count, double step = 0);  // 940, 9,431, 94 k, 1.2 M
// 42 %, 99.98 %. Only what is nothing reads 0 %, and only what is all reads 100 %.
[[nodiscard]] std::string percent_text(double percent, double step = 0);
[[nodiscard]] std::string duration_text(double seconds);  // 0.4 ms, 4.2 s, 4 min 12 s, 3 d 4 h
[[nodiscard]] std::string coarse_text(double seconds);  // its largest unit alone: 4 min, 14 months

// A change says its direction: +1.2 MB, -16 kB (with a minus sign), 0 B.
[[nodiscard]] std::string bytes_change_text(double bytes);

// An interval as PostgreSQL writes it, in words: 1 month for "1 mon", 2 h for "02:00:00".
[[nodiscard]] std::string interval_text(std::string_view interval);

// A time on the clock: 2026-11-01 14:05; at midnight the day alone.
[[nodiscard]] std::string time_text(Micros local);
[[nodiscard]] std::string clock_text(Micros local);  // 14:05
[[nodiscard]] const char* month_name(int month);     // 1 is Jan

}  // namespace pgscale
