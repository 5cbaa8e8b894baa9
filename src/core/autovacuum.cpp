#include "core/autovacuum.h"

#include <algorithm>
#include <limits>
#include <map>

namespace pgscale {
namespace {

template <typename T>
T first_of(const std::optional<T>& own, const std::optional<T>& server) {
  return own ? *own : server.value_or(T{});
}

float threshold(int base, double scale, float rows) {
  return static_cast<float>(base) + static_cast<float>(scale) * rows;
}

float unfrozen_share(const TablePart& part) {
  if (part.pages <= 0 || part.frozen_pages <= 0) return 1;
  const auto frozen = static_cast<float>(std::min(part.frozen_pages, part.pages));
  return 1 - frozen / static_cast<float>(part.pages);
}

// A table may only ask to be frozen earlier than the others.
std::int64_t earlier_of(const std::optional<int>& own, const std::optional<int>& server) {
  const int limit = server.value_or(0);
  return own ? std::min(*own, limit) : limit;
}

// How far it is, where 1 is the threshold.
double pressure(std::int64_t rows, float limit) {
  return static_cast<double>(rows) / std::max(limit, 1.0F);
}

double vacuum_pressure(const TablePart& part, const Thresholds& limits, VacuumReason reason) {
  if (reason == VacuumReason::kWraparound) return std::numeric_limits<double>::infinity();
  const double dead = pressure(part.dead_rows, limits.dead);
  return limits.inserted ? std::max(dead, pressure(part.inserted_rows, *limits.inserted)) : dead;
}

// A count without a VACUUM or ANALYZE may have begun anew with a crash.
std::int64_t live_rows(const TablePart& part) {
  if (part.vacuumed_at || part.analyzed_at || !part.rows_estimate) return part.live_rows;
  return std::max(part.live_rows, static_cast<std::int64_t>(*part.rows_estimate));
}

void keep_oldest(std::optional<Micros>& oldest, const std::optional<Micros>& moment) {
  if (moment && (!oldest || *moment < *oldest)) oldest = moment;
}

// The sum of one root while its parts come in.
class Sum {
 public:
  Sum(const AutovacuumSettings& server, VacuumWork& work) : server_(server), work_(work) {}

  void add(const TablePart& part) {
    const Thresholds limits = thresholds(server_, part);
    work_.root = part.root;
    work_.enabled = work_.enabled && limits.enabled;
    add_vacuum(part, limits);
    if (part.is_toast) return;
    add_leaf(part);
    if (part.is_analyzed) add_analyze(part, limits);
  }

 private:
  void add_vacuum(const TablePart& part, const Thresholds& limits) {
    const VacuumReason reason = vacuum_reason(part, limits);
    if (reason != VacuumReason::kNone) work_.vacuum_due++;
    const double pressed = vacuum_pressure(part, limits, reason);
    if (pressed <= vacuum_pressed_) return;
    vacuum_pressed_ = pressed;
    work_.vacuum_worst = part;
    work_.vacuum_limits = limits;
    work_.reason = reason;
  }

  void add_leaf(const TablePart& part) {
    work_.leaves++;
    work_.live_rows += live_rows(part);
    work_.dead_rows += part.dead_rows;
    keep_oldest(work_.vacuumed_at, part.vacuumed_at);
    keep_oldest(work_.analyzed_at, part.analyzed_at);
    if (live_rows(part) > 0 && !part.vacuumed_at) work_.never_vacuumed++;
  }

  void add_analyze(const TablePart& part, const Thresholds& limits) {
    work_.changed_rows += part.changed_rows;
    if (live_rows(part) > 0 && !part.analyzed_at) work_.unanalyzed.push_back(part.oid);
    if (static_cast<float>(part.changed_rows) > limits.changed) work_.analyze_due++;
    const double pressed = pressure(part.changed_rows, limits.changed);
    if (pressed <= analyze_pressed_) return;
    analyze_pressed_ = pressed;
    work_.analyze_worst = part;
    work_.analyze_limits = limits;
  }

  const AutovacuumSettings& server_;
  VacuumWork& work_;
  double vacuum_pressed_ = -1;
  double analyze_pressed_ = -1;
};

}  // namespace

Thresholds thresholds(const AutovacuumSettings& server, const TablePart& part) {
  const AutovacuumSettings& own = part.settings;
  const float rows = std::max(part.rows_estimate.value_or(0), 0.0F);
  Thresholds limits;
  limits.enabled = server.enabled.value_or(true) && own.enabled.value_or(true);
  limits.dead =
      threshold(first_of(own.threshold, server.threshold), first_of(own.scale, server.scale), rows);
  const int most = first_of(own.max_threshold, server.max_threshold);
  if (most >= 0) limits.dead = std::min(limits.dead, static_cast<float>(most));
  const int inserts = first_of(own.insert_threshold, server.insert_threshold);
  if (inserts >= 0) {
    const auto scale = static_cast<float>(first_of(own.insert_scale, server.insert_scale));
    limits.inserted = static_cast<float>(inserts) + scale * rows * unfrozen_share(part);
  }
  limits.changed = threshold(first_of(own.analyze_threshold, server.analyze_threshold),
                             first_of(own.analyze_scale, server.analyze_scale), rows);
  limits.freeze_max_age = earlier_of(own.freeze_max_age, server.freeze_max_age);
  limits.multixact_freeze_max_age =
      earlier_of(own.multixact_freeze_max_age, server.multixact_freeze_max_age);
  return limits;
}

VacuumReason vacuum_reason(const TablePart& part, const Thresholds& limits) {
  if (part.xid_age.value_or(0) > limits.freeze_max_age ||
      part.multixact_age.value_or(0) > limits.multixact_freeze_max_age) {
    return VacuumReason::kWraparound;
  }
  if (static_cast<float>(part.dead_rows) > limits.dead) return VacuumReason::kDeadRows;
  if (limits.inserted && static_cast<float>(part.inserted_rows) > *limits.inserted) {
    return VacuumReason::kInserts;
  }
  return VacuumReason::kNone;
}

std::vector<VacuumWork> vacuum_work(const AutovacuumSettings& server,
                                    const std::vector<TablePart>& parts) {
  std::map<Oid, VacuumWork> works;
  std::map<Oid, Sum> sums;
  for (const TablePart& part : parts) {
    if (part.is_temporary) continue;
    sums.try_emplace(part.root, server, works[part.root]).first->second.add(part);
  }
  std::vector<VacuumWork> result;
  result.reserve(works.size());
  for (auto& [root, work] : works) result.push_back(std::move(work));
  return result;
}

std::vector<FreezeAge> freeze_ages(const AutovacuumSettings& server,
                                   const std::vector<TablePart>& parts) {
  std::map<Oid, FreezeAge> ages;
  for (const TablePart& part : parts) {
    if (!part.xid_age) continue;
    const Thresholds limits = thresholds(server, part);
    FreezeAge& age = ages[part.root];
    age.root = part.root;
    if (part.xid_age > age.xid_age) {
      age.oldest = part.oid;
      age.xid_age = part.xid_age;
      age.freeze_max_age = limits.freeze_max_age;
    }
    if (part.multixact_age > age.multixact_age) {
      age.oldest_multixact = part.oid;
      age.multixact_age = part.multixact_age;
      age.multixact_freeze_max_age = limits.multixact_freeze_max_age;
    }
  }
  std::vector<FreezeAge> result;
  result.reserve(ages.size());
  for (const auto& [root, age] : ages) result.push_back(age);
  return result;
}

}  // namespace pgscale
