#include "apply/step_runner.h"
#include "catalog/drain.h"
#include "catalog/places.h"
#include "core/statements.h"
#include "pg/index_reads.h"
#include "pg/query.h"
#include "pg/server.h"
#include "shim/move.h"
#include "shim/transaction_end.h"

namespace pgscale::apply {

// The rows first, which holds nobody up; then the locks, and under them only what has come in
// since. That look at the rows proves the guards: no other scan is needed.
void StepRunner::drain_as_owner(const Step& step, pg::LockTimeout& limit) {
  const RowMove& move = *step.move;
  Oid partition = step.partition_oid;
  moved_ = 0;
  made_.clear();
  {
    const auto acting = pg::Acting::as_owner(role_of(step));
    const pg::IndexReads by_index;
    for (std::size_t i = 0; i < step.sql.size(); i++) {
      if (i == step.first_strong) {
        if (partition == 0) partition = catalog::oid_of(step.partition);
        limit.restart();
        move_rows(step, partition, Writers::kAround, limit);
        make_places_ahead(step, partition, limit);
        // A writer that is about to commit has to write out all of this first, and the strong lock
        // would wait for him with everybody behind it.
        pg::call(pgs_flush_own_records);
      }
      if (i <= step.first_strong) limit.restart();
      if (i == move.last_lock + 1) {
        lock_targets(step, limit);
        move_rows(step, partition, Writers::kGone, limit);
      }
      if (i == move.proven) {
        pg::call(pgs_mark_validated, move.from, kGuardName);
        pg::call(pgs_mark_validated, partition, kGuardName);
      }
      limit.spend();
      pg::execute(step.sql[i]);
    }
    complete_attached(step);
  }
  catalog::record_growth(managed_.facts.parent.oid, partition, move.grows_to);
}

void StepRunner::move_rows(const Step& step, Oid partition, Writers writers,
                           pg::LockTimeout& limit) {
  const RowMove& rows = *step.move;
  PgsMove* move = pg::call(pgs_begin_move, rows.from, partition, rows.ctids.text().c_str(),
                           rows.at_once, writers == Writers::kGone);
  PgsNoPlace nowhere{};
  while (!pg::call(pgs_move_on, move, &nowhere)) {
    if (writers == Writers::kAround) limit.restart();
    make_place(step, nowhere.table, nowhere.level,
               nowhere.key == nullptr ? std::nullopt : std::optional<std::string>(nowhere.key),
               limit);
  }
  moved_ += static_cast<std::int64_t>(pg::call(pgs_end_move, move));
}

// Partitions below are made when a row asks for them: which ones there must be is known only when
// all rows have been looked at.
void StepRunner::make_place(const Step& step, Oid table, int level,
                            const std::optional<std::string>& key, const pg::LockTimeout& limit) {
  const auto item = catalog::place_for(managed_, table, level, key, pg::policy_now());
  if (!item) throw no_place(managed_.set, level + 1);
  if (const auto* refusal = std::get_if<Refusal>(&*item)) {
    throw Failure(refusal->problem, refusal->message, {}, refusal->hint);
  }
  const Step& place = std::get<Step>(*item);
  if (!has_room_for(step, place)) {
    throw too_many_places(managed_.set, level + 1,
                          catalog::most_tables_in_a_tree(managed_.facts.parent.oid));
  }
  make(place, limit);
}

// What writers bring next went to the default partition until now, and must find a place from the
// ATTACH on, before the next visit can make it. Another visit, to a tree that grows, may be making
// the same.
void StepRunner::make_places_ahead(const Step& step, Oid partition, pg::LockTimeout& limit) {
  // One limit for all: the first may lock the targets of foreign keys until the step ends.
  limit.restart();
  for (const Step& place : catalog::places_ahead(managed_, partition, pg::policy_now())) {
    if (!has_room_for(step, place)) return;
    const auto made_before = made_;
    if (pg::attempt([&] { make(place, limit); })) made_ = made_before;
  }
}

// ATTACH locks all that is below, also what was made by earlier steps.
bool StepRunner::has_room_for(const Step& step, const Step& place) const {
  const std::size_t tables =
      step.subtree.size() + step.others.size() + made_.size() + place.subtree.size() + 1;
  return tables <= catalog::most_tables_in_a_tree(managed_.facts.parent.oid);
}

void StepRunner::make(const Step& place, const pg::LockTimeout& limit) {
  made_.push_back(place.partition);
  made_.insert(made_.end(), place.subtree.begin(), place.subtree.end());
  for (const Sql& sql : place.sql) {
    limit.spend();
    pg::execute(sql);
  }
}

}  // namespace pgscale::apply
