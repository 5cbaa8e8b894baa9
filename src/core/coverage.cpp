#include "core/coverage.h"

#include <algorithm>
#include <map>

#include "core/statements.h"
#include "core/wanted.h"

namespace pgscale {
namespace {

bool overlap(const Range& a, const Range& b) { return a.lower < b.upper && b.lower < a.upper; }

class Coverage {
 public:
  Coverage(const PartitionSet& set, const Plan& plan, Micros now)
      : set_(set), plan_(plan), rest_(default_partition(set.inventory)) {
    if (set.inventory.parent.method != Method::kRange) return;
    position_ = current_position(set, now);
    for (const Wanted& wanted : wanted_ranges(set, now).missing) {
      ranges_.emplace(bound_clause(wanted.bound, set.axis).text(), std::get<Range>(wanted.bound));
    }
  }

  std::vector<Drift> run() {
    for (const Item& item : plan_.items) {
      if (const auto* step = std::get_if<Step>(&item)) {
        look_at(*step);
      } else {
        look_at(std::get<Refusal>(item));
      }
    }
    find_overlaps();
    return std::move(found_);
  }

 private:
  // Guard and validation come before the creation that they are for.
  void look_at(const Step& step) {
    switch (step.action) {
      case Action::kGuard: pending_ = {step}; return;
      case Action::kValidate: pending_.push_back(step); return;
      case Action::kUnguard: add_guard(step); return;
      case Action::kCreate:
        pending_.push_back(step);
        add_gap(step.bounds, "none");
        pending_.clear();
        return;
      default: return;
    }
  }

  void look_at(const Refusal& refusal) {
    if (refusal.action != Action::kCreate) return;
    pending_.clear();
    add_gap(refusal.bounds.empty() ? refusal.partition : refusal.bounds, refusal.message);
  }

  void add_gap(const std::string& bounds, const std::string& actual) {
    const Range* range = range_of(bounds);
    if (range != nullptr && is_ahead(*range)) return;
    const RetiredTable* holder = range != nullptr ? detached_in(*range) : nullptr;
    if (holder != nullptr) {
      // Somebody may want to attach it again, which a new partition would prevent.
      add(DriftKind::kGap, bounds, "a partition", "detached table " + readable(holder->name),
          Severity::kInfo);
      return;
    }
    add(DriftKind::kGap, bounds, "a partition", actual, gap_severity(range)).repair = pending_;
  }

  // It refuses rows of the range that it was set for.
  void add_guard(const Step& step) {
    Drift& drift =
        add(DriftKind::kGuard, kGuardName, "", "left by an interrupted run", Severity::kCritical);
    drift.partition_oid = step.partition_oid;
    drift.partition = step.partition;
    drift.repair = {step};
  }

  void find_overlaps() {
    for (const RetiredTable& table : set_.inventory.retired) {
      if (table.attached || !table.range) continue;
      for (const Partition& partition : set_.inventory.partitions) {
        const auto* range = std::get_if<Range>(&partition.bound);
        if (range == nullptr || !overlap(*range, *table.range)) continue;
        Drift& drift = add(DriftKind::kOverlap, readable(table.name), "", partition.bound_text,
                           Severity::kInfo);
        drift.partition_oid = partition.oid;
        drift.partition = partition.name;
      }
    }
  }

  [[nodiscard]] const Range* range_of(const std::string& bounds) const {
    const auto found = ranges_.find(bounds);
    return found == ranges_.end() ? nullptr : &found->second;
  }

  // Maintenance is about to make it; nothing is between it and the last bound.
  [[nodiscard]] bool is_ahead(const Range& range) const {
    if (!(End::at(position_) < range.lower)) return false;
    return std::none_of(set_.inventory.partitions.begin(), set_.inventory.partitions.end(),
                        [&range](const Partition& partition) {
                          const auto* other = std::get_if<Range>(&partition.bound);
                          return other != nullptr && range.lower < other->lower;
                        });
  }

  [[nodiscard]] const RetiredTable* detached_in(const Range& range) const {
    for (const RetiredTable& table : set_.inventory.retired) {
      if (!table.attached && table.range && overlap(*table.range, range)) return &table;
    }
    return nullptr;
  }

  // Rows that have no place are refused, unless a default partition takes them; for a range it is
  // those of the present that matter most.
  [[nodiscard]] Severity gap_severity(const Range* range) const {
    const End here = End::at(position_);
    const bool is_now = range == nullptr || (!(here < range->lower) && here < range->upper);
    return is_now && rest_ == nullptr ? Severity::kCritical : Severity::kWarning;
  }

  Drift& add(DriftKind kind, const std::string& object, const std::string& expected,
             const std::string& actual, Severity severity) {
    found_.push_back({kind, object, expected, actual, severity});
    return found_.back();
  }

  const PartitionSet& set_;
  const Plan& plan_;
  const Partition* rest_;
  Point position_ = 0;
  std::map<std::string, Range> ranges_;
  std::vector<Step> pending_;
  std::vector<Drift> found_;
};

}  // namespace

std::vector<Drift> coverage_drift(const PartitionSet& set, const Plan& plan, Micros now) {
  return Coverage(set, plan, now).run();
}

}  // namespace pgscale
