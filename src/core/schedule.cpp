#include "core/schedule.h"

#include <algorithm>
#include <limits>

namespace pgscale {
namespace {

constexpr int kTries = 4;
constexpr Micros kBetweenReconciliations = kMicrosPerHour;
constexpr Micros kShortestRestAfterDeath = 5 * kMicrosPerSecond;

}  // namespace

std::optional<std::chrono::milliseconds> wait_before_retry(int failed_tries) {
  if (failed_tries >= kTries) return std::nullopt;
  return std::chrono::milliseconds(100) * (1 << (failed_tries - 1));
}

std::chrono::seconds rest_after_failures(int failures, std::chrono::seconds naptime) {
  constexpr std::chrono::seconds kLongest(600);
  const int doublings = std::clamp(failures - 1, 0, 10);
  return std::min(std::max(naptime, std::chrono::seconds(1)) * (1 << doublings),
                  std::max(kLongest, naptime));
}

int partitions_in_one_call(std::int64_t lock_slots, int locks_each, bool others_wait) {
  const std::int64_t most = others_wait ? 40 : 200;
  return static_cast<int>(std::clamp<std::int64_t>(lock_slots / 8 / locks_each, 1, most));
}

std::size_t tables_in_one_tree(std::int64_t lock_slots, int locks_each) {
  constexpr std::int64_t kMost = 1000;
  return static_cast<std::size_t>(std::clamp<std::int64_t>(lock_slots / 4 / locks_each, 1, kMost));
}

Visit after_rest(const Visit& next, Micros policy_now, Micros real_now,
                 std::chrono::seconds naptime) {
  const bool was_due = next.due && *next.due <= policy_now;
  const bool was_to_retry = next.retry && *next.retry <= real_now;
  if (!was_due && !was_to_retry) return next;
  const Micros rested = real_now + naptime.count() * kMicrosPerSecond;
  return {was_due ? std::nullopt : next.due,
          next.retry && !was_to_retry ? std::min(*next.retry, rested) : rested};
}

Visit earlier(const Visit& a, const Visit& b) {
  auto first = [](std::optional<Micros> x, std::optional<Micros> y) {
    return x && y ? std::min(x, y) : (x ? x : y);
  };
  return {first(a.due, b.due), first(a.retry, b.retry)};
}

void Agenda::observe(const std::vector<Oid>& databases) {
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const bool exists =
        std::find(databases.begin(), databases.end(), entry->first) != databases.end();
    entry = exists || entry->second.visited_now ? std::next(entry) : entries_.erase(entry);
  }
  for (Oid database : databases) entries_.try_emplace(database);
}

void Agenda::wake(Oid database) { entries_[database].woken = true; }

void Agenda::wake_all() {
  for (auto& [database, entry] : entries_) entry.woken = true;
}

std::optional<Micros> Agenda::overdue(const Entry& entry, Micros policy_now, Micros real_now) {
  if (entry.visited_now) return std::nullopt;
  if (entry.woken) return std::numeric_limits<Micros>::max();
  std::optional<Micros> by;
  auto consider = [&by](std::optional<Micros> moment, Micros now) {
    if (moment && *moment <= now) by = std::max(by.value_or(0), now - *moment);
  };
  consider(entry.next.due, policy_now);
  consider(entry.next.retry, real_now);
  consider(entry.reconcile_at, real_now);
  return by;
}

std::vector<Oid> Agenda::due(Micros policy_now, Micros real_now) const {
  std::vector<std::pair<Micros, Oid>> found;
  for (const auto& [database, entry] : entries_) {
    if (const auto by = overdue(entry, policy_now, real_now)) found.emplace_back(*by, database);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<Oid> databases;
  for (const auto& item : found) databases.push_back(item.second);
  return databases;
}

void Agenda::started(Oid database) {
  Entry& entry = entries_[database];
  entry.visited_now = true;
  entry.woken = false;
}

void Agenda::finished(Oid database, const Visit& next, Micros real_now) {
  Entry& entry = entries_[database];
  entry.visited_now = false;
  entry.deaths = 0;
  entry.next = next;
  entry.reconcile_at = real_now + kBetweenReconciliations;
}

void Agenda::died(Oid database, Micros real_now) {
  Entry& entry = entries_[database];
  entry.visited_now = false;
  entry.deaths = std::min(entry.deaths + 1, 8);
  entry.next = {std::nullopt, real_now + kShortestRestAfterDeath * (1 << entry.deaths)};
  entry.reconcile_at = real_now + kBetweenReconciliations;
}

std::optional<Micros> Agenda::rest(Micros policy_now, Micros real_now) const {
  std::optional<Micros> rest;
  auto consider = [&rest](std::optional<Micros> moment, Micros now) {
    if (!moment) return;
    const Micros left = std::max<Micros>(*moment - now, 0);
    rest = std::min(rest.value_or(left), left);
  };
  for (const auto& [database, entry] : entries_) {
    if (entry.visited_now) continue;
    if (entry.woken) return 0;
    consider(entry.next.due, policy_now);
    consider(entry.next.retry, real_now);
    consider(entry.reconcile_at, real_now);
  }
  return rest;
}

}  // namespace pgscale
