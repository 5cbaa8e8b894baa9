#include "apply/step_runner.h"
#include "apply/strong_locks.h"
#include "catalog/blockers.h"
#include "catalog/retirements.h"
#include "core/failure.h"
#include "core/schedule.h"
#include "core/statements.h"
#include "pg/server.h"
#include "shim/workers.h"

namespace pgscale::apply {

using catalog::RunEnd;

// The parts of StepRunner that are about statements at top level: a worker runs them itself, a
// session has a worker do so, because it cannot.

// Building an index holds nobody up while it waits for transactions older than itself; a detach
// keeps a strong lock in sight.
RunEnd StepRunner::run_at_top_level(const Step& step) {
  const Oid index = step.others.empty() ? 0 : step.others.front().oid;
  const PgsTopLevelNames names{managed_.facts.parent.oid, step.partition_oid, index,
                               step.action == Action::kRefresh ? step.object_oid : 0};
  const auto patience =
      is_repair(step.action) ? pg::Patience::kUnlimited : pg::Patience::kLockTimeout;
  for (int failures = 1;; failures++) {
    RunEnd end;
    end.failure = session_.execute_at_top_level(step.sql.front(), names, role_of(step), patience);
    if (step.action == Action::kDetach) return end_detach(step, std::move(end));
    if (!end.failure) return end;
    lost_claim_ = true;
    // Only the locks on its names are waited for under the limit: then nothing has been done yet.
    if (end.failure->sqlstate != sqlstate(Problem::kLockNotAvailable)) return end;
    end.blockers = catalog::lock_holders(step, managed_.set.inventory);
    const auto wait = wait_before_retry(failures);
    if (!wait) return end;
    session_.commit();
    (void)pg::call(pgs_sleep, static_cast<std::int64_t>(wait->count()));
  }
}

// An interrupted detach stays pending: the rows are gone from the parent, the table is not yet
// free. So we try to finish it before we leave it to a later visit.
RunEnd StepRunner::end_detach(const Step& step, RunEnd end) {
  if (!end.failure) {
    note_detached(step);
    return end;
  }
  lost_claim_ = true;
  end.blockers = catalog::lock_holders(step, managed_.set.inventory);
  if (!is_passing(*end.failure) || !catalog::is_detach_pending(step.partition_oid)) return end;

  Step finalize = step;
  finalize.action = Action::kFinalize;
  finalize.sql = {
      detach_statement(managed_.facts.parent.name, step.partition, DetachMode::kFinalize)};
  RunEnd second =
      try_repeatedly(finalize, [&](pg::LockTimeout& limit) { carry_out(finalize, limit); });
  if (second.failure && second.blockers.empty()) second.blockers = end.blockers;
  return second;
}

// A session cannot run the statement, so a worker of its own does; empty when there is no slot for
// one. Building an index may take hours: who cancels the session means the index.
std::optional<RunEnd> StepRunner::run_by_worker(const Step& step, std::int64_t run) {
  if (session_.may_commit()) session_.commit();
  // What the worker commits stays if a function's caller fails later; so there the wish to drop is
  // left to the caller's own transaction.
  const Retire follows = session_.may_commit() ? step.retire : Retire::kDetach;
  PgsErrand errand{pg::own_database(),
                   managed_.facts.parent.oid,
                   step.partition_oid,
                   pg::session_user(),
                   step.object_oid,
                   static_cast<std::int32_t>(step.action),
                   run,
                   static_cast<std::uint8_t>(follows),
                   is_repair(step.action),
                   {}};
  step.reason.copy(errand.reason, sizeof errand.reason - 1);
  if (!pg::call(pgs_errand_run, &errand, text(step.action))) return std::nullopt;
  if (auto end = catalog::find_run_end(run)) return end;
  return record_lost_errand(step, run);
}

// The worker must find no lock of ours in its way; where there is one, or no worker slot, the plain
// form has to do. So it has in a transaction block: what the worker commits could not be rolled
// back with the rest.
RunEnd StepRunner::detach_by_errand(const Step& step, std::int64_t run) {
  const Parent& parent = managed_.facts.parent;
  if (session_.may_commit()) session_.commit();
  const bool holds_lock =
      pg::call(pgs_holds_lock_on, parent.oid) || pg::call(pgs_holds_lock_on, step.partition_oid);
  const bool in_block = !session_.may_commit() && pg::call(pgs_in_transaction_block);
  if (!holds_lock && !in_block) {
    if (auto end = run_by_worker(step, run)) {
      // The worker knows neither a clock that was set in this session only nor what a function's
      // caller wants after the detach.
      if (!end->failure) note_detached(step);
      return *end;
    }
  }
  Step plain = step;
  plain.concurrently = false;
  plain.sql = plain_detach_statements(managed_.set.inventory, partition_of(step));
  catalog::begin_run(run, parent, plain, requester_);
  catalog::request_retirement(step.partition_oid, parent.oid, step.retire, step.bounds);
  if (session_.may_commit()) session_.commit();
  RunEnd end = run_here(plain);
  if (holds_lock) {
    end.note = "plain DETACH, because this transaction has already locked the table";
  } else if (in_block) {
    end.note = "plain DETACH, because it is part of a transaction block";
  } else {
    end.note = "plain DETACH, because no background worker slot was free";
  }
  look_into_failure(step, end);
  catalog::end_run(run, end);
  if (session_.may_commit()) session_.commit_promptly();
  return end;
}

// Building an index in the plain way would stop all writers for as long as it takes, and no other
// statement has a plain form at all.
RunEnd StepRunner::run_by_errand(const Step& step, std::int64_t run) {
  if (auto end = run_by_worker(step, run)) return *end;
  RunEnd end;
  end.failure = pg::Outcome{"53000", "no background worker slot was free", "",
                            "Raise max_worker_processes, or try again later."};
  catalog::begin_run(run, managed_.facts.parent, step, requester_);
  catalog::end_run(run, end);
  session_.commit();
  return end;
}

RunEnd StepRunner::record_lost_errand(const Step& step, std::int64_t run) {
  RunEnd end;
  const Parent& parent = managed_.facts.parent;
  const bool is_set = step.partition_oid != parent.oid;  // else a table that is being adopted
  if (is_set && catalog::parent_of(step.partition_oid) != parent.oid) {
    end.failure = pg::Outcome{
        sqlstate(Problem::kNotInPrerequisiteState),
        readable(step.partition) + " is no longer a partition of " + readable(parent.name), "", ""};
  } else if (is_set && !catalog::load_policy(parent.oid)) {
    end.failure = pg::Outcome{sqlstate(Problem::kNotInPrerequisiteState),
                              readable(parent.name) + " is no longer managed by pgscale", "", ""};
  } else {
    end.failure = pg::Outcome{"57P01",
                              std::string("the worker that was to ") + text(step.action) +
                                  (is_repair(step.action) ? " of " : " ") +
                                  readable(step.partition) + " ended early",
                              "", "The server log says why."};
  }
  catalog::begin_run(run, managed_.facts.parent, step, requester_);
  catalog::end_run(run, end);
  if (session_.may_commit()) session_.commit();
  return end;
}

}  // namespace pgscale::apply
