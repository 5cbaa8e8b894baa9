#pragma once

#include <cmath>
#include <optional>

#include "core/calendar.h"
#include "pg/query.h"

namespace pgscale::catalog {

// Seconds from the epoch of Unix to that of PostgreSQL.
inline constexpr double kEpochSeconds = 946'684'800;

// From extract(epoch FROM ...)::float8; empty for NULL and the infinities.
[[nodiscard]] inline std::optional<Micros> to_instant(const pg::Value& value) {
  const std::optional<double> seconds = pg::to_number(value);
  if (!seconds || !std::isfinite(*seconds)) return std::nullopt;
  return std::llround((*seconds - kEpochSeconds) * static_cast<double>(kMicrosPerSecond));
}

}  // namespace pgscale::catalog
