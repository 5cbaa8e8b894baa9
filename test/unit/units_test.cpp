#include "core/units.h"

#include <gtest/gtest.h>

#include "builders.h"

namespace pgscale {
namespace {

using testing::moment;

TEST(BytesText, HasTwoOrThreeDigitsAndAUnit) {
  EXPECT_EQ(bytes_text(0), "0 B");
  EXPECT_EQ(bytes_text(512), "512 B");
  EXPECT_EQ(bytes_text(16384), "16 kB");
  EXPECT_EQ(bytes_text(1.24 * 1024 * 1024), "1.2 MB");
  EXPECT_EQ(bytes_text(99.97 * 1024 * 1024), "100 MB");
  EXPECT_EQ(bytes_text(1023.9 * 1024), "1 MB");
  EXPECT_EQ(bytes_text(4.5e15), "4 PB");
  EXPECT_EQ(bytes_text(-2048),
            "\xE2\x88\x92"
            "2 kB");
}

TEST(BytesText, TellsValuesApartThatAreAStepAway) {
  const double gb = 1024.0 * 1024 * 1024;
  EXPECT_EQ(bytes_text(113 * gb, 0.5 * gb), "113.0 GB");
  EXPECT_EQ(bytes_text(113.5 * gb, 0.5 * gb), "113.5 GB");
  EXPECT_EQ(bytes_text(113 * gb, 5 * gb), "113 GB");
  EXPECT_EQ(bytes_text(1.02 * gb, 0.02 * gb), "1.02 GB");
}

TEST(BytesChangeText, SaysTheDirection) {
  EXPECT_EQ(bytes_change_text(16384), "+16 kB");
  EXPECT_EQ(bytes_change_text(-16384),
            "\xE2\x88\x92"
            "16 kB");
  EXPECT_EQ(bytes_change_text(0), "0 B");
}

TEST(CountText, GroupsSmallNumbersAndShortensLargeOnes) {
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(2.5), "2.5");
  EXPECT_EQ(count_text(940), "940");
  EXPECT_EQ(count_text(9431), "9,431");
  EXPECT_EQ(count_text(94044), "94 k");
  EXPECT_EQ(count_text(1234567), "1.2 M");
  EXPECT_EQ(count_text(2147483647), "2.1 G");
  EXPECT_EQ(count_text(12500, 500), "12.5 k");
}

TEST(DurationText, UsesOneOrTwoUnits) {
  EXPECT_EQ(duration_text(0), "0 s");
  EXPECT_EQ(duration_text(0.00001), "<0.1 ms");
  EXPECT_EQ(duration_text(0.0004), "0.4 ms");
  EXPECT_EQ(duration_text(0.412), "412 ms");
  EXPECT_EQ(duration_text(4.2), "4.2 s");
  EXPECT_EQ(duration_text(252), "4 min 12 s");
  EXPECT_EQ(duration_text(599.9), "10 min");
  EXPECT_EQ(duration_text(1800), "30 min");
  EXPECT_EQ(duration_text(3599), "1 h");
  EXPECT_EQ(duration_text(2 * 3600 + 32 * 60), "2 h 32 min");
  EXPECT_EQ(duration_text(86399), "1 d");
  EXPECT_EQ(duration_text(31 * 3600), "1 d 7 h");
  EXPECT_EQ(duration_text(90 * 86400), "3 months");
  EXPECT_EQ(duration_text(3 * 365.25 * 86400), "3 years");
  EXPECT_EQ(duration_text(1e12), "over 100 years");
  EXPECT_EQ(duration_text(-4.2),
            "\xE2\x88\x92"
            "4.2 s");
}

TEST(CoarseText, UsesTheLargestUnitAlone) {
  EXPECT_EQ(coarse_text(0.4), "400 ms");
  EXPECT_EQ(coarse_text(59), "1 min");
  EXPECT_EQ(coarse_text(252), "4 min");
  EXPECT_EQ(coarse_text(31 * 3600), "1 d");
  EXPECT_EQ(coarse_text(5 * 30.5 * 86400), "5 months");
}

TEST(PercentText, RoundsNeitherToNothingNorToAll) {
  EXPECT_EQ(percent_text(0), "0 %");
  EXPECT_EQ(percent_text(0.004), "<0.01 %");
  EXPECT_EQ(percent_text(0.25), "0.25 %");
  EXPECT_EQ(percent_text(42), "42 %");
  EXPECT_EQ(percent_text(97.64), "97.6 %");
  EXPECT_EQ(percent_text(99.42), "99.42 %");
  EXPECT_EQ(percent_text(99.9999), "99.99 %");
  EXPECT_EQ(percent_text(100), "100 %");
  EXPECT_EQ(percent_text(99, 0.5), "99.0 %");
}

TEST(IntervalText, ReadsAsWords) {
  EXPECT_EQ(interval_text("1 mon"), "1 month");
  EXPECT_EQ(interval_text("1 year 2 mons"), "1 year 2 months");
  EXPECT_EQ(interval_text("14 days"), "14 days");
  EXPECT_EQ(interval_text("01:00:00"), "1 h");
  EXPECT_EQ(interval_text("1 day 00:30:00"), "1 day 30 min");
  EXPECT_EQ(interval_text(""), "");
}

TEST(TimeText, LeavesOutMidnight) {
  EXPECT_EQ(time_text(moment("2026-11-03 09:05")), "2026-11-03 09:05");
  EXPECT_EQ(time_text(moment("2026-11-03")), "2026-11-03");
  EXPECT_EQ(clock_text(moment("2026-11-03 09:05")), "09:05");
  EXPECT_STREQ(month_name(1), "Jan");
  EXPECT_STREQ(month_name(12), "Dec");
}

}  // namespace
}  // namespace pgscale
