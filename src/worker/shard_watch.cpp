#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/breaker.h"
#include "pg/attempt.h"
#include "pg/contain.h"
#include "pg/server.h"
#include "shim/session.h"
#include "shim/shard_board.h"
#include "shim/shard_settings.h"
#include "shim/waits.h"
#include "shim/watch.h"

namespace pgscale::worker {
namespace {

constexpr Micros kMicrosPerMilli = 1000;
constexpr Micros kLongestWait = 60 * kMicrosPerSecond;
// Names are resolved anew while a shard is silent, for it may have moved, and seldom otherwise.
constexpr Micros kResolveAgain = 60 * kMicrosPerSecond;
constexpr Micros kResolveSilent = 5 * kMicrosPerSecond;

PingTimes ping_times() {
  return {pg::call(pgs_setting_ping_interval) * kMicrosPerMilli,
          pg::call(pgs_setting_ping_timeout) * kMicrosPerMilli};
}

bool same(const PgsAddress& one, const PgsAddress& other) {
  return std::memcmp(&one, &other, sizeof(one)) == 0;
}

bool same(const PgsPublished& one, const PgsPublished& other) {
  return std::memcmp(&one, &other, sizeof(one)) == 0;
}

bool same(const std::vector<PgsAddress>& one, const std::vector<PgsAddress>& other) {
  return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                    [](const PgsAddress& a, const PgsAddress& b) { return same(a, b); });
}

// One address of a shard, and the ping that is on its way there.
class Target {
 public:
  explicit Target(const PgsAddress& address) : address_(address) {}
  ~Target() { end(); }
  Target(Target&& other) noexcept
      : address_(other.address_), ping_(other.ping_), began_(other.began_), due_(other.due_) {
    other.ping_.reset();
  }
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;
  Target& operator=(Target&&) = delete;

  [[nodiscard]] const PgsAddress& address() const { return address_; }
  [[nodiscard]] const std::optional<PgsPing>& ping() const { return ping_; }
  [[nodiscard]] Micros began() const { return began_; }

  // When it is to be looked at again, if its socket does not call first.
  [[nodiscard]] Micros wakes(const PingTimes& times) const {
    return ping_ ? began_ + times.timeout : due_;
  }
  void begin(Micros now) {
    began_ = now;
    ping_.emplace();
    pg::call(pgs_ping_begin, &address_, &*ping_);
  }
  void advance() { pg::call(pgs_ping_advance, &*ping_); }
  void end() {
    if (!ping_) return;
    pg::call(pgs_ping_end, &*ping_);
    ping_.reset();
  }
  void settle(Micros now, const PingTimes& times) {
    end();
    due_ = next_ping(began_, now, times);
  }

 private:
  PgsAddress address_;
  std::optional<PgsPing> ping_;
  Micros began_ = 0;
  Micros due_ = 0;
};

class WatchedShard {
 public:
  explicit WatchedShard(const PgsPublished& published) : published_(published), breaker_(0) {}

  [[nodiscard]] const PgsPublished& published() const { return published_; }

  void work(Micros now, const PingTimes& times) {
    if (now >= resolve_at_) resolve(now);
    for (std::size_t i = 0; i < targets_.size(); i++) work(i, now, times);
  }

  [[nodiscard]] Micros wakes(const PingTimes& times) const {
    Micros first = resolve_at_;
    for (const Target& target : targets_) first = std::min(first, target.wakes(times));
    return first;
  }

  void add_sockets(std::vector<PgsSocket>& sockets) const {
    for (const Target& target : targets_) {
      if (!target.ping()) continue;
      sockets.push_back(
          {target.ping()->socket, target.ping()->state == PGS_PING_CONNECTING, false});
    }
  }

  // Whether there is something to report since the last time.
  [[nodiscard]] bool take_news() { return std::exchange(news_, false); }

  [[nodiscard]] PgsShardHealth health(const PingTimes& times) const {
    PgsShardHealth health{};
    health.state = static_cast<std::int32_t>(breaker_.state());
    health.since = breaker_.since();
    health.last_seen = breaker_.last_seen().value_or(0);
    health.round_trip = breaker_.round_trip().value_or(-1);
    breaker_.error().copy(health.error, sizeof(health.error) - 1);
    if (breaker_.state() == BreakerState::kOpen) health.down_until = holds_until(heard_, times);
    health.address_count = static_cast<std::int32_t>(targets_.size());
    for (std::size_t i = 0; i < targets_.size(); i++) {
      health.addresses[i] = targets_[i].address();
      if (breaker_.silent(i)) health.silent_until[i] = holds_until(heard_, times);
    }
    return health;
  }

 private:
  void resolve(Micros now) {
    std::vector<PgsAddress> found;
    char error[128] = "";
    for (int i = 0; i < published_.entry.endpoint_count; i++) {
      PgsAddress addresses[PGS_MOST_ADDRESSES];
      const PgsEndpoint& endpoint = published_.entry.endpoints[i];
      const int count =
          pg::call(pgs_resolve, endpoint.host, endpoint.port, addresses,
                   PGS_MOST_ADDRESSES - static_cast<int>(found.size()), error, sizeof(error));
      found.insert(found.end(), addresses, addresses + count);
    }
    if (found.empty()) {
      targets_.clear();
      breaker_ = Breaker(0);
      hear(now, [&] { breaker_.unreachable(now, error); });
    } else if (!same(found, addresses())) {
      targets_.clear();
      for (const PgsAddress& address : found) targets_.emplace_back(address);
      breaker_ = Breaker(found.size());
    }
    resolve_at_ = now + (breaker_.state() == BreakerState::kOpen ? kResolveSilent : kResolveAgain);
  }

  [[nodiscard]] std::vector<PgsAddress> addresses() const {
    std::vector<PgsAddress> all;
    for (const Target& target : targets_) all.push_back(target.address());
    return all;
  }

  // An answer that has come is read before its time is looked at: this process may have slept
  // itself.
  void work(std::size_t index, Micros now, const PingTimes& times) {
    Target& target = targets_[index];
    if (target.ping()) {
      target.advance();
    } else if (now >= target.wakes(times)) {
      target.begin(now);
    } else {
      return;
    }
    const PgsPing& ping = *target.ping();
    if (ping.state == PGS_PING_ANSWERED) {
      hear(now, [&] { breaker_.answered(index, now, now - target.began()); });
    } else if (ping.state == PGS_PING_FAILED) {
      hear(now, [&] { breaker_.missed(index, now, ping.error); });
    } else if (now >= target.wakes(times)) {
      hear(now, [&] { breaker_.missed(index, now, "no answer"); });
    } else {
      return;
    }
    target.settle(now, times);
  }

  template <typename Tell>
  void hear(Micros now, Tell tell) {
    const BreakerState before = breaker_.state();
    tell();
    heard_ = now;
    news_ = true;
    if (breaker_.state() == before) return;
    if (breaker_.state() == BreakerState::kOpen) resolve_at_ = now + kResolveSilent;
    log(before);
  }

  void log(BreakerState before) const {
    const std::string name = "shard \"" + std::string(published_.entry.name) + "\" ";
    if (breaker_.state() == BreakerState::kOpen) {
      pg::call(pgs_log, (name + "is down: " + breaker_.error()).c_str());
    } else if (before == BreakerState::kOpen) {
      pg::call(pgs_log, (name + "is up again").c_str());
    }
  }

  PgsPublished published_;
  Breaker breaker_;
  std::vector<Target> targets_;
  Micros resolve_at_ = 0;
  Micros heard_ = 0;
  bool news_ = false;
};

// Ends when there is nothing to watch.
class ShardWatch {
 public:
  void run() {
    load();
    while (!shards_.empty()) {
      turn();
      if (pg::call(pgs_shards_generation) != generation_) load();
    }
  }

 private:
  void turn() {
    const PingTimes times = ping_times();
    Micros wakes = pg::real_now() + kLongestWait;
    for (WatchedShard& shard : shards_) {
      shard.work(pg::real_now(), times);
      if (shard.take_news()) report(shard, times);
      wakes = std::min(wakes, shard.wakes(times));
    }
    wait(wakes);
  }

  void report(const WatchedShard& shard, const PingTimes& times) const {
    const PgsShardHealth health = shard.health(times);
    pg::call(pgs_shard_report, shard.published().slot, generation_, &health);
  }

  void wait(Micros until) const {
    std::vector<PgsSocket> sockets;
    for (const WatchedShard& shard : shards_) shard.add_sockets(sockets);
    // A millisecond more than none: what is due then is due for certain.
    const Micros rest = std::clamp<Micros>(until - pg::real_now(), 0, kLongestWait);
    pg::call(pgs_wait_sockets, sockets.data(), static_cast<int>(sockets.size()),
             rest / kMicrosPerMilli + 1);
    pg::call(pgs_reload_settings);
  }

  // A shard that is where it was goes on as it is.
  void load() {
    std::vector<PgsPublished> published(PGS_MOST_SHARDS);
    const int count = pg::call(pgs_shards_published, published.data(), &generation_);
    std::vector<WatchedShard> next;
    for (int i = 0; i < count; i++) {
      const auto old = std::find_if(shards_.begin(), shards_.end(), [&](const WatchedShard& shard) {
        return same(shard.published(), published[i]);
      });
      if (old == shards_.end()) {
        next.emplace_back(published[i]);
      } else {
        next.push_back(std::move(*old));
      }
    }
    shards_ = std::move(next);
  }

  std::vector<WatchedShard> shards_;
  std::uint32_t generation_ = 0;
};

}  // namespace
}  // namespace pgscale::worker

extern "C" bool body_shard_watch(PgsFailure* failure);
extern "C" bool body_shard_watch(PgsFailure* failure) {
  return pgscale::pg::contain(failure, [] { pgscale::worker::ShardWatch().run(); });
}
