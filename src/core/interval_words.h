#pragma once

#include <string>

namespace pgscale {

// Intervals may be told in quarters, which PostgreSQL does not read: "1 quarter" becomes
// "3 months". Everything else stays as it is.
[[nodiscard]] std::string without_quarters(const std::string& text);

}  // namespace pgscale
