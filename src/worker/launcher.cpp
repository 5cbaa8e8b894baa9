#include <algorithm>
#include <chrono>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/schedule.h"
#include "pg/attempt.h"
#include "pg/contain.h"
#include "pg/server.h"
#include "shim/session.h"
#include "shim/shard_board.h"
#include "shim/watch.h"
#include "shim/workers.h"

namespace pgscale::worker {
namespace {

constexpr Micros kNever = std::numeric_limits<Micros>::max();
constexpr Micros kMicrosPerMilli = 1000;
constexpr Micros kBetweenComplaints = 60 * kMicrosPerSecond;
constexpr Micros kBetweenWatches = 5 * kMicrosPerSecond;

std::optional<Micros> unless_never(Micros moment) {
  return moment == kNever ? std::nullopt : std::optional<Micros>(moment);
}

// The only resident process. Touches shared catalogs only, never SPI, and waits on its latch alone,
// so that it holds up neither DROP DATABASE nor a shutdown.
class Launcher {
 public:
  void run() {
    do {
      // An error of one turn, such as no memory, must not end the launcher: the next turn tries
      // again.
      const auto trouble = pg::isolated([this] { turn(); });
      if (trouble) pg::call(pgs_log, ("pgscale launcher: " + trouble->message).c_str());
    } while (pg::call(pgs_sleep, static_cast<std::int64_t>(rest() / kMicrosPerMilli)));
  }

 private:
  void turn() {
    listen();
    notice_interval();
    reap();
    observe();
    start_due();
    start_watch();
  }

  void listen() {
    Oid callers[64];
    bool all = false;
    const int count = pg::call(pgs_wake_requests, callers, 64, &all);
    for (int i = 0; i < count; i++) agenda_.wake(callers[i]);
    if (all) agenda_.wake_all();
  }

  // A visit says when the next sample is due by the interval that it knew.
  void notice_interval() {
    if (pg::sample_interval() != sample_interval_) agenda_.wake_all();
    sample_interval_ = pg::sample_interval();
  }

  void reap() {
    for (auto visit = visits_.begin(); visit != visits_.end();) {
      PgsVisitResult result{};
      const PgsVisitState state = pg::call(pgs_visit_poll, visit->first, &result);
      if (state == PGS_VISIT_RUNNING) {
        ++visit;
        continue;
      }
      if (state == PGS_VISIT_ENDED) {
        const Visit next{unless_never(result.due), unless_never(result.retry)};
        agenda_.finished(visit->second,
                         after_rest(next, pg::policy_now(), pg::real_now(), pg::naptime()),
                         pg::real_now());
      } else {
        agenda_.died(visit->second, pg::real_now());
      }
      visit = visits_.erase(visit);
    }
  }

  void observe() {
    pg::call(pgs_transaction_begin);
    const std::uint32_t* found = nullptr;
    const int count = pg::call(pgs_databases, &found);
    const std::vector<Oid> databases(found, found + count);
    pg::call(pgs_transaction_commit);
    agenda_.observe(databases);
    pg::call(pgs_shards_keep, databases.data(), count);
  }

  void start_due() {
    short_of_workers_ = false;
    const auto most = pg::max_workers();
    for (Oid database : agenda_.due(pg::policy_now(), pg::real_now())) {
      if (visits_.size() >= most) {
        short_of_workers_ = true;
        return;
      }
      const int slot = pg::call(pgs_visit_start, database);
      if (slot < 0) {
        short_of_workers_ = true;
        complain();
        return;
      }
      agenda_.started(database);
      visits_[slot] = database;
    }
  }

  // It ends by itself when there are no more shards. One that has died is not followed at once.
  void start_watch() {
    if (!pg::call(pgs_shards_any) || pg::call(pgs_watch_is_there)) return;
    if (pg::real_now() - watch_started_at_ < kBetweenWatches) return;
    watch_started_at_ = pg::real_now();
    if (!pg::call(pgs_watch_start)) complain();
  }

  // One line a minute, not one a turn.
  void complain() {
    if (pg::real_now() - complained_at_ < kBetweenComplaints) return;
    complained_at_ = pg::real_now();
    pg::call(pgs_log,
             "pgscale launcher: no background worker slot is free; "
             "maintenance waits (see max_worker_processes)");
  }

  // A visit that ends and a session that calls set the latch, so nothing is missed by sleeping.
  [[nodiscard]] Micros rest() const {
    const Micros naptime = pg::naptime().count() * kMicrosPerSecond;
    if (short_of_workers_) return naptime;
    const auto until_due = agenda_.rest(pg::policy_now(), pg::real_now());
    return std::clamp<Micros>(until_due.value_or(naptime), 10 * kMicrosPerMilli, naptime);
  }

  Agenda agenda_;
  std::map<int, Oid> visits_;  // database by slot
  std::chrono::seconds sample_interval_ = pg::sample_interval();
  bool short_of_workers_ = false;
  Micros complained_at_ = 0;
  Micros watch_started_at_ = 0;
};

}  // namespace
}  // namespace pgscale::worker

extern "C" bool body_launcher(PgsFailure* failure);
extern "C" bool body_launcher(PgsFailure* failure) {
  return pgscale::pg::contain(failure, [] {
    pgscale::worker::Launcher launcher;
    launcher.run();
  });
}
