#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/calendar.h"

namespace pgscale {

// How often a shard is asked, and how long it may take to answer; above 0.
struct PingTimes {
  Micros interval;
  Micros timeout;
};

enum class BreakerState {
  kUnknown,  // not all addresses have been heard of yet
  kClosed,   // at least one answers
  kOpen,     // none answers: who wants something of the shard is told so at once
};
[[nodiscard]] const char* text(BreakerState state);

// What the pings of one shard tell. A shard has several addresses where it has standbys or a name
// of several addresses; it is up while any of them answers.
class Breaker {
 public:
  explicit Breaker(std::size_t addresses) : answers_(addresses, Answer::kUnknown) {}

  void answered(std::size_t address, Micros at, Micros round_trip);
  void missed(std::size_t address, Micros at, std::string error);
  // There is nowhere to ask, as when the name of the host cannot be resolved.
  void unreachable(Micros at, std::string error);

  [[nodiscard]] BreakerState state() const { return state_; }
  [[nodiscard]] Micros since() const { return since_; }
  // The last ping of the address went unanswered.
  [[nodiscard]] bool silent(std::size_t address) const {
    return answers_[address] == Answer::kMissed;
  }
  // Of the answer that came last.
  [[nodiscard]] std::optional<Micros> round_trip() const { return round_trip_; }
  [[nodiscard]] std::optional<Micros> last_seen() const { return last_seen_; }
  // Why it is open; empty otherwise.
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  enum class Answer { kUnknown, kGiven, kMissed };
  void settle(Micros at);

  std::vector<Answer> answers_;
  BreakerState state_ = BreakerState::kUnknown;
  Micros since_ = 0;
  std::optional<Micros> round_trip_;
  std::optional<Micros> last_seen_;
  std::string error_;
};

// When the next ping is due: pings begin an interval apart, and one at a time.
[[nodiscard]] Micros next_ping(Micros began, Micros ended, const PingTimes& times);

// Until when the word of a ping that was missed holds, unless it is confirmed: a watch that has
// died or hangs must not keep sessions from a shard that is back.
[[nodiscard]] Micros holds_until(Micros missed, const PingTimes& times);

}  // namespace pgscale
