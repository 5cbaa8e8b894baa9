#include "core/retention.h"

#include <algorithm>
#include <cstddef>

#include "core/cold_shard.h"
#include "core/wanted.h"

namespace pgscale {
namespace {

// A partition that exists or is about to be made.
struct Candidate {
  Range range;
  const Partition* partition;  // null: coming
  std::size_t number;          // among the coming ones
  std::int64_t bytes;
  std::string reason = {};  // why it goes; empty while it stays
};

std::vector<Candidate> candidates(const PartitionSet& set, const std::vector<Range>& coming) {
  std::vector<Candidate> result;
  for (const Partition& partition : set.inventory.partitions) {
    const auto* range = std::get_if<Range>(&partition.bound);
    if (range == nullptr || partition.detach_pending) continue;
    if (partition.grows_to) continue;  // it has not got all its rows yet
    if (is_cold(set.policy, partition)) continue;
    result.push_back({*range, &partition, 0, partition.bytes});
  }
  for (std::size_t i = 0; i < coming.size(); i++) result.push_back({coming[i], nullptr, i, 0});
  std::sort(result.begin(), result.end(),
            [](const Candidate& a, const Candidate& b) { return a.range.upper < b.range.upper; });
  return result;
}

class Rules {
 public:
  Rules(const PartitionSet& set, Micros now, const std::vector<Range>& coming)
      : set_(set), position_(current_position(set, now)), candidates_(candidates(set, coming)) {
    result_.coming.resize(coming.size());
  }

  Departures run() {
    apply_age();
    if (set_.policy.retention_count) apply_count(*set_.policy.retention_count);
    if (set_.policy.retention_bytes) apply_bytes(*set_.policy.retention_bytes);
    for (const Candidate& candidate : candidates_) {
      if (candidate.reason.empty()) continue;
      if (candidate.partition != nullptr) {
        result_.partitions.push_back({candidate.partition, candidate.reason});
      } else {
        result_.coming[candidate.number] = true;
      }
    }
    return std::move(result_);
  }

 private:
  void apply_age() {
    for (Candidate& candidate : candidates_) {
      const std::optional<Point> end = expiry(set_, candidate.range.upper);
      if (!end) continue;
      if (*end <= position_) {
        candidate.reason = "retention ended at " + set_.axis->text(*end);
      } else if (is_time(set_.axis->kind())) {
        due_at(set_.axis->instant(*end));
      }
    }
  }

  [[nodiscard]] bool is_past(const Candidate& candidate) const {
    return !(End::at(position_) < candidate.range.upper);
  }

  [[nodiscard]] bool is_older_than_rows(const Candidate& candidate) const {
    return set_.inventory.reached && candidate.range.lower < End::at(*set_.inventory.reached);
  }

  [[nodiscard]] bool may_go(const Candidate& candidate) const {
    return candidate.reason.empty() && is_past(candidate) && is_older_than_rows(candidate);
  }

  void apply_count(int most) {
    int count = 0;
    for (const Candidate& candidate : candidates_) {
      if (candidate.reason.empty() && is_past(candidate)) count++;
    }
    for (Candidate& candidate : candidates_) {
      if (count <= most) break;
      if (!may_go(candidate)) continue;
      candidate.reason =
          "more than retention_count = " + std::to_string(most) + " partitions of the past";
      count--;
    }
    due_at_overflow(most - count + 1);
  }

  // The oldest one goes when so many more have ended.
  void due_at_overflow(int more) {
    bool is_oldest = true;
    for (const Candidate& candidate : candidates_) {
      if (!candidate.reason.empty()) continue;
      if (is_oldest && !is_older_than_rows(candidate)) return;
      is_oldest = false;
      if (is_past(candidate) || --more > 0) continue;
      if (more == 0) due_at_end(candidate);
      return;
    }
  }

  void apply_bytes(std::int64_t most) {
    std::int64_t total = 0;
    for (const Candidate& candidate : candidates_) {
      if (candidate.reason.empty()) total += candidate.bytes;
    }
    for (Candidate& candidate : candidates_) {
      if (total <= most) return;
      if (!candidate.reason.empty() || !is_older_than_rows(candidate)) continue;
      if (!is_past(candidate)) {
        due_at_end(candidate);
        return;
      }
      candidate.reason = "the set is larger than retention_bytes = " + std::to_string(most);
      total -= candidate.bytes;
    }
  }

  void due_at_end(const Candidate& candidate) {
    const End& upper = candidate.range.upper;
    if (is_time(set_.axis->kind()) && upper.kind == End::Kind::kValue) {
      due_at(set_.axis->instant(set_.axis->at_or_after(upper)));
    }
  }

  void due_at(Micros moment) {
    result_.next_due = std::min(result_.next_due.value_or(moment), moment);
  }

  const PartitionSet& set_;
  Point position_;
  std::vector<Candidate> candidates_;  // the oldest first
  Departures result_;
};

}  // namespace

Departures departures(const PartitionSet& set, Micros now, const std::vector<Range>& coming) {
  return Rules(set, now, coming).run();
}

Micros end_of_keeping(const PartitionSet& set, Micros detached_at) {
  if (!set.policy.keep_for) return detached_at;
  const Axis clock(KeyKind::kTimestampTz, set.axis ? set.axis->zone() : Zone::utc());
  return static_cast<Micros>(clock.add(Point{detached_at}, *set.policy.keep_for));
}

}  // namespace pgscale
