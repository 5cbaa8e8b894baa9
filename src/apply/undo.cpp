#include "apply/undo.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "apply/claim.h"
#include "apply/step_runner.h"
#include "apply/strong_locks.h"
#include "catalog/blockers.h"
#include "catalog/foreign_keys.h"
#include "catalog/inventory.h"
#include "catalog/journal.h"
#include "catalog/places.h"
#include "catalog/retirements.h"
#include "catalog/state.h"
#include "catalog/undo.h"
#include "core/failure.h"
#include "core/undo.h"
#include "pg/server.h"
#include "pg/setting_scope.h"

namespace pgscale::apply {
namespace {

using std::chrono::steady_clock;

// So many times the lock timeout somebody may be in the way.
constexpr int kPatience = 3000;
constexpr std::int64_t kMillisOfRest = 1000;
constexpr std::int64_t kMillisBetween = 50;

class Undoing {
 public:
  Undoing(pg::Session& session, Oid parent, Oid table, int batch, const std::string& requester)
      : session_(session), parent_(parent), table_(table), batch_(batch), requester_(requester) {}

  UndoReport run() {
    begin();
    while (!report_.trouble && step()) continue;
    catalog::prune_runs(parent_);
    session_.commit();
    return report_;
  }

 private:
  // Everything is checked before anything is begun. The set is paused, because maintenance would
  // make partitions that are gone anew.
  void begin() {
    {
      const pg::LockTimeout limit(pg::lock_timeout());
      auto managed = load();
      for (const Partition& partition : managed.set.inventory.partitions) {
        check_undo(partition, catalog::leaves_below(partition.oid));
      }
      managed.row.paused = true;
      catalog::update_policy(parent_, managed.row);
      catalog::bury_dead_runs(parent_, catalog::Runs::kMaintenance);
    }
    session_.commit();
  }

  catalog::ManagedSet load() {
    auto managed = catalog::load_set(parent_);
    owner_ = managed.facts.owner;
    target_ = catalog::load_undo_target(table_, parent_);
    check_undo(managed.set.inventory.parent, catalog::columns_of(parent_), *target_,
               catalog::references_to(parent_));
    managed.set.policy.after_retire.reset();  // nobody is told: the rows are not gone
    return managed;
  }

  // One partition, or what an earlier call has left of one. False at the end.
  bool step() {
    std::optional<catalog::ManagedSet> managed;
    std::vector<Step> leftovers;
    if (!look([&] {
          managed.emplace(load());
          leftovers = undo_leftovers(managed->set, pg::policy_now(), emptied(managed->set));
        })) {
      return false;
    }
    StepRunner runner(session_, *managed, requester_);
    if (!leftovers.empty()) return finish(runner, leftovers);
    const auto order = undo_order(managed->set.inventory);
    if (!order.empty()) return undo(runner, managed->set, *order.front());
    (void)look([&] {
      {
        const auto acting = pg::Acting::as_owner(owner_);
        catalog::continue_sequences(table_, parent_);
      }
      catalog::delete_policy(parent_);
    });
    return false;
  }

  bool finish(StepRunner& runner, const std::vector<Step>& leftovers) {
    for (const Step& step : leftovers) {
      if (step.action == Action::kDrop) request_drop(step.partition_oid);
      if (!done(runner, step)) return false;
      if (step.action == Action::kDrop) report_.partitions++;
    }
    return true;
  }

  void request_drop(Oid table) {
    catalog::request_action(table, Retire::kDrop);
    session_.commit();
  }

  bool undo(StepRunner& runner, const PartitionSet& set, const Partition& partition) {
    if (take_out(runner, set, partition)) return true;
    if (is_attached(partition) && catalog::is_closed(partition.oid)) reopen(runner, partition);
    return false;
  }

  // What is left of it then, the next look finds.
  bool take_out(StepRunner& runner, const PartitionSet& set, const Partition& partition) {
    const Parent& parent = set.inventory.parent;
    if (!empty_nearly(runner, parent, partition)) return false;
    if (!catalog::is_closed(partition.oid) && !close(runner, partition)) return false;
    if (!empty_closed(runner, parent, partition) || !await_readers(partition)) return false;
    if (all_done(runner, detach_steps(set, partition))) return true;
    if (!catalog::is_detach_pending(partition.oid)) return false;
    report_.trouble.reset();
    return true;
  }

  bool close(StepRunner& runner, const Partition& partition) {
    std::vector<NamedRelation> below;
    return look([&] { below = catalog::tables_below(partition.oid); }) &&
           done(runner, close_step(partition, below));
  }

  [[nodiscard]] bool is_attached(const Partition& partition) const {
    return catalog::parent_of(partition.oid) == parent_ &&
           !catalog::is_detach_pending(partition.oid);
  }

  // What was closed and stays takes rows again.
  void reopen(StepRunner& runner, const Partition& partition) {
    const auto trouble = report_.trouble;
    std::vector<NamedRelation> below;
    const bool has_looked = look([&] { below = catalog::tables_below(partition.oid); });
    report_.trouble = trouble;
    if (has_looked && !runner.run(open_step(partition, below)).failure) return;
    report_.trouble->hint = "Partition " + readable(partition.name) +
                            " takes no rows until the procedure has been called again.";
  }

  // --- steps

  // Nobody waits behind us while we rest.
  bool done(StepRunner& runner, const Step& step) {
    const auto deadline = end_of_patience();
    for (;;) {
      const catalog::RunEnd end = runner.run(step);
      if (step.action == Action::kMove) report_.rows += end.rows.value_or(0);
      report_.trouble = end.failure;
      if (!end.failure) return true;
      // Once its first half is committed a detach cannot be begun again, only finalized.
      if (step.action == Action::kDetach && catalog::is_detach_pending(step.partition_oid)) {
        return false;
      }
      if (!is_passing(*end.failure) || runner.lost_claim() || !rest(deadline)) return false;
    }
  }

  bool all_done(StepRunner& runner, const std::vector<Step>& steps) {
    return std::all_of(steps.begin(), steps.end(),
                       [&](const Step& step) { return done(runner, step); });
  }

  bool empty_nearly(StepRunner& runner, const Parent& parent, const Partition& partition) {
    std::optional<std::int64_t> before;
    for (;;) {
      const auto moved = pass(runner, parent, partition);
      if (!moved) return false;
      if (!is_worth_a_pass(*moved, before, batch_)) return true;
      before = moved;
    }
  }

  // Rows that somebody has locked stay for the next pass.
  bool empty_closed(StepRunner& runner, const Parent& parent, const Partition& partition) {
    const auto deadline = end_of_patience();
    for (;;) {
      bool has_rows = false;
      if (!look([&] { has_rows = !is_empty(partition.oid); })) return false;
      if (!has_rows) return true;
      const auto moved = pass(runner, parent, partition);
      if (!moved) return false;
      if (*moved == 0 && !rest(deadline)) {
        give_up(partition, "rows of it are in use", "A transaction has locked them.");
        return false;
      }
    }
  }

  // All that is there now; how many rows it moved, empty when it failed.
  std::optional<std::int64_t> pass(StepRunner& runner, const Parent& parent,
                                   const Partition& partition) {
    std::vector<UndoLeaf> leaves;
    if (!look([&] {
          leaves = catalog::leaves_below(partition.oid);
          check_undo(partition, leaves);
        })) {
      return std::nullopt;
    }
    const std::int64_t before = report_.rows;
    for (const UndoLeaf& leaf : leaves) {
      const std::int64_t window = pages_for(leaf, batch_);
      for (std::int64_t first = 0; first < leaf.pages; first += window) {
        const Step step = move_step(parent, partition, leaf, *target_, first, first + window);
        if (!done(runner, step)) return std::nullopt;
      }
    }
    return report_.rows - before;
  }

  // A transaction that sees the rows where they were would find neither them nor the partition.
  bool await_readers(const Partition& partition) {
    const auto moved_at = steady_clock::now();
    const auto deadline = end_of_patience();
    for (;;) {
      const auto age =
          std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - moved_at);
      const bool is_read = !catalog::old_snapshots(age).empty();
      session_.commit();
      if (!is_read) return true;
      if (rest(deadline, kMillisBetween)) continue;
      give_up(partition, "older snapshots are in use",
              "A transaction that sees the rows where they were would not find them.");
      return false;
    }
  }

  void give_up(const Partition& partition, const std::string& why, const char* detail) {
    report_.trouble =
        pg::Outcome{sqlstate(Problem::kLockNotAvailable),
                    "could not remove partition " + readable(partition.name) + " while " + why,
                    detail, "Call the procedure again when it has ended."};
  }

  // --- looking

  // At tables, whose locks are waited for no longer than by a step.
  template <typename Look>
  bool look(Look&& look) {
    const auto deadline = end_of_patience();
    for (;;) {
      report_.trouble = pg::attempt([&] {
        const pg::LockTimeout limit(pg::lock_timeout());
        look();
      });
      session_.commit();
      if (!report_.trouble) return true;
      if (!is_passing(*report_.trouble) || !rest(deadline)) return false;
    }
  }

  // Tables that this or an earlier call has emptied for good and taken out, and not dropped yet.
  std::set<Oid> emptied(const PartitionSet& set) const {
    std::set<Oid> found;
    for (const RetiredTable& table : set.inventory.retired) {
      if (may_be_emptied(table) && catalog::is_closed(table.oid) && is_empty(table.oid)) {
        found.insert(table.oid);
      }
    }
    return found;
  }

  [[nodiscard]] bool is_empty(Oid table) const {
    const auto acting = pg::Acting::as_owner(owner_);
    const pg::SettingScope all_rows{{"row_security", "off"}};
    const auto leaves = catalog::leaves_below(table);
    return std::all_of(leaves.begin(), leaves.end(), [](const UndoLeaf& leaf) {
      return !leaf.is_detaching && catalog::is_empty(leaf);
    });
  }

  // --- patience

  static steady_clock::time_point end_of_patience() {
    return steady_clock::now() + kPatience * pg::lock_timeout();
  }

  // False when it has lasted too long.
  bool rest(steady_clock::time_point deadline, std::int64_t millis = kMillisOfRest) {
    session_.commit();
    if (steady_clock::now() > deadline) return false;
    (void)pg::call(pgs_sleep, millis);
    return true;
  }

  pg::Session& session_;
  Oid parent_;
  Oid table_;
  int batch_;
  const std::string& requester_;
  Oid owner_ = 0;
  std::optional<UndoTarget> target_;
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
