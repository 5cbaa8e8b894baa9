#include "apply/undo.h"

#include <chrono>

#include "apply/claim.h"
#include "apply/step_runner.h"
#include "apply/strong_locks.h"
#include "catalog/blockers.h"
#include "catalog/journal.h"
#include "catalog/state.h"
#include "catalog/undo.h"
#include "core/failure.h"
#include "core/retirement.h"
#include "core/undo.h"
#include "pg/server.h"
#include "pg/setting_scope.h"

namespace pgscale::apply {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::minutes kPatience{10};
constexpr std::int64_t kMillisBetween = 50;
constexpr std::int64_t kMillisOfRest = 1000;

class Undoing {
 public:
  Undoing(pg::Session& session, Oid parent, Oid table, int batch, const std::string& requester)
      : session_(session), parent_(parent), table_(table), batch_(batch), requester_(requester) {}

  UndoReport run() {
    check();
    pause();
    while (!report_.trouble && step()) continue;
    catalog::prune_runs(parent_);
    session_.commit();
    return report_;
  }

 private:
  // Everything, before anything is begun.
  void check() const {
    const auto managed = catalog::load_set(parent_);
    check_undo(managed.set, catalog::columns_of(parent_),
               catalog::load_undo_target(table_, parent_));
    for (const Partition& partition : managed.set.inventory.partitions) {
      for (const UndoLeaf& leaf : catalog::leaves_below(partition.oid)) check_undo(leaf);
    }
  }

  // Maintenance would make partitions that are gone anew.
  void pause() const {
    auto managed = catalog::load_set(parent_);
    managed.row.paused = true;
    catalog::update_policy(parent_, managed.row);
    catalog::bury_dead_runs(parent_, catalog::Runs::kMaintenance);
    session_.commit();
  }

  // One partition, or what an earlier call has left of one. False at the end.
  bool step() {
    const auto managed = catalog::load_set(parent_);
    owner_ = managed.facts.owner;
    const auto target = catalog::load_undo_target(table_, parent_);
    StepRunner runner(session_, managed, requester_);
    session_.commit();
    if (!end_earlier(managed, runner)) return false;
    const auto order = undo_order(managed.set.inventory);
    if (order.empty()) {
      catalog::delete_policy(parent_);
      session_.commit();
      return false;
    }
    const Partition& partition = *order.front();
    if (!is_empty(partition) && !empty_nearly(runner, partition, target)) return false;
    if (!close(runner, partition)) return false;
    if (empty_closed(runner, partition, target) && await_readers(partition) &&
        remove(runner, managed.set, partition)) {
      return true;
    }
    if (catalog::is_closed(partition.oid) && catalog::parent_of(partition.oid) == parent_) {
      (void)runner.run(open_step(partition));
    }
    return false;
  }

  // Who is in the way of a lock may be there for long; nobody waits behind us meanwhile.
  bool done(StepRunner& runner, const Step& step) {
    const auto deadline = steady_clock::now() + kPatience;
    for (;;) {
      const catalog::RunEnd end = runner.run(step);
      if (step.action == Action::kMove) report_.rows += end.rows.value_or(0);
      report_.trouble = end.failure;
      if (!end.failure) return true;
      if (!is_passing(*end.failure) || runner.lost_claim() || steady_clock::now() > deadline) {
        return false;
      }
      session_.commit();
      (void)pg::call(pgs_sleep, kMillisOfRest);
    }
  }

  // Detaches that were interrupted, and drops that were to follow.
  bool end_earlier(const catalog::ManagedSet& managed, StepRunner& runner) {
    for (const Item& item : plan_leftovers(managed.set, pg::policy_now()).items) {
      const auto* step = std::get_if<Step>(&item);
      if (step != nullptr && !done(runner, *step)) return false;
    }
    return true;
  }

  bool empty_nearly(StepRunner& runner, const Partition& partition, const UndoTarget& target) {
    std::optional<std::int64_t> moved;
    for (;;) {
      const std::int64_t before = report_.rows;
      if (!pass(runner, partition, target)) return false;
      const std::int64_t now = report_.rows - before;
      if (!is_worth_a_pass(now, moved, batch_)) return true;
      moved = now;
    }
  }

  // Rows that somebody is changing stay for the next pass.
  bool empty_closed(StepRunner& runner, const Partition& partition, const UndoTarget& target) {
    while (!is_empty(partition)) {
      if (!pass(runner, partition, target)) return false;
      (void)pg::call(pgs_sleep, kMillisBetween);
    }
    return true;
  }

  // All that is there now.
  bool pass(StepRunner& runner, const Partition& partition, const UndoTarget& target) {
    const auto leaves = catalog::leaves_below(partition.oid);
    session_.commit();
    for (const UndoLeaf& leaf : leaves) {
      const std::int64_t window = pages_for(leaf, batch_);
      for (std::int64_t first = 0; first < leaf.pages; first += window) {
        if (!done(runner, move_step(leaf, partition, target, first, first + window))) return false;
      }
    }
    return true;
  }

  bool is_empty(const Partition& partition) const {
    bool is_empty = true;
    for (const UndoLeaf& leaf : catalog::leaves_below(partition.oid)) {
      is_empty = is_empty && is_leaf_empty(leaf);
    }
    session_.commit();
    return is_empty;
  }

  [[nodiscard]] bool is_leaf_empty(const UndoLeaf& leaf) const {
    const auto acting = pg::Acting::as_owner(owner_);
    const pg::SettingScope all_rows{{"row_security", "off"}};
    return catalog::is_empty(leaf);
  }

  bool close(StepRunner& runner, const Partition& partition) {
    return catalog::is_closed(partition.oid) || done(runner, close_step(partition));
  }

  // A transaction that sees the rows where they were would find neither them nor the partition.
  bool await_readers(const Partition& partition) {
    const auto moved_at = steady_clock::now();
    const auto deadline = moved_at + kPatience;
    for (;;) {
      const auto age =
          std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - moved_at);
      const auto readers = catalog::old_snapshots(age);
      session_.commit();
      if (readers.empty()) return true;
      if (steady_clock::now() > deadline) {
        report_.trouble =
            pg::Outcome{sqlstate(Problem::kLockNotAvailable),
                        "could not remove partition " + readable(partition.name) +
                            " while older snapshots are in use",
                        "A transaction that sees the rows where they were would not find them.",
                        "Call the procedure again when it has ended."};
        return false;
      }
      (void)pg::call(pgs_sleep, kMillisBetween);
    }
  }

  bool remove(StepRunner& runner, const PartitionSet& set, const Partition& partition) {
    for (const Step& step : remove_steps(set, partition)) {
      if (!done(runner, step)) return false;
    }
    report_.partitions++;
    return true;
  }

  pg::Session& session_;
  Oid parent_;
  Oid table_;
  int batch_;
  const std::string& requester_;
  Oid owner_ = 0;
  UndoReport report_;
};

}  // namespace

UndoReport undo(pg::Session& session, Oid parent, Oid table, int batch,
                const std::string& requester) {
  claim(parent);
  const UndoReport report = Undoing(session, parent, table, batch, requester).run();
  pg::call(pgs_unclaim, parent, PGS_CLAIM_MAINTENANCE);
  return report;
}

}  // namespace pgscale::apply
