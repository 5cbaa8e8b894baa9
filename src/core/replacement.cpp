#include "core/replacement.h"

#include <algorithm>

#include "core/plan.h"
#include "core/retirement.h"
#include "core/statements.h"

namespace pgscale {
namespace {

PartitionSet without(const PartitionSet& set, const Partition& partition) {
  PartitionSet rest = set;
  auto& partitions = rest.inventory.partitions;
  partitions.erase(
      std::remove_if(partitions.begin(), partitions.end(),
                     [&partition](const Partition& other) { return other.oid == partition.oid; }),
      partitions.end());
  rest.inventory.taken_names.erase(partition.name.name.name());
  return rest;
}

std::vector<Step> removal_steps(const PartitionSet& set, const Partition& partition) {
  PartitionSet dropping = set;
  dropping.policy.retire = Retire::kDrop;
  dropping.policy.keep_for.reset();
  dropping.policy.before_retire.reset();
  dropping.policy.after_retire.reset();
  std::vector<Step> steps = retirement_steps(dropping, partition, "replaced while it is empty");
  Step& detach = steps.front();
  detach.concurrently = false;  // all of it is one transaction
  detach.sql = plain_detach_statements(set.inventory, partition);
  return steps;
}

}  // namespace

std::vector<Step> replacement_steps(const PartitionSet& set, const Partition& partition,
                                    Micros now) {
  const bool is_simple = partition.kind == TableKind::kTable && !partition.detach_pending &&
                         partition.publications.empty() &&
                         default_partition(set.inventory) == nullptr;
  if (set.below.empty() || !is_simple) return {};
  const std::string bounds = bound_clause(partition.bound, set.axis).text();
  for (const Item& item : plan(without(set, partition), now).items) {
    const auto* step = std::get_if<Step>(&item);
    const bool is_same = step != nullptr && step->action == Action::kCreate &&
                         step->bounds == bounds &&
                         readable(step->partition) == readable(partition.name);
    if (!is_same) continue;
    std::vector<Step> steps = removal_steps(set, partition);
    steps.push_back(*step);
    return steps;
  }
  return {};
}

}  // namespace pgscale
