#include "core/lane.h"

#include <gtest/gtest.h>

#include "builders.h"

namespace pgscale {
namespace {

using testing::Lines;
using testing::moment;

LanePartition part(std::optional<double> lower, std::optional<double> upper, double bytes = 1024) {
  LanePartition partition;
  partition.name = lower ? "p" + std::to_string(static_cast<int>(*lower)) : "first";
  partition.lower = lower;
  partition.upper = upper;
  partition.rows = 10;
  partition.bytes = bytes;
  return partition;
}

Lane number_lane(std::vector<LanePartition> partitions) {
  Lane lane;
  lane.title = "Partitions of t";
  lane.scale = LaneScale::kNumber;
  lane.partitions = std::move(partitions);
  return lane;
}

// "data 0 10 x1" for each bar.
Lines outline(const LaneBars& bars) {
  static const char* const kUses[] = {"data", "ahead", "pending", "hole"};
  Lines lines;
  for (const LaneBar& bar : bars.bars) {
    lines.push_back(std::string(kUses[static_cast<int>(bar.use)]) + " " +
                    std::to_string(static_cast<int>(bar.from)) + " " +
                    std::to_string(static_cast<int>(bar.to)) + " x" +
                    std::to_string(bar.partitions));
  }
  return lines;
}

TEST(LaneBars, ShowEachPartitionAndEachHole) {
  const Lane lane = number_lane({part(0, 10), part(10, 20), part(30, 40)});
  EXPECT_EQ(outline(lane_bars(lane, 100)),
            (Lines{"data 0 10 x1", "data 10 20 x1", "hole 20 30 x0", "data 30 40 x1"}));
  EXPECT_EQ(count_holes(lane), 1U);
}

TEST(LaneBars, TellWhatIsAheadAndWhatIsPending) {
  Lane lane = number_lane({part(0, 10), part(10, 20), part(20, 30)});
  lane.scale = LaneScale::kTime;
  lane.now = 12;
  lane.partitions[0].detach_pending = true;
  EXPECT_EQ(outline(lane_bars(lane, 100)),
            (Lines{"pending 0 10 x1", "data 10 20 x1", "ahead 20 30 x1"}));
}

TEST(LaneBars, ReachForNowWhereNoPartitionCoversIt) {
  Lane lane = number_lane({part(0, 10), part(10, 20)});
  lane.scale = LaneScale::kTime;
  lane.now = 32;
  EXPECT_EQ(outline(lane_bars(lane, 100)),
            (Lines{"data 0 10 x1", "data 10 20 x1", "hole 20 32 x0"}));
  EXPECT_EQ(count_holes(lane), 0U) << "it is no hole between partitions";
  lane.now = 2000;
  EXPECT_EQ(lane_bars(lane, 100).to, 20);
}

TEST(LaneBars, CutWhatIsUnboundedOrFarTooWide) {
  const LaneBars open = lane_bars(
      number_lane({part(std::nullopt, 10), part(10, 20), part(20, 30), part(30, std::nullopt)}),
      100);
  EXPECT_EQ(outline(open),
            (Lines{"data -10 10 x1", "data 10 20 x1", "data 20 30 x1", "data 30 50 x1"}));
  EXPECT_TRUE(open.open_below);
  EXPECT_TRUE(open.open_above);
  const LaneBars wide =
      lane_bars(number_lane({part(-5000, 10), part(10, 20), part(20, 30), part(30, 40)}), 100);
  EXPECT_EQ(wide.from, -10);
  EXPECT_TRUE(wide.open_below);
  EXPECT_FALSE(wide.open_above);
}

TEST(LanePlot, NamesTheBoundsThatItCutsAsTheyAre) {
  const std::string open =
      lane_plot(number_lane({part(std::nullopt, 10), part(10, 20), part(20, std::nullopt)}), 100)
          .text();
  EXPECT_NE(open.find("<title>first: below 10, "), std::string::npos) << open;
  EXPECT_NE(open.find("<title>p20: 20 and above, "), std::string::npos) << open;
  const std::string wide =
      lane_plot(number_lane({part(-5000, 10), part(10, 20), part(20, 30)}), 100).text();
  EXPECT_NE(wide.find("&#8722;5,000 to 10, "), std::string::npos) << wide;
}

Lane long_lane(int partitions) {
  Lane lane = number_lane({});
  for (int i = 0; i < partitions; i++) lane.partitions.push_back(part(i * 10, i * 10 + 10, 1000));
  return lane;
}

TEST(LaneBars, MergeNeighboursOfALongSetAndLoseNone) {
  const LaneBars bars = lane_bars(long_lane(2000), 200);
  EXPECT_EQ(bars.bars.size(), 200U);
  std::size_t partitions = 0;
  double bytes = 0;
  for (const LaneBar& bar : bars.bars) {
    partitions += bar.partitions;
    bytes += *bar.bytes;
  }
  EXPECT_EQ(partitions, 2000U);
  EXPECT_EQ(bytes, 2e6);
}

TEST(LaneBars, MergeNothingAcrossAHoleThatCanBeSeen) {
  Lane lane = long_lane(2000);
  lane.partitions.erase(lane.partitions.begin() + 1000, lane.partitions.begin() + 1020);
  lane.partitions.erase(lane.partitions.begin() + 500);
  const auto lines = outline(lane_bars(lane, 200));
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "hole 10000 10200 x0"), 1);
  EXPECT_EQ(std::count_if(lines.begin(), lines.end(),
                          [](const std::string& line) { return line.rfind("hole", 0) == 0; }),
            1)
      << "one hole is as wide as a tenth of a bar";
  EXPECT_EQ(count_holes(lane), 2U) << "but it is counted";
}

TEST(LanePlot, OfTwoThousandPartitionsIsSmall) {
  const std::string svg = lane_plot(long_lane(2000), 200).text();
  EXPECT_LT(svg.size(), 40'000U);
  EXPECT_NE(svg.find("<title>10 partitions from p0: 0 to 100, 100 rows, 9.8 kB</title>"),
            std::string::npos);
}

TEST(LanePlot, HeightIsSize) {
  const std::string svg =
      lane_plot(number_lane({part(0, 10, 500), part(10, 20, 1000)}), 100).text();
  EXPECT_NE(svg.find("x=\"0%\" width=\"50%\" y=\"36\" height=\"30\""), std::string::npos) << svg;
  EXPECT_NE(svg.find("x=\"50%\" width=\"50%\" y=\"14\" height=\"52\""), std::string::npos) << svg;
}

TEST(LanePlot, NamesTimesOfTheSetAndNow) {
  Lane lane;
  lane.title = "Partitions of <t>";
  lane.now = static_cast<double>(moment("2026-11-15"));
  lane.partitions = {
      part(static_cast<double>(moment("2026-10-01")), static_cast<double>(moment("2026-11-01"))),
      part(static_cast<double>(moment("2026-11-01")), static_cast<double>(moment("2026-12-01")))};
  lane.partitions[0].name = "t_p2026_10";
  const std::string svg = lane_plot(lane, 100).text();
  EXPECT_NE(svg.find("<title>t_p2026_10: 2026-10-01 to 2026-11-01, 10 rows, 1 kB</title>"),
            std::string::npos);
  EXPECT_NE(svg.find("<text class=\"now\""), std::string::npos);
  EXPECT_NE(svg.find("aria-label=\"Partitions of &lt;t&gt;\""), std::string::npos);
}

TEST(LanePlot, SaysNothingOfSizesThatAreNotKnown) {
  Lane lane = number_lane({part(0, 10)});
  lane.partitions[0].rows.reset();
  lane.partitions[0].bytes.reset();
  EXPECT_NE(lane_plot(lane, 100).text().find("<title>p0: 0 to 10</title>"), std::string::npos);
}

TEST(LanePlot, KeepsNoRoomForSizesWhereAllAreNothing) {
  EXPECT_NE(lane_plot(number_lane({part(0, 10, 0)}), 100).text().find("height=\"48\""),
            std::string::npos);
  EXPECT_NE(lane_plot(number_lane({part(0, 10, 1)}), 100).text().find("height=\"92\""),
            std::string::npos);
}

TEST(LanePlot, LinesUpPartitionsWithoutOrder) {
  Lane lane = number_lane({part(0, 1), part(1, 2)});
  lane.scale = LaneScale::kPlaces;
  lane.partitions[0].holds = "remainder 0 of 2";
  EXPECT_EQ(lane_bars(lane, 100).to, 24) << "two bars do not fill the page";
  EXPECT_NE(lane_plot(lane, 100).text().find("<title>p0: remainder 0 of 2, 10 rows, 1 kB</title>"),
            std::string::npos);
}

TEST(LanePlot, OfNoPartitionIsEmpty) { EXPECT_TRUE(lane_plot(number_lane({}), 100).empty()); }

}  // namespace
}  // namespace pgscale
