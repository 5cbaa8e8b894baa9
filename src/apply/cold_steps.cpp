#include "apply/fingerprint.h"
#include "apply/older_transactions.h"
#include "apply/remote_part.h"
#include "apply/step_runner.h"
#include "catalog/cold_shards.h"
#include "catalog/retirements.h"
#include "core/failure.h"
#include "core/statements.h"
#include "pg/query.h"
#include "pg/unguarded_writes.h"
#include "shim/move.h"

namespace pgscale::apply {
namespace {

constexpr std::chrono::hours kReadingAll{1};
constexpr std::chrono::seconds kForOlder{2};

std::string in_words(std::int64_t rows, const std::string& shard) {
  return std::to_string(rows) + (rows == 1 ? " row" : " rows") + " on shard " + shard;
}

// Between two steps its owner can take the triggers away; under the lock of this step nobody can.
void require_sealed(const Step& step) {
  if (catalog::is_sealed(step.partition_oid)) return;
  throw Failure(Problem::kNotInPrerequisiteState,
                "partition " + readable(step.partition) + " is not sealed any more",
                "Its rows may have changed since they were copied.");
}

}  // namespace

// The parts of StepRunner that are about partitions on their way to a shard.

// The table there is committed first. Its rows are when this transaction is about to be, so that
// they are all there once it is noted that they are.
void StepRunner::copy_to_shard(const Step& step) {
  require_sealed(step);
  if (!catalog::takes_tables(step.remote->shard)) {
    throw Failure(Problem::kNotInPrerequisiteState,
                  "shard \"" + step.remote->shard + "\" takes no new tables", {},
                  "Use pgscale.drain_shard(..., drain => false), or another retire_shard.");
  }
  make_copy_on_shard(*step.remote, managed_.facts.parent.oid, role_of(step));
  {
    const auto acting = pg::Acting::as_owner(role_of(step));
    const pg::UnguardedWrites unguarded;
    for (const Sql& sql : step.sql) moved_ = static_cast<std::int64_t>(pg::execute(sql));
  }
  catalog::note_copy(step.partition_oid, managed_.facts.parent.oid, *step.copy);
  note_ = in_words(moved_, step.remote->shard);
}

// All is compared before a lock is asked for that readers could notice.
void StepRunner::swap_with_copy(const Step& step, pg::LockTimeout& limit) {
  require_sealed(step);
  const auto copy = catalog::find_copy(step.partition_oid);
  if (!copy || readable(copy->name) != readable(*step.copy)) {
    throw Failure(Problem::kNotInPrerequisiteState,
                  "foreign table " + readable(*step.copy) + " was renamed or dropped meanwhile");
  }
  wait_for_older_transactions(step.remote->shard, role_of(step),
                              transactions_on_shard(step.remote->shard, role_of(step)), kForOlder,
                              "could not swap partition " + readable(step.partition));
  const std::string here = fingerprint_here(step.sql.front(), role_of(step));
  const std::string there =
      fingerprint_there(step.remote->sql.front(), step.remote->shard, role_of(step), kReadingAll);
  if (here != there) {
    throw Failure(Problem::kNotInPrerequisiteState,
                  "partition " + readable(step.partition) + " and its copy on shard \"" +
                      step.remote->shard + "\" do not hold the same rows",
                  "Number of rows and checksum are " + here + " here and " + there + " there.",
                  "Drop foreign table " + readable(*step.copy) +
                      " and the table on the shard, and the rows are copied again.");
  }
  {
    const auto acting = pg::Acting::as_owner(role_of(step));
    limit.restart();
    for (std::size_t i = step.first_strong; i < step.sql.size(); i++) {
      if (step.proven != 0 && i == step.proven) {
        pg::call(pgs_mark_validated, default_partition(managed_.set.inventory)->oid, kGuardName);
      }
      limit.spend();
      pg::execute(step.sql[i]);
    }
  }
  catalog::forget_copy(step.partition_oid);
  catalog::request_retirement(step.partition_oid, managed_.facts.parent.oid, Retire::kDrop,
                              step.bounds);
  catalog::mark_detached(step.partition_oid);
  request_call(step, Retire::kShard);
  note_ = in_words(std::stoll(here), step.remote->shard);
}

}  // namespace pgscale::apply
