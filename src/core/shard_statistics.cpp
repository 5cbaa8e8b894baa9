#include "core/shard_statistics.h"

#include <cmath>

namespace pgscale {
namespace {

constexpr double kTolerance = 0.1;
constexpr Micros kDriftInterval = 5 * 60 * kMicrosPerSecond;

}  // namespace

bool counts_are_stale(double known, double counted) {
  if (counted < 0) return false;
  if (known < 0) return true;
  return std::abs(counted - known) > kTolerance * known;
}

// A clock that was set back must not keep anybody from looking.
bool drift_look_is_due(std::optional<Micros> looked_at, Micros now) {
  return !looked_at || now - *looked_at >= kDriftInterval || *looked_at > now;
}

}  // namespace pgscale
