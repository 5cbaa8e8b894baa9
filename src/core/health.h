#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pgscale {

enum class HealthStatus { kOk, kUnknown, kWarning, kCritical };
[[nodiscard]] const char* text(HealthStatus status);

// From these values on a check is a warning, or critical. Empty: never.
struct Threshold {
  std::optional<double> warning;
  std::optional<double> critical;
};

// One question that the health view answers. What is measured for it is in
// sql/objects/evidence.sql, under the same name.
enum class Bad { kHigh, kLow };
struct Check {
  const char* name;
  const char* area;
  Bad bad;  // which values
  Threshold threshold;
  const char* unit;
  const char* meaning;
  const char* action;  // what to do
};

// All checks, in the order of the view.
[[nodiscard]] const std::vector<Check>& checks();

// Throws Failure when there is none of that name.
[[nodiscard]] const Check& find_check(std::string_view name);

// What is not known is never ok.
[[nodiscard]] HealthStatus judge(std::optional<double> value, const Threshold& threshold, Bad bad);

// Throws Failure for thresholds that nobody can mean.
void validate(const Check& check, const Threshold& threshold);

}  // namespace pgscale
