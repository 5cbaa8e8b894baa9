#include <algorithm>

#include "api/claim.h"
#include "api/progress.h"
#include "apply/step_runner.h"
#include "catalog/inventory.h"
#include "catalog/retirements.h"
#include "catalog/state.h"
#include "catalog/subpolicies.h"
#include "core/failure.h"
#include "core/retirement.h"
#include "core/wanted.h"
#include "pg/contain.h"
#include "pg/server.h"

namespace pgscale::api {
namespace {

using catalog::ManagedSet;

Oid managed_parent(Oid relation) {
  const auto parent = catalog::parent_of(relation);
  if (parent && catalog::load_policy(*parent)) return *parent;
  throw Failure(Problem::kWrongObjectType,
                "\"" + std::string(pg::call(pgs_relation_name, relation)) +
                    "\" is not a partition of a set that pgscale manages");
}

const Partition& find_partition(const ManagedSet& managed, Oid oid) {
  const auto& partitions = managed.set.inventory.partitions;
  const auto found =
      std::find_if(partitions.begin(), partitions.end(),
                   [oid](const Partition& partition) { return partition.oid == oid; });
  if (found == partitions.end()) {
    throw Failure(Problem::kUndefinedTable, "the partition is gone");
  }
  if (found->detach_pending) {
    throw Failure(Problem::kNotInPrerequisiteState,
                  "the detach of partition " + readable(found->name) + " is already pending", {},
                  "CALL pgscale.run_maintenance() finalizes it.");
  }
  return *found;
}

// Otherwise the next visit would make the partition anew.
void drop_from_lists(const ManagedSet& managed, const Partition& partition) {
  const auto* list = std::get_if<ListValues>(&partition.bound);
  if (list == nullptr) return;
  const auto groups = groups_within(managed.set.policy.lists, *list);
  if (!groups.empty() && catalog::place_below(managed.facts.parent.oid)) {
    throw Failure(Problem::kNotSupported,
                  "cannot retire list partition " + readable(partition.name) + " below a set",
                  "List group \"" + groups.front() +
                      "\" is one of all sets of its level, which would make it anew.",
                  "Change the lists of the level with pgscale.alter_subparent().");
  }
  for (const std::string& group : groups) {
    catalog::remove_list_group(managed.facts.parent.oid, group);
  }
}

// What copies rows or tells somebody of what has been done is left to maintenance, and what comes
// after that is, too.
bool is_long(const Step& step) {
  return step.action == Action::kArchive || step.action == Action::kSeal ||
         step.action == Action::kAfterRetire;
}

// Whether maintenance has more to do. What follows the detach is asked for in the caller's
// transaction: should that fail, the table that a worker has detached meanwhile stays.
bool retire(const ManagedSet& managed, const Partition& partition, pg::Session& session,
            Progress& progress) {
  apply::StepRunner runner(session, managed, catalog::session_user());
  bool is_deferred = false;
  for (const Step& step : retirement_steps(managed.set, partition, "retired by hand")) {
    is_deferred = is_deferred || is_long(step);
    if (is_deferred) {
      progress.defer(step);
      continue;
    }
    const catalog::RunEnd end = runner.run(step);
    const bool is_pending = end.failure && catalog::is_detach_pending(partition.oid);
    if (end.failure && !is_pending) throw pg::OutcomeError(*end.failure);
    if (step.action == Action::kDetach) catalog::request_action(partition.oid, step.retire);
    if (is_pending) {
      progress.defer(step);
      return true;
    }
    progress.done(step);
  }
  return is_deferred || managed.set.policy.keep_for;
}

void retire_partition(PgsCall* call) {
  const Oid relation = pg::Arguments(call).relation(0, "partition");
  pg::call(pgs_prevent_in_recovery, "pgscale.retire_partition()");
  pg::Session session(pg::Venue::kFunction);
  const Oid parent = managed_parent(relation);
  const auto facts = catalog::read_parent(parent);
  catalog::require_ownership(facts);
  claim_in_transaction(facts);
  const ManagedSet managed = catalog::load_set(parent);
  const Partition& partition = find_partition(managed, relation);
  check_retirable(managed.set, partition, pg::policy_now());
  drop_from_lists(managed, partition);
  Progress progress;
  if (retire(managed, partition, session, progress)) catalog::make_due(parent);
  session.end();
  progress.give(call);
}

}  // namespace
}  // namespace pgscale::api

extern "C" bool body_pgscale_retire_partition(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_retire_partition(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::retire_partition(call); });
}
