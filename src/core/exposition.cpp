#include "core/exposition.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace pgscale {
namespace {

std::string escaped(const std::string& text, bool quotes) {
  std::string result;
  for (char c : text) {
    if (c == '\\') {
      result += "\\\\";
    } else if (c == '\n') {
      result += "\\n";
    } else if (c == '"' && quotes) {
      result += "\\\"";
    } else {
      result += c;
    }
  }
  return result;
}

// The shortest text that reads back as the same number.
std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  char text[32];
  for (int digits = 6; digits <= 17; digits++) {
    std::snprintf(text, sizeof text, "%.*g", digits, value);
    if (std::strtod(text, nullptr) == value) break;
  }
  return text;
}

std::string labels(const Metric& metric) {
  if (metric.labels.empty()) return {};
  std::string text = "{";
  for (const auto& [name, value] : metric.labels) {
    if (text.size() > 1) text += ',';
    text += name + "=\"" + escaped(value, true) + "\"";
  }
  return text + "}";
}

}  // namespace

std::string exposition(const std::vector<Metric>& metrics) {
  std::string text;
  const std::string* last = nullptr;
  for (const Metric& metric : metrics) {
    if (last == nullptr || *last != metric.name) {
      text += "# HELP " + metric.name + " " + escaped(metric.help, false) + "\n";
      text += "# TYPE " + metric.name + " " + metric.kind + "\n";
    }
    last = &metric.name;
    text += metric.name + labels(metric) + " " + number(metric.value) + "\n";
  }
  return text;
}

}  // namespace pgscale
