#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace pgscale {

// What is known of one consumer of WAL, or of this standby itself; empty is not known.
struct LagFacts {
  std::string kind;                          // physical, logical or self
  std::optional<std::string> state;          // of the walsender or walreceiver; "none" without one
  std::optional<std::int64_t> bytes_behind;  // between the newest WAL known and what was replayed
  std::optional<double> silence;             // seconds since the other side was last heard
  std::optional<double> timeout;          // seconds of silence after which nobody is there; 0: none
  bool paused = false;                    // replay, by hand
  std::optional<std::string> wal_status;  // of the slot
};

// caught_up, behind, paused, starting, disconnected, lost or unknown. Only caught_up is 0 behind.
[[nodiscard]] std::string lag_status(const LagFacts& facts);

// How long to sleep before looking at the replay position again. Half the time that the rest of the
// way takes at the pace of the last sleep; without a pace twice the last sleep. From 1 to 100 ms,
// never past the deadline.
struct LsnWait {
  std::uint64_t distance;              // bytes still to come
  std::uint64_t covered = 0;           // bytes replayed during the last sleep
  std::chrono::microseconds slept{0};  // the last sleep; 0 for none yet
  std::chrono::microseconds left;      // until the deadline, above 0
};
[[nodiscard]] std::chrono::milliseconds next_look(const LsnWait& wait);

}  // namespace pgscale
