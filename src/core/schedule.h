#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/calendar.h"
#include "core/inventory.h"

namespace pgscale {

// How long to stay out of the lock queue before the next try within one visit: 100, 200, 400 ms.
// Empty when the step is left to a later visit.
[[nodiscard]] std::optional<std::chrono::milliseconds> wait_before_retry(int failed_tries);

// A snapshot as old as this many lock timeouts is expected to stay; younger ones are worth waiting
// for under the lock timeout.
inline constexpr int kOldSnapshotTimeouts = 10;

// How long a set rests after `failures` visits in a row that failed: the naptime doubled for each,
// at most ten minutes.
[[nodiscard]] std::chrono::seconds rest_after_failures(int failures, std::chrono::seconds naptime);

// A set whose worker died this often in a row is left alone until somebody resumes it.
inline constexpr int kCrashesToQuarantine = 3;

// How many partitions one call may make: it holds all their locks until its transaction ends. Fewer
// where others wait behind these locks: that on the default partition stops readers, those on the
// targets of foreign keys stop writers. Never more than fit into an eighth of the server's lock
// table; maintenance makes the rest, each in a transaction of its own.
[[nodiscard]] int partitions_in_one_call(std::int64_t lock_slots, int locks_each, bool others_wait);

// How many tables one new partition may come with: they are made in one transaction. Never more
// than fit into a quarter of the server's lock table.
[[nodiscard]] std::size_t tables_in_one_tree(std::int64_t lock_slots, int locks_each);

// How long retirement rests in a set that woke up in another server than it went to sleep in.
inline constexpr Micros kHoldAfterRestore = kMicrosPerDay;

// Partitions that a subscription does not know may not be published yet: it is refreshed for them
// no more often than this.
inline constexpr Micros kBetweenRefreshes = kMicrosPerHour;

// A set whose retention depends on its size is measured no more often than this.
inline constexpr Micros kBetweenMeasures = 5 * 60 * kMicrosPerSecond;

// When a database wants its next visit. Two clocks: `due` is a time of the policies' clock, which
// pgscale.clock can replace; `retry` is real time.
struct Visit {
  std::optional<Micros> due;    // empty: nothing will fall due by itself
  std::optional<Micros> retry;  // empty: nothing is left to be tried again
};

// The next visit of a database whose last one has just ended. What fell due before and still is
// could not be done, say because a session works on the set, so it rests for the naptime.
[[nodiscard]] Visit after_rest(const Visit& next, Micros policy_now, Micros real_now,
                               std::chrono::seconds naptime);

// Whichever of the two is wanted first, on each clock.
[[nodiscard]] Visit earlier(const Visit& a, const Visit& b);

// What the launcher knows: which databases exist, which are being visited, when the others are due.
class Agenda {
 public:
  // The databases that exist now; new ones are due at once, vanished ones are forgotten.
  void observe(const std::vector<Oid>& databases);

  // Somebody changed a policy there.
  void wake(Oid database);
  void wake_all();

  // The databases to visit now, the longest overdue first.
  [[nodiscard]] std::vector<Oid> due(Micros policy_now, Micros real_now) const;

  void started(Oid database);
  // The visit ended and says when the next is wanted; a visit that died is tried again after a
  // rest.
  void finished(Oid database, const Visit& next, Micros real_now);
  void died(Oid database, Micros real_now);

  // Real time until something may be due; empty when nothing is.
  [[nodiscard]] std::optional<Micros> rest(Micros policy_now, Micros real_now) const;

 private:
  struct Entry {
    bool visited_now = false;
    bool woken = true;
    int deaths = 0;
    Visit next;
    Micros reconcile_at =
        0;  // real time; a visit at least every hour finds what hands have changed
  };
  [[nodiscard]] static std::optional<Micros> overdue(const Entry& entry, Micros policy_now,
                                                     Micros real_now);

  std::map<Oid, Entry> entries_;
};

}  // namespace pgscale
