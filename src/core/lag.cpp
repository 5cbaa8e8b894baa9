#include "core/lag.h"

#include <algorithm>

namespace pgscale {

std::string lag_status(const LagFacts& facts) {
  if (facts.wal_status == "lost") return "lost";
  if (!facts.state) return "unknown";
  if (*facts.state == "none") return "disconnected";
  const bool silent =
      facts.silence && facts.timeout && *facts.timeout > 0 && *facts.silence > *facts.timeout;
  if (silent) return "disconnected";
  if (*facts.state != "streaming" && *facts.state != "catchup") {
    return facts.kind == "self" ? "disconnected" : "starting";
  }
  if (!facts.bytes_behind) return "unknown";
  if (*facts.bytes_behind > 0) return facts.paused ? "paused" : "behind";
  // A walsender that still reads old WAL says nothing of the newest.
  return *facts.state == "streaming" ? "caught_up" : "behind";
}

std::chrono::milliseconds next_look(const LsnWait& wait) {
  using std::chrono::milliseconds;
  constexpr double kShortest = 1;
  constexpr double kLongest = 100;
  const double slept = static_cast<double>(wait.slept.count()) / 1000;
  double sleep = slept * 2;
  if (wait.covered > 0 && slept > 0) {
    sleep = slept * static_cast<double>(wait.distance) / static_cast<double>(wait.covered) / 2;
  }
  const auto chosen =
      milliseconds(static_cast<std::int64_t>(std::clamp(sleep, kShortest, kLongest)));
  const auto left = std::chrono::ceil<milliseconds>(wait.left);
  return std::max(milliseconds(1), std::min(chosen, left));
}

}  // namespace pgscale
