#include "core/interval_words.h"

#include <gtest/gtest.h>

namespace pgscale {
namespace {

TEST(IntervalWords, CountQuartersInMonths) {
  EXPECT_EQ(without_quarters("1 quarter"), "3 months");
  EXPECT_EQ(without_quarters("2 Quarters"), "6 months");
  EXPECT_EQ(without_quarters("4qtr"), "12 months");
  EXPECT_EQ(without_quarters("1 year 1 quarter 2 days"), "1 year 3 months 2 days");
  EXPECT_EQ(without_quarters("-1 quarter"), "-3 months");
}

TEST(IntervalWords, AreElseLeftToPostgresql) {
  for (const char* text : {"", "1 month", "15 minutes", "P1Y2M", "1.5 quarters", "quarter",
                           "1 quarterly", "9999999 quarters", "01:30:00", "1 q"}) {
    EXPECT_EQ(without_quarters(text), text);
  }
}

}  // namespace
}  // namespace pgscale
