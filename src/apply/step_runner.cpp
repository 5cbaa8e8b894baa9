#include "apply/step_runner.h"

#include <chrono>

#include "apply/remote_part.h"
#include "apply/strong_locks.h"
#include "catalog/analysis.h"
#include "catalog/blockers.h"
#include "catalog/cold_shards.h"
#include "catalog/drain.h"
#include "catalog/extension.h"
#include "catalog/foreign_keys.h"
#include "catalog/hook_calls.h"
#include "catalog/retirements.h"
#include "catalog/sharded_tables.h"
#include "core/schedule.h"
#include "core/statements.h"
#include "pg/index_reads.h"
#include "pg/query.h"
#include "pg/server.h"
#include "shim/analyze.h"
#include "shim/identity.h"
#include "shim/transaction_end.h"

namespace pgscale::apply {
namespace {

using catalog::RunEnd;

constexpr char kCheckViolation[] = "23514";

bool detaches(const Step& step) {
  return step.action == Action::kDetach || step.action == Action::kFinalize;
}

// FINALIZE takes its strong lock first and then waits for old snapshots, so it must not be begun
// while there are any that will not go soon. A drain waits for none; but who has an old snapshot
// and looks at the set for the first time afterwards would look for the rows in their new place
// only, where his snapshot does not see them.
void refuse_behind_old_snapshots(const Step& step, std::vector<int>& blockers) {
  if (step.action != Action::kFinalize && step.action != Action::kDrain) return;
  const bool finalizes = step.action == Action::kFinalize;
  blockers = catalog::old_snapshots((finalizes ? kOldSnapshotTimeouts : 1) * pg::lock_timeout());
  if (blockers.empty()) return;
  throw Failure(Problem::kLockNotAvailable,
                (finalizes ? "could not finalize the detach of " + readable(step.partition)
                           : "could not move rows to " + readable(step.partition)) +
                    " while older snapshots are in use",
                finalizes
                    ? "Transactions that began before the detach may still read the partition."
                    : "A transaction that sees the rows where they were would not find them.");
}

// False also where that cannot be told: behind somebody's lock, and of rows that row security
// hides from the role; VALIDATE finds those.
bool finds_rows(const Sql& look, Oid role) {
  bool found = false;
  (void)pg::glance([&] {
    const pg::LockTimeout limit(pg::lock_timeout());
    const pg::IndexReads by_index;
    const auto acting = pg::Acting::as_owner(role);
    found = !pg::query(look).empty();
  });
  return found;
}

}  // namespace

RunEnd StepRunner::run(const Step& step) {
  catalog::require_extension();
  const std::int64_t run = catalog::next_run();
  if (step.concurrently && session_.venue() != pg::Venue::kWorker) {
    return step.action == Action::kDetach ? detach_by_errand(step, run) : run_by_errand(step, run);
  }
  return this->run(step, run);
}

RunEnd StepRunner::run(const Step& step, const Deed& deed) {
  catalog::require_extension();
  const std::int64_t run = catalog::next_run();
  catalog::begin_run(run, managed_.facts.parent, step, requester_);
  session_.commit();
  const RunEnd end = try_repeatedly(step, deed);
  catalog::end_run(run, end);
  session_.commit_promptly();
  return end;
}

RunEnd StepRunner::run(const Step& step, std::int64_t run) {
  catalog::begin_run(run, managed_.facts.parent, step, requester_);
  const auto rows = detaches(step) || step.action == Action::kDrop
                        ? catalog::estimated_rows(step.partition_oid)
                        : std::nullopt;
  if (detaches(step)) {
    catalog::request_retirement(step.partition_oid, managed_.facts.parent.oid, step.retire,
                                step.bounds);
  }
  if (step.action == Action::kExport) catalog::note_file(step.partition_oid, step.file);
  note_.clear();
  if (session_.may_commit()) session_.commit();
  RunEnd end = step.concurrently ? run_at_top_level(step) : run_here(step);
  const bool moves = step.move || step.action == Action::kCopy;
  end.rows = moves && !end.failure ? std::optional(moved_) : rows;
  if (end.note.empty()) end.note = note_;
  look_into_failure(step, end);
  // What was done is done: who is to be told and fails is not told again.
  if (end.failure && step.action == Action::kAfterRetire) {
    catalog::forget_call(managed_.facts.parent.oid, *step.call);
  }
  catalog::end_run(run, end);
  if (session_.may_commit()) session_.commit_promptly();
  return end;
}

// A request that a failed detach left would let a later visit drop a table that its owner has
// detached by hand meanwhile, in order to keep it.
void StepRunner::look_into_failure(const Step& step, RunEnd& end) {
  if (!end.failure || !detaches(step)) return;
  if (end.failure->sqlstate == "23503") {
    catalog::name_foreign_key(step.partition_oid, *end.failure);
  }
  if (!catalog::is_detach_pending(step.partition_oid)) {
    catalog::forget_retirement(step.partition_oid);
  }
}

RunEnd StepRunner::run_here(const Step& step) {
  // A guard that cannot be proved would refuse, until that is known, what writers do with the rows
  // in its way. No lock is kept from the look: who holds one on the way to a strong one would make
  // a deadlock of others' waits.
  if (step.look && finds_rows(*step.look, role_of(step))) {
    if (!session_.may_commit()) throw pg::OutcomeError(rows_in_the_way(step));
    RunEnd end;
    end.failure = rows_in_the_way(step);
    return end;
  }
  if (session_.may_commit()) {
    return try_repeatedly(step, [&](pg::LockTimeout& limit) { carry_out(step, limit); });
  }
  pg::LockTimeout limit(pg::lock_timeout());
  carry_out(step, limit);
  return {};
}

// Between the tries nothing is held and nothing is queued for, so whoever came behind us gets on.
RunEnd StepRunner::try_repeatedly(const Step& step, const Deed& deed) {
  for (int failures = 1;; failures++) {
    RunEnd end;
    end.failure = pg::attempt([&] {
      refuse_behind_old_snapshots(step, end.blockers);
      pg::LockTimeout limit(pg::lock_timeout());
      deed(limit);
    });
    if (!end.failure) return {};
    if (!is_passing(*end.failure)) return end;
    if (end.blockers.empty()) {
      end.blockers = catalog::lock_holders(step, managed_.set.inventory);
    }
    const auto wait = wait_before_retry(failures);
    if (!wait) return end;
    session_.commit();
    (void)pg::call(pgs_sleep, static_cast<std::int64_t>(wait->count()));
  }
}

void StepRunner::note_detached(const Step& step) {
  catalog::mark_detached(step.partition_oid);
  catalog::forget_placement(managed_.facts.parent.oid, step.partition.name.name());
  if (step.retire == Retire::kDetach) request_call(step, Retire::kDetach);
}

Oid StepRunner::role_of(const Step& step) const {
  return step.role != 0 ? step.role : managed_.facts.owner;
}

const Partition& StepRunner::partition_of(const Step& step) const {
  for (const Partition& partition : managed_.set.inventory.partitions) {
    if (partition.oid == step.partition_oid) return partition;
  }
  throw Failure(Problem::kInternal, "step for a partition that is not in the inventory");
}

// The statements go by name, the plan by OID: between the two somebody may have renamed a table and
// given its name to another.
void StepRunner::require_names(const Step& step) const {
  const Parent& parent = managed_.facts.parent;
  std::vector<NamedRelation> names{{parent.oid, parent.name}};
  if (step.partition_oid != 0) {
    const bool has_new_name = step.action == Action::kDrop && step.becomes;
    names.push_back({step.partition_oid, has_new_name ? *step.becomes : step.partition});
  }
  const std::size_t tables = names.size();
  names.insert(names.end(), step.others.begin(), step.others.end());
  for (std::size_t i = 0; i < names.size(); i++) {
    if (catalog::is_named(names[i].oid, names[i].name)) continue;
    throw Failure(Problem::kNotInPrerequisiteState,
                  (i < tables || step.move ? "table " : "index ") + readable(names[i].name) +
                      " was renamed or dropped meanwhile");
  }
}

// Nothing else keeps somebody from renaming a table that is no partition, or from giving its name
// to another, before the statement uses it; nor from taking the seal off one that is to be moved,
// while readers and writers notice nothing of that lock.
void StepRunner::pin_detached(const Step& step) const {
  switch (step.action) {
    case Action::kArchive:
    case Action::kDrop: pg::call(pgs_lock_exclusively, step.partition_oid); return;
    case Action::kSeal:
      pg::call(step.retire == Retire::kShard ? pgs_lock_against_writers : pgs_lock_exclusively,
               step.partition_oid);
      return;
    case Action::kUnseal:
      if (!step.remote) pg::call(pgs_lock_exclusively, step.partition_oid);
      return;
    case Action::kCopy:
    case Action::kSwap: pg::call(pgs_lock_against_vacuum, step.partition_oid); return;
    case Action::kExport: pg::call(pgs_lock_against_writers, step.partition_oid); return;
    default: return;
  }
}

void StepRunner::carry_out(const Step& step, pg::LockTimeout& limit) {
  pin_detached(step);
  require_names(step);
  switch (step.action) {
    case Action::kBeforeRetire:
    case Action::kAfterRetire: call_hook(step, limit); return;
    case Action::kArchive: archive(step, limit); return;
    case Action::kExport: export_to_file(step, limit); return;
    case Action::kDrop: drop(step, limit); return;
    case Action::kMove: move_to_table(step, limit); return;
    case Action::kCopy: copy_to_shard(step); return;
    case Action::kSwap: swap_with_copy(step, limit); return;
    case Action::kValidate: validate_as_owner(step, limit); return;
    case Action::kAnalyze: analyze_as_owner(); return;
    case Action::kDrain: drain_as_owner(step, limit); return;
    default: break;
  }
  execute_as_owner(step, limit);
  if (detaches(step)) note_detached(step);
  if (step.action == Action::kUnseal && step.remote) catalog::forget_copy(step.partition_oid);
  if (step.action == Action::kUnpublish) catalog::mark_unpublished(step.partition_oid);
  if (step.remote)
    note_ = carry_out_on_shard(*step.remote, managed_.facts.parent.oid, role_of(step));
}

void StepRunner::analyze_as_owner() {
  const Oid parent = managed_.facts.parent.oid;
  {
    const auto acting = pg::Acting::as_owner(managed_.facts.owner);
    pg::call(pgs_analyze_parent, parent);
  }
  catalog::begin_counting(parent);
}

// PostgreSQL knows only the name of the guard, which says nothing to the owner of the rows.
pg::Outcome StepRunner::rows_in_the_way(const Step& step) const {
  const Partition* rest = default_partition(managed_.set.inventory);
  return {kCheckViolation,
          "default partition " + (rest != nullptr ? readable(rest->name) : std::string()) +
              " holds rows that belong in " + readable(step.partition),
          "The bounds of the new partition are: " + step.bounds + ".",
          "Use pgscale.drain_default() to move them, or let maintenance do it with drain => true."};
}

void StepRunner::validate_as_owner(const Step& step, pg::LockTimeout& limit) {
  const auto trouble = pg::attempt([&] { execute_as_owner(step, limit); });
  if (!trouble) return;
  throw pg::OutcomeError(trouble->sqlstate == kCheckViolation ? rows_in_the_way(step) : *trouble);
}

// DDL takes these in the middle of its one statement, each with a lock timeout of its own.
void StepRunner::lock_targets(const Step& step, const pg::LockTimeout& limit) const {
  const bool attaches = step.action == Action::kCreate || step.action == Action::kCreateDefault ||
                        step.action == Action::kDrain;
  if (!attaches && !detaches(step) && step.action != Action::kDrop) return;
  if (detaches(step)) {
    for (const catalog::KeyLock& lock : catalog::detach_locks(step.partition_oid)) {
      limit.spend();
      pg::call(lock.exclusively ? pgs_lock_exclusively : pgs_lock_against_writers, lock.table);
    }
    return;
  }
  const Oid table = attaches ? managed_.facts.parent.oid : step.partition_oid;
  for (Oid target : catalog::foreign_key_targets(table)) {
    limit.spend();
    pg::call(step.action == Action::kDrop ? pgs_lock_exclusively : pgs_lock_against_writers,
             target);
  }
}

// Once a strong lock is asked for, the limit is for all that follow together: a chain of locks,
// each free just in time, must not add up.
void StepRunner::execute_as_owner(const Step& step, pg::LockTimeout& limit) {
  const auto acting = pg::Acting::as_owner(role_of(step));
  for (std::size_t i = 0; i < step.sql.size(); i++) {
    if (i <= step.first_strong) limit.restart();
    if (i == step.first_strong) lock_targets(step, limit);
    limit.spend();
    pg::execute(step.sql[i]);
  }
  complete_attached(step);
}

// What ATTACH leaves undone.
void StepRunner::complete_attached(const Step& step) const {
  set_replica_index(step);
  const bool attaches = step.action == Action::kCreate || step.action == Action::kDrain;
  if (!attaches || managed_.set.below.empty() || !managed_.facts.parent.attach_brings_identity) {
    return;
  }
  pg::call(pgs_pass_identity_on, catalog::oid_of(step.partition));
}

void StepRunner::set_replica_index(const Step& step) const {
  if (!step.sets_replica_index) return;
  std::vector<QualifiedName> tables = step.subtree;
  tables.insert(tables.end(), made_.begin(), made_.end());
  tables.push_back(step.partition);
  for (const QualifiedName& table : tables) {
    const auto index = catalog::replica_index_of(managed_.facts.parent, table);
    if (index) pg::execute(replica_index_statement(table, Identifier(*index)));
  }
}

}  // namespace pgscale::apply
