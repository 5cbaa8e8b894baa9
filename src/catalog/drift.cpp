#include "catalog/drift.h"

#include <map>

#include "catalog/drift_facts.h"
#include "catalog/subpolicies.h"
#include "core/coverage.h"
#include "pg/server.h"
#include "pg/session.h"

namespace pgscale::catalog {
namespace {

void append(std::vector<Drift>& all, std::vector<Drift> more) {
  for (Drift& drift : more) all.push_back(std::move(drift));
}

// What cannot be looked at must not hide the drift of all other sets.
template <typename Load>
void append_attempt(std::vector<Drift>& found, Load&& load) {
  std::vector<Drift> more;
  if (const auto trouble = pg::attempt([&] { more = load(); })) {
    more = {{DriftKind::kSet, "", "", trouble->message, Severity::kCritical}};
  }
  append(found, std::move(more));
}

// In a set below another it is that set as a whole which lacks something.
std::vector<Drift> load_coverage_below(Oid set) {
  const ManagedSet managed = load_set(set);
  std::vector<Drift> found = load_coverage(managed, pg::policy_now());
  for (Drift& drift : found) {
    if (drift.partition_oid != 0) continue;
    drift.partition_oid = managed.facts.parent.oid;
    drift.partition = managed.facts.parent.name;
  }
  return found;
}

}  // namespace

std::vector<Drift> load_drift(Oid parent, Oid caller, std::optional<Oid> partition) {
  const auto acting = pg::Acting::as_extension();
  DriftTree tree = load_tree(parent, partition.value_or(0));
  std::map<Oid, IndexWish> wishes;
  load_columns(tree);
  load_triggers(tree);
  std::vector<Drift> of_parents = load_constraints(tree);
  append(of_parents, load_indexes(tree, wishes));
  std::vector<Drift> found;
  for (const PartitionFacts& facts : tree.partitions()) append(found, compare(facts, caller));
  // What is said of a parent rests on all its partitions.
  if (!partition) append(found, std::move(of_parents));
  return found;
}

std::vector<Drift> load_coverage(ManagedSet managed, Micros now) {
  managed.set.policy.fill_holes = true;
  const Plan plan = plan_set(managed, now);
  return coverage_drift(managed.set, plan, now);
}

std::vector<Drift> look_for_drift(Oid parent, Oid caller) {
  const pg::LockTimeout limit(pg::lock_timeout());  // the functions of encoded keys may take locks
  std::vector<Drift> found;
  append_attempt(found, [parent, caller] { return load_drift(parent, caller); });
  append_attempt(found, [parent] { return load_coverage(load_set(parent), pg::policy_now()); });
  for (Oid set : sets_below(parent))
    append_attempt(found, [set] { return load_coverage_below(set); });
  return found;
}

}  // namespace pgscale::catalog
