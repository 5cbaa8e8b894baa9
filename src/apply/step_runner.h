#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "catalog/inventory.h"
#include "catalog/journal.h"
#include "core/step.h"
#include "pg/session.h"

namespace pgscale::apply {

// Carries out the steps of one set, each in its own transaction with a bounded wait for locks, and
// writes the journal. Inside a function there is only the caller's transaction: then an error of a
// step is thrown, and everything is undone with it.
class StepRunner {
 public:
  StepRunner(pg::Session& session, const catalog::ManagedSet& managed, std::string requester)
      : session_(session), managed_(managed), requester_(std::move(requester)) {}

  catalog::RunEnd run(const Step& step);
  // The same with something else to do than its statements, where these are not known beforehand.
  // It may be done up to four times.
  using Deed = std::function<void(pg::LockTimeout& limit)>;
  catalog::RunEnd run(const Step& step, const Deed& deed);
  // The same under a number that another session has given to the run.
  catalog::RunEnd run(const Step& step, std::int64_t run);

  // True when a failure took the session's locks with it, the claim on the set among them.
  [[nodiscard]] bool lost_claim() const { return lost_claim_; }

 private:
  catalog::RunEnd run_here(const Step& step);
  catalog::RunEnd run_at_top_level(const Step& step);
  void note_detached(const Step& step);
  void request_call(const Step& step, Retire done);
  void call_hook(const Step& step, pg::LockTimeout& limit);
  void archive(const Step& step, pg::LockTimeout& limit);
  void export_to_file(const Step& step, pg::LockTimeout& limit);
  void copy_to_shard(const Step& step);
  void swap_with_copy(const Step& step, pg::LockTimeout& limit);
  void drop(const Step& step, pg::LockTimeout& limit);
  void move_to_table(const Step& step, pg::LockTimeout& limit);
  catalog::RunEnd end_detach(const Step& step, catalog::RunEnd end);
  std::optional<catalog::RunEnd> run_by_worker(const Step& step, std::int64_t run);
  catalog::RunEnd detach_by_errand(const Step& step, std::int64_t run);
  catalog::RunEnd run_by_errand(const Step& step, std::int64_t run);
  catalog::RunEnd record_lost_errand(const Step& step, std::int64_t run);
  catalog::RunEnd try_repeatedly(const Step& step, const Deed& deed);
  void look_into_failure(const Step& step, catalog::RunEnd& end);
  void carry_out(const Step& step, pg::LockTimeout& limit);
  void analyze_as_owner();
  void validate_as_owner(const Step& step, pg::LockTimeout& limit);
  [[nodiscard]] pg::Outcome rows_in_the_way(const Step& step) const;
  void drain_as_owner(const Step& step, pg::LockTimeout& limit);
  enum class Writers { kAround, kGone };
  void move_rows(const Step& step, Oid partition, Writers writers, pg::LockTimeout& limit);
  void make_place(const Step& step, Oid table, int level, const std::optional<std::string>& key,
                  const pg::LockTimeout& limit);
  void make_places_ahead(const Step& step, Oid partition, pg::LockTimeout& limit);
  [[nodiscard]] bool has_room_for(const Step& step, const Step& place) const;
  void make(const Step& place, const pg::LockTimeout& limit);
  void execute_as_owner(const Step& step, pg::LockTimeout& limit);
  void lock_targets(const Step& step, const pg::LockTimeout& limit) const;
  void pin_detached(const Step& step) const;
  void complete_attached(const Step& step) const;
  void set_replica_index(const Step& step) const;
  void require_names(const Step& step) const;
  [[nodiscard]] Oid role_of(const Step& step) const;
  [[nodiscard]] const Partition& partition_of(const Step& step) const;

  pg::Session& session_;
  const catalog::ManagedSet& managed_;
  std::string requester_;
  std::string note_;  // on the step that was carried out last
  bool lost_claim_ = false;
  std::int64_t moved_ = 0;           // rows, by the last drain or copy
  std::vector<QualifiedName> made_;  // by the last drain, for rows that it found
};

}  // namespace pgscale::apply
