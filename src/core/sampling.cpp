#include "core/sampling.h"

#include <algorithm>
#include <unordered_set>

namespace pgscale {
namespace {

// How much an object did, to choose whom to write first. Rows and blocks weigh alike.
double weight(const SampleRow& row) {
  const Activity& did = row.activity;
  return static_cast<double>(did.hit + did.read + did.inserted + did.updated + did.deleted) +
         row.ms;
}

double seconds_between(Micros from, Micros to) {
  return static_cast<double>(to - from) / static_cast<double>(kMicrosPerSecond);
}

// What became of one object since its baseline.
struct Change {
  SampleRow row;
  bool changed = false;
  bool reset = false;  // somebody reset its counters meanwhile
};

Change compare(const Measured& now, const Baseline* before, const SampleTime& time) {
  Change change;
  change.row = {now.object, std::nullopt, {}, 0, now.bytes, now.live_rows, now.dead_rows};
  if (!time.previous) {
    change.changed = true;
    return change;
  }
  const Baseline nothing;  // a new object has counted from zero
  const Baseline& base = before == nullptr ? nothing : *before;
  if (!now.activity.continues(base.activity) || now.ms < base.ms) {
    change.changed = true;
    change.reset = true;
    return change;
  }
  change.row.seconds = seconds_between(base.pending_since.value_or(*time.previous), time.at);
  change.row.activity = now.activity - base.activity;
  change.row.ms = now.ms - base.ms;
  change.changed = before == nullptr || !(now.activity == base.activity) || now.ms > base.ms ||
                   now.bytes != base.bytes;
  return change;
}

void add(SampleRow& sum, const SampleRow& part) {
  sum.activity += part.activity;
  sum.ms += part.ms;
  sum.bytes += part.bytes;
  sum.live_rows += part.live_rows;
  sum.dead_rows += part.dead_rows;
}

void keep_heaviest(std::vector<SampleRow>& rows, std::size_t most) {
  if (rows.size() <= most) return;
  std::stable_sort(rows.begin(), rows.end(),
                   [](const SampleRow& a, const SampleRow& b) { return weight(a) > weight(b); });
  rows.resize(most);
}

// One sample in the making.
class Sampler {
 public:
  Sampler(const Baselines& before, const SampleTime& time, const SampleLimits& limits)
      : before_(before), time_(time), limits_(limits) {}

  void look_at(const Measured& object) {
    seen_.insert(object.object);
    const auto found = before_.find(object.object);
    const Baseline* base = found == before_.end() ? nullptr : &found->second;
    const Change change = compare(object, base, time_);
    if (object.root == object.object) {
      look_at_whole(object, base, change);
    } else {
      look_at_part(object, base, change);
    }
  }

  Sampled finish() {
    std::stable_sort(candidates_.begin(), candidates_.end(),
                     [](const Candidate& a, const Candidate& b) {
                       return weight(a.change.row) > weight(b.change.row);
                     });
    for (std::size_t i = 0; i < candidates_.size(); i++) {
      const Candidate& candidate = candidates_[i];
      if (i < limits_.whole || candidate.change.reset || time_.frame) {
        write(candidate);
      } else {
        pass_over(candidate);
      }
    }
    for (auto& [root, sum] : roots_) {
      look_at_root(root, sum);
      if (sum.changed || time_.frame) result_.whole.push_back(sum.row);
    }
    keep_heaviest(result_.parts, limits_.parts);
    for (const auto& [object, base] : before_) {
      if (seen_.count(object) == 0) result_.gone.push_back(object);
    }
    return std::move(result_);
  }

 private:
  struct Candidate {
    Baseline now;
    const Baseline* before;
    Change change;
  };

  Baseline baseline(const Measured& object, const Baseline* base, const Change& change) const {
    return {object.activity, object.ms, object.bytes, std::nullopt, observed(base, change.reset)};
  }

  [[nodiscard]] std::optional<Micros> observed(const Baseline* base, bool reset) const {
    if (!time_.previous) return std::nullopt;  // a series starts
    return base == nullptr || reset ? time_.at : base->observed_since;
  }

  void look_at_whole(const Measured& object, const Baseline* base, const Change& change) {
    if (!change.changed && !time_.frame) return;
    candidates_.push_back({baseline(object, base, change), base, change});
  }

  // The whole is always written, so the difference of a part is spent at once.
  void look_at_part(const Measured& object, const Baseline* base, const Change& change) {
    Change& sum = roots_[object.root];
    if (sum.row.object == 0) {
      sum.row.object = object.root;
      if (time_.previous) sum.row.seconds = seconds_between(*time_.previous, time_.at);
    }
    add(sum.row, change.row);
    sum.reset |= change.reset;
    if (!change.changed) return;
    sum.changed = true;
    if (change.row.seconds) result_.parts.push_back(change.row);
    result_.baselines.emplace_back(object.object, baseline(object, base, change));
  }

  // Remembers since when a root is observed; its figures are those of its parts.
  void look_at_root(std::int64_t root, const Change& sum) {
    seen_.insert(root);
    const auto found = before_.find(root);
    if (found != before_.end() && !sum.reset) return;
    Baseline remembered;
    remembered.observed_since = observed(nullptr, sum.reset);
    result_.baselines.emplace_back(root, remembered);
  }

  void write(const Candidate& candidate) {
    result_.whole.push_back(candidate.change.row);
    if (candidate.change.changed) {
      result_.baselines.emplace_back(candidate.change.row.object, candidate.now);
    }
  }

  void pass_over(const Candidate& candidate) {
    if (candidate.before != nullptr && candidate.before->pending_since) return;
    Baseline waiting = candidate.before == nullptr ? Baseline() : *candidate.before;
    waiting.pending_since = time_.previous;
    waiting.observed_since = candidate.now.observed_since;
    result_.baselines.emplace_back(candidate.change.row.object, waiting);
  }

  const Baselines& before_;
  const SampleTime& time_;
  const SampleLimits& limits_;
  std::unordered_set<std::int64_t> seen_;
  std::vector<Candidate> candidates_;
  std::map<std::int64_t, Change> roots_;
  Sampled result_;
};

}  // namespace

Sampled sample(const std::vector<Measured>& objects, const Baselines& before,
               const SampleTime& time, const SampleLimits& limits) {
  Sampler sampler(before, time, limits);
  for (const Measured& object : objects) sampler.look_at(object);
  return sampler.finish();
}

std::optional<Counters> difference(const Counters& now, const Counters& before) {
  Counters counted;
  for (const auto& [name, value] : now) {
    const auto found = before.find(name);
    const double base = found == before.end() ? 0 : found->second;
    if (value < base) return std::nullopt;
    if (value > base) counted[name] = value - base;
  }
  return counted;
}

std::int64_t day_of(Micros moment) {
  return moment >= 0 ? moment / kMicrosPerDay : (moment + 1) / kMicrosPerDay - 1;
}

SampleTime sample_time(const std::optional<SampleState>& before, const SampleState& now) {
  SampleTime time;
  time.at = now.at;
  time.frame = !before || day_of(now.at) != before->frame_day;
  // A clock that was moved back, or stands still, measures no interval.
  if (before && before->at < now.at && before->cluster == now.cluster &&
      before->relation_epoch == now.relation_epoch) {
    time.previous = before->at;
  }
  if (!time.previous) time.frame = true;
  return time;
}

std::optional<Micros> next_sample(const std::optional<SampleState>& before, Micros interval) {
  if (interval <= 0) return std::nullopt;
  return before ? before->real_at + interval : 0;
}

}  // namespace pgscale
