#include "core/plot.h"

#include <gtest/gtest.h>

#include <set>

#include "builders.h"

namespace pgscale {
namespace {

using testing::moment;

const Period kDay{testing::moment("2026-11-02"), testing::moment("2026-11-03")};

bool has(const Html& html, const std::string& part) {
  return html.text().find(part) != std::string::npos;
}

std::size_t count(const Html& html, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = html.text().find(part); at != std::string::npos;
       at = html.text().find(part, at + 1)) {
    found++;
  }
  return found;
}

// Hourly values, without those of the hours in `missing`.
Series hourly(const std::set<int>& missing = {}) {
  Series series{"Size", Quantity::kBytes, Missing::kGap, {}};
  for (int hour = 0; hour <= 24; hour++) {
    if (missing.count(hour) == 0) {
      series.points.push_back({kDay.from + hour * kMicrosPerHour, 1024.0 * (100 + hour)});
    }
  }
  return series;
}

TEST(Segments, PartWhereLongerThanUsualNothingWasMeasured) {
  EXPECT_EQ(segments(hourly()).size(), 1U);
  EXPECT_EQ(segments(hourly({12})).size(), 1U) << "one value is missing";
  const auto parts = segments(hourly({11, 12, 13}));
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[0].size(), 11U);
  EXPECT_EQ(parts[1].size(), 11U);
}

TEST(Segments, DoNotPartWhatHasNotChanged) {
  Series series = hourly({11, 12, 13, 14, 15});
  series.missing = Missing::kUnchanged;
  EXPECT_EQ(segments(series).size(), 1U);
}

TEST(LinePlot, DrawsEachSegmentAndTellsItsEnds) {
  const Html plot = line_plot(hourly({11, 12, 13}), kDay, Zone::utc());
  EXPECT_EQ(count(plot, "<path class=\"line\""), 2U);
  EXPECT_TRUE(has(plot, "aria-label=\"Size: lowest 100 kB, highest 124 kB, last 124 kB\""))
      << plot.text();
  EXPECT_TRUE(has(plot, "<title>2026-11-02 05:00: 105 kB</title>"));
}

TEST(LinePlot, FillsTheAreaOnlyFromZero) {
  EXPECT_FALSE(has(line_plot(hourly(), kDay, Zone::utc()), "class=\"area\""));
  Series series = hourly();
  series.points.front().value = 0;
  EXPECT_TRUE(has(line_plot(series, kDay, Zone::utc()), "class=\"area\""));
}

TEST(LinePlot, ShowsASinglePointAsADot) {
  Series series = hourly();
  series.points.resize(1);
  EXPECT_TRUE(has(line_plot(series, kDay, Zone::utc()), "d=\"M0 66h0\""))
      << line_plot(series, kDay, Zone::utc()).text();
}

TEST(LinePlot, LeavesOutWhatLiesOutsideThePeriod) {
  const Period evening{moment("2026-11-02 18:00"), moment("2026-11-03 06:00")};
  const Html plot = line_plot(hourly(), evening, Zone::utc());
  EXPECT_FALSE(has(plot, "2026-11-02 17:00"));
  EXPECT_FALSE(has(plot, "L-")) << "no point lies left of the plot";
  EXPECT_TRUE(
      line_plot(hourly(), {moment("2027-01-01"), moment("2027-01-02")}, Zone::utc()).empty());
}

TEST(LinePlot, HasAtMostSixtyStretchesToPointAt) {
  Series series{"Lag", Quantity::kSeconds, Missing::kGap, {}};
  for (int i = 0; i <= 1440; i++)
    series.points.push_back({kDay.from + i * 60 * kMicrosPerSecond, i * 1.0});
  const std::size_t stretches =
      count(line_plot(series, kDay, Zone::utc()), "<rect class=\"stretch\"");
  EXPECT_GT(stretches, 30U);
  EXPECT_LE(stretches, 60U);
}

TEST(LinePlot, EscapesItsTitle) {
  Series series = hourly();
  series.title = "\"><script>";
  EXPECT_FALSE(has(line_plot(series, kDay, Zone::utc()), "<script>"));
}

TEST(SparkLine, HoldsTheLastValueToTheEndOfThePeriod) {
  Series series = hourly();
  series.missing = Missing::kUnchanged;
  series.points.resize(13);
  EXPECT_TRUE(has(spark_line(series, kDay), "H1000V"));
  series.points.clear();
  EXPECT_TRUE(spark_line(series, kDay).empty());
}

TEST(Bar, StaysInItsCell) {
  EXPECT_TRUE(has(bar(0.34), "width=\"34%\""));
  EXPECT_TRUE(has(bar(7), "class=\"fill\" width=\"100%\""));
  EXPECT_TRUE(has(bar(-1), "class=\"fill\" width=\"0%\""));
}

TEST(Bar, ShowsAnIntervalWhereThereIsOne) {
  EXPECT_EQ(count(bar(0.4, 0.35, 0.45), "class=\"whisker\""), 3U);
  EXPECT_EQ(count(bar(0.4, 0.4, 0.4), "class=\"whisker\""), 0U);
}

TEST(TextAnchor, KeepsLabelsInsideThePage) {
  EXPECT_TRUE(has(text_anchor(0, "12:00"), "start"));
  EXPECT_TRUE(has(text_anchor(50, "12:00"), "middle"));
  EXPECT_TRUE(has(text_anchor(100, "12:00"), "end"));
  EXPECT_TRUE(has(text_anchor(8, "12:00"), "middle"));
  EXPECT_TRUE(has(text_anchor(8, "21 Oct 2026"), "start"));
}

}  // namespace
}  // namespace pgscale
