#include "apply/move_deeds.h"

#include <algorithm>

#include "apply/older_transactions.h"
#include "apply/remote_part.h"
#include "apply/strong_locks.h"
#include "catalog/cold_shards.h"
#include "catalog/shard_moves.h"
#include "catalog/sharded_tables.h"
#include "core/failure.h"
#include "core/move_steps.h"
#include "core/schedule.h"
#include "core/statements.h"
#include "pg/query.h"
#include "pg/server.h"
#include "pg/unguarded_writes.h"
#include "shim/session.h"

namespace pgscale::apply {
namespace {

constexpr std::chrono::seconds kPatience{30};
constexpr std::chrono::hours kReadingAll{6};
constexpr std::chrono::seconds kForOlder{10};

// What was committed here must not be lost in a crash that comes after what is now done there. A
// mark is flushed, and all before it.
void flush_what_was_committed() { (void)catalog::own_mark(); }

}  // namespace

MoveDeeds::MoveDeeds(ShardRunner& runner, const MoveItem& item)
    : runner_(runner),
      item_(item),
      step_(std::get<ShardStep>(item.item)),
      move_(item.move),
      table_(catalog::read_owner(item.relation).name),
      leaf_{table_.schema, Identifier(item.leaf)} {}

bool MoveDeeds::carry_out() {
  using Tries = ShardRunner::Tries;
  catalog::bury_dead_moves(step_);
  switch (step_.action) {
    case ShardAction::kSeal:
      // Before anything is done there, so that it can be undone whatever happens.
      if (item_.begins) catalog::begin_move(item_.relation, item_.leaf, move_);
      return runner_.run(
          step_, [this] { seal(); }, Tries::kSome);
    case ShardAction::kCopy:
      catalog::note_phase(item_.relation, item_.leaf, MovePhase::kCopying);
      if (runner_.run(step_, [this] { copy(); })) return true;
      catalog::note_phase(item_.relation, item_.leaf, MovePhase::kFailed);
      return false;
    case ShardAction::kSwap:
      if (!catalog::older_transactions(item_.relation, item_.leaf)) {
        (void)pg::attempt([this] {
          catalog::note_older_transactions(item_.relation, item_.leaf, transactions_there());
        });
      }
      return runner_.run(step_, [this] { swap(); });
    case ShardAction::kDrop:
      return runner_.run(
          step_, [this] { drop(); }, Tries::kSome);
    case ShardAction::kUnseal:
      return runner_.run(
          step_, [this] { unseal(); }, Tries::kSome);
    case ShardAction::kDropCopy:
      return runner_.run(
          step_, [this] { move_.target.empty() ? drop_copy_of_reference() : drop_copy(); },
          Tries::kSome);
    default: break;
  }
  throw Failure(Problem::kInternal, "not a step of a move");
}

// Writers are waited for no longer than they would have to wait for us.
void MoveDeeds::seal() const {
  flush_what_was_committed();
  remote::Team team({move_.source}, item_.owner, remote::in(kPatience));
  Sql lock("LOCK TABLE ONLY ");
  lock << leaf_ << " IN SHARE ROW EXCLUSIVE MODE";
  team.begin();
  keep_vacuum_away(team, move_.source, leaf_);
  team.run({{move_.source, {lock}}});
  team.run({{move_.source, there(move_.source)}});
  team.commit();
  catalog::note_phase(item_.relation, item_.leaf, MovePhase::kSealed);
}

void MoveDeeds::require_target() const {
  if (catalog::takes_tables(move_.target)) return;
  throw Failure(Problem::kNotInPrerequisiteState,
                "shard \"" + move_.target + "\" takes no new tables");
}

void MoveDeeds::require_sealed(remote::Team& team) const {
  if (team.ask(sealed_question(leaf_)).at(move_.source).rows.front()[0] == "t") return;
  throw Failure(
      Problem::kNotInPrerequisiteState,
      "partition " + readable(leaf_) + " is not sealed any more on shard \"" + move_.source + "\"",
      "Its rows may have changed since they were copied.",
      "Use pgscale.drain_shard(..., drain => false) to give the move up.");
}

// The table there is committed first. Its rows are when this transaction is about to be, so that
// they are all there once it is noted that they are. Meanwhile nobody alters the table here.
void MoveDeeds::copy() const {
  require_target();
  {
    const pg::LockTimeout limit(pg::lock_timeout());
    Sql lock("LOCK TABLE ONLY ");
    lock << table_ << " IN ACCESS SHARE MODE";
    execute_as(item_.owner, {lock}, limit);
  }
  remote::Team team({move_.source}, item_.owner, remote::in(kPatience));
  require_sealed(team);
  const auto table = catalog::load_moving_table(item_.relation);
  const auto& partitions = table.value().partitions;
  const auto partition =
      std::find_if(partitions.begin(), partitions.end(), [this](const MovingPartition& other) {
        return other.placement.leaf == item_.leaf && other.is_placed;
      });
  if (partition == partitions.end()) {
    throw Failure(Problem::kNotInPrerequisiteState,
                  "partition " + readable(leaf_) + " has left its table meanwhile");
  }
  const CopyParts work = copy_parts(*table, *partition, move_.target);
  make_copy_on_shard(work.there, item_.relation, item_.owner);
  std::uint64_t rows = 0;
  {
    const auto acting = pg::Acting::as_owner(item_.owner);
    const pg::UnguardedWrites unguarded;
    for (const Sql& sql : work.here) rows = pg::execute(sql);
  }
  catalog::note_copied(item_.relation, item_.leaf, work.copy);
  runner_.note(std::to_string(rows) + (rows == 1 ? " row" : " rows") + " to shard " + move_.target);
}

std::string MoveDeeds::transactions_there() const {
  return transactions_on_shard(move_.target, item_.owner);
}

void MoveDeeds::wait_for_readers() const {
  const auto noted = catalog::older_transactions(item_.relation, item_.leaf);
  wait_for_older_transactions(move_.target, item_.owner, noted ? *noted : transactions_there(),
                              kForOlder, "could not swap partition " + readable(leaf_));
}

// All that takes long comes before a lock is asked for that readers could notice.
void MoveDeeds::swap() const {
  require_target();
  wait_for_readers();
  remote::Team both({move_.source, move_.target}, item_.owner, remote::in(kReadingAll));
  both.begin();
  // As long as that is held nobody takes the seal off.
  keep_vacuum_away(both, move_.source, leaf_);
  require_sealed(both);
  compare(both);
  attach_there(both);
  swap_here(both);
}

// Under the same settings at both ends; the others are those that every link begins with.
void MoveDeeds::compare(remote::Team& both) const {
  if (!both.has(move_.target, leaf_)) {
    throw Failure(Problem::kUndefinedTable,
                  "table " + readable(leaf_) + " is gone from shard \"" + move_.target + "\"", "",
                  "Use pgscale.drain_shard(..., drain => false) to give the move up, and drain it "
                  "again.");
  }
  const std::vector<Sql> settings{Sql("SET LOCAL timezone = 'UTC'"),
                                  Sql("SET LOCAL bytea_output = 'hex'"),
                                  Sql("SET LOCAL row_security = off")};
  both.run({{move_.source, settings}, {move_.target, settings}});
  const auto found = both.ask(there(move_.source).front());
  const std::string before = *found.at(move_.source).rows.front()[0];
  const std::string after = *found.at(move_.target).rows.front()[0];
  if (before == after) {
    runner_.note(before.substr(0, before.find(' ')) + " rows to shard " + move_.target);
    return;
  }
  throw Failure(Problem::kNotInPrerequisiteState,
                "partition " + readable(leaf_) + " does not hold the same rows on shards \"" +
                    move_.source + "\" and \"" + move_.target + "\"",
                "Number of rows and checksum are " + before + " and " + after + ".",
                "Use pgscale.drain_shard(..., drain => false) to give the move up, and drain it "
                "again.");
}

// Not committed before all is done here. The partition is complete there, so that it may be so
// already by an attempt that ended in between.
void MoveDeeds::attach_there(remote::Team& both) const {
  const auto rows = both.ask(attached_question(leaf_)).at(move_.target).rows;
  if (rows.front()[0] == "t") return;
  keep_vacuum_away(both, move_.target, leaf_);
  const std::vector<Sql>& work = there(move_.target);
  both.run({{move_.target, {work.begin() + 1, work.end()}}});
}

// Under the strong lock here the shards are told to commit, and nothing else is waited for.
void MoveDeeds::swap_here(remote::Team& both) const {
  for (int failures = 1;; failures++) {
    const auto trouble = pg::attempt([&] {
      const pg::LockTimeout limit(pg::lock_timeout());
      execute_as(item_.owner, step_.sql, limit);
      catalog::move_placement(item_.relation, item_.leaf, move_.target);
      catalog::note_phase(item_.relation, item_.leaf, MovePhase::kSwapped);
      both.commit(pg::lock_timeout());
    });
    if (!trouble) return;
    const auto wait = is_passing(*trouble) ? wait_before_retry(failures) : std::nullopt;
    if (!wait) throw pg::OutcomeError(*trouble);
    (void)pg::call(pgs_sleep, static_cast<std::int64_t>(wait->count()));
  }
}

// What a foreign table here leads to is never dropped.
void MoveDeeds::drop() const {
  if (catalog::is_read_here(move_.source, leaf_)) {
    throw Failure(Problem::kInUse, "a foreign table here leads to table " + readable(leaf_) +
                                       " on shard \"" + move_.source + "\"");
  }
  flush_what_was_committed();
  runner_.note(remove_from_shard({move_.source, leaf_, {}, there(move_.source), std::nullopt},
                                 item_.relation, item_.owner));
  catalog::forget_move(item_.relation, item_.leaf);
}

void MoveDeeds::unseal() const {
  remote::Team team({move_.source}, item_.owner, remote::in(kPatience));
  team.begin();
  if (team.has(move_.source, leaf_)) {
    keep_vacuum_away(team, move_.source, leaf_);
    team.run({{move_.source, there(move_.source)}});
  }
  team.commit();
  if (move_.phase < MovePhase::kCopying) {
    catalog::forget_move(item_.relation, item_.leaf);
  } else {
    catalog::note_phase(item_.relation, item_.leaf, MovePhase::kOpened);
  }
}

void MoveDeeds::drop_copy() const {
  {
    const pg::LockTimeout limit(pg::lock_timeout());
    execute_as(item_.owner, step_.sql, limit);
  }
  if (catalog::is_placed(move_.target, leaf_)) {
    throw Failure(Problem::kInUse,
                  "table " + readable(leaf_) + " on shard \"" + move_.target + "\" is a partition");
  }
  runner_.note(remove_from_shard({move_.target, leaf_, {}, there(move_.target), std::nullopt},
                                 item_.relation, item_.owner));
  catalog::forget_move(item_.relation, item_.leaf);
}

void MoveDeeds::drop_copy_of_reference() const {
  {
    const pg::LockTimeout limit(pg::lock_timeout());
    execute_as(item_.owner, step_.sql, limit);
  }
  catalog::forget_copy_of_reference(item_.relation, move_.source);
  runner_.note(
      carry_out_on_shard(drop_on_shard(move_.source, table_), item_.relation, item_.owner));
}

}  // namespace pgscale::apply
