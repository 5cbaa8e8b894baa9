#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pgscale {

// One value in Prometheus' terms.
struct Metric {
  std::string name;
  std::string kind;  // counter or gauge
  std::string help;
  std::vector<std::pair<std::string, std::string>> labels;  // in their order
  double value = 0;
};

// The text exposition format, version 0.0.4
// (prometheus.io/docs/instrumenting/exposition_formats): metrics of one name stand together, below
// their HELP and TYPE. Metrics of one name must follow each other.
[[nodiscard]] std::string exposition(const std::vector<Metric>& metrics);

}  // namespace pgscale
