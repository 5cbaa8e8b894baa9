#include "core/breaker.h"

#include <algorithm>
#include <utility>

namespace pgscale {

const char* text(BreakerState state) {
  switch (state) {
    case BreakerState::kUnknown: return "unknown";
    case BreakerState::kClosed: return "closed";
    case BreakerState::kOpen: return "open";
  }
  return "unknown";
}

void Breaker::answered(std::size_t address, Micros at, Micros round_trip) {
  answers_[address] = Answer::kGiven;
  round_trip_ = round_trip;
  last_seen_ = at;
  settle(at);
}

void Breaker::missed(std::size_t address, Micros at, std::string error) {
  answers_[address] = Answer::kMissed;
  error_ = std::move(error);
  settle(at);
}

void Breaker::unreachable(Micros at, std::string error) {
  std::fill(answers_.begin(), answers_.end(), Answer::kMissed);
  error_ = std::move(error);
  settle(at);
}

void Breaker::settle(Micros at) {
  const auto any = [this](Answer answer) {
    return std::find(answers_.begin(), answers_.end(), answer) != answers_.end();
  };
  const BreakerState now = any(Answer::kGiven)     ? BreakerState::kClosed
                           : any(Answer::kUnknown) ? BreakerState::kUnknown
                                                   : BreakerState::kOpen;
  if (now != BreakerState::kOpen) error_.clear();
  if (now == state_) return;
  state_ = now;
  since_ = at;
}

Micros next_ping(Micros began, Micros ended, const PingTimes& times) {
  return std::max(began + times.interval, ended);
}

Micros holds_until(Micros missed, const PingTimes& times) {
  return missed + 3 * (times.interval + times.timeout);
}

}  // namespace pgscale
