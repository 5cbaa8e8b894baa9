#include "core/exposition.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace pgscale {
namespace {

Metric gauge(const std::string& name, double value) {
  return {name, "gauge", "Some value", {}, value};
}

TEST(Exposition, PutsHelpAndTypeOnceBeforeTheMetricsOfAName) {
  Metric first{"a_bytes", "gauge", "Size", {{"relname", "x"}, {"schemaname", "s"}}, 1};
  Metric second = first;
  second.labels[0].second = "y";
  second.value = 2.5;
  EXPECT_EQ(exposition({first, second, {"b_total", "counter", "Count", {}, 3}}),
            "# HELP a_bytes Size\n"
            "# TYPE a_bytes gauge\n"
            "a_bytes{relname=\"x\",schemaname=\"s\"} 1\n"
            "a_bytes{relname=\"y\",schemaname=\"s\"} 2.5\n"
            "# HELP b_total Count\n"
            "# TYPE b_total counter\n"
            "b_total 3\n");
}

TEST(Exposition, EscapesLabelsAndHelp) {
  const Metric metric{"a", "gauge", "a \"b\"\\\nc", {{"l", "a \"b\"\\\nc"}}, 0};
  EXPECT_EQ(exposition({metric}),
            "# HELP a a \"b\"\\\\\\nc\n# TYPE a gauge\na{l=\"a \\\"b\\\"\\\\\\nc\"} 0\n");
}

TEST(Exposition, WritesNumbersThatReadBackTheSame) {
  const auto written = [](double value) {
    const std::string text = exposition({gauge("a", value)});
    return text.substr(text.rfind("a ") + 2);
  };
  EXPECT_EQ(written(1e15), "1e+15\n");
  EXPECT_EQ(written(9007199254740991.0), "9007199254740991\n");
  EXPECT_EQ(written(0.1), "0.1\n");
  EXPECT_EQ(written(1.0 / 3), "0.3333333333333333\n");
  EXPECT_EQ(written(std::nan("")), "NaN\n");
  EXPECT_EQ(written(std::numeric_limits<double>::infinity()), "+Inf\n");
  EXPECT_EQ(written(-std::numeric_limits<double>::infinity()), "-Inf\n");
}

TEST(Exposition, IsEmptyWithoutMetrics) { EXPECT_EQ(exposition({}), ""); }

}  // namespace
}  // namespace pgscale
