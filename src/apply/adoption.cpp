#include "apply/adoption.h"

#include "apply/cut_over.h"
#include "apply/key_index.h"
#include "apply/maintenance.h"
#include "apply/preflight.h"
#include "apply/step_runner.h"
#include "apply/strong_locks.h"
#include "catalog/inventory.h"
#include "core/adoption_statements.h"
#include "core/failure.h"
#include "core/grants.h"
#include "core/statements.h"
#include "core/wanted.h"
#include "pg/server.h"
#include "shim/partitions.h"

namespace pgscale::apply {
namespace {

using catalog::AdopteeFacts;
using catalog::AdoptionRow;
using catalog::Guard;
using catalog::ManagedSet;
using catalog::RunEnd;

// More would only lengthen the cut-over; maintenance makes the rest.
constexpr int kPreparedPartitions = 4;

// An adoption from wherever it stands.
class Adoption {
 public:
  Adoption(pg::Session& session, AdopteeFacts facts, AdoptionRow row, const std::string& requester)
      : session_(session),
        facts_(std::move(facts)),
        row_(std::move(row)),
        requester_(requester),
        managed_(as_set(facts_, row_)),
        names_(names_of(facts_, row_)),
        runner_(session, managed_, requester) {}

  void go_on() {
    bury_dead_runs();
    preflight();
    discard_if_outdated();
    if (!is_prepared()) prepare();
    build_key();
    guard();
    validate();
    make_partitions();
    exchange();
    finish();
  }

  void abandon() {
    bury_dead_runs();
    take_back("as asked for");
    catalog::prune_runs(oid());
    session_.commit();
  }

  void release() {
    const Step unguard =
        step(Action::kUnguard, "rows come near its bound, and the adoption does not go on");
    (void)runner_.run(unguard, [this](pg::LockTimeout& limit) {
      lock_table(limit);
      execute_as(owner(), {unguard_statement(names_.table)}, limit);
    });
    catalog::prune_runs(oid());
    session_.commit();
  }

 private:
  void bury_dead_runs() {
    catalog::bury_dead_runs(oid(), catalog::Runs::kMaintenance);
    catalog::bury_dead_runs(oid(), catalog::Runs::kRepairs);
  }

  [[nodiscard]] Oid oid() const { return facts_.table.oid; }
  [[nodiscard]] Oid owner() const { return facts_.as_parent.owner; }
  [[nodiscard]] const Axis& axis() const { return managed_.set.axis.value(); }
  [[nodiscard]] Point boundary() const {
    return catalog::read_position("boundary", row_.boundary.value(), row_.policy, facts_.as_parent);
  }

  [[nodiscard]] Step step(Action action, const std::string& reason) const {
    return {action, oid(), names_.table, row_.boundary.value_or(""), reason, {}, ""};
  }

  // A failed phase ends the call; its message says how it can go on.
  void must(const RunEnd& end) {
    if (!end.failure) return;
    pg::Outcome outcome = *end.failure;
    if (!end.blockers.empty() && outcome.detail.empty()) {
      outcome.detail = "Processes in the way:";
      for (int pid : end.blockers) outcome.detail += " " + std::to_string(pid);
      outcome.detail += ".";
    }
    if (outcome.hint.empty() && catalog::load_adoption(oid())) {
      outcome.hint =
          "CALL pgscale.adopt_table() again goes on from here, pgscale.adopt_abort() takes all of "
          "it back.";
      if (catalog::guard_of(oid()) != Guard::kAbsent) {
        outcome.hint +=
            " Until then rows from " + row_.boundary.value_or("the boundary") + " on are refused.";
      }
    }
    throw pg::OutcomeError(outcome);
  }

  void run(const Step& step, const StepRunner::Deed& deed) { must(runner_.run(step, deed)); }

  void lock_table(pg::LockTimeout& limit) const {
    keep_vacuum_away(oid());
    limit.restart();
    lock_exclusively(oid(), limit);
    if (catalog::is_named(oid(), names_.table)) return;
    throw Failure(Problem::kNotInPrerequisiteState,
                  "table " + readable(names_.table) + " was renamed meanwhile");
  }

  void preflight() {
    run(step(Action::kPreflight, "before anything is done"), [this](pg::LockTimeout&) {
      const Findings found = examine(facts_, row_);
      refuse_blocked(facts_.table, found);
      if (catalog::load_adoption(oid())) return;
      row_.key_index = names_.key_index.name();
      catalog::insert_adoption(oid(), row_);
      for (const Finding& finding : found) {
        if (finding.verdict != Verdict::kChange) continue;
        const std::string text = finding.subject + " " + finding.object + ": " + finding.finding +
                                 "; " + finding.treatment;
        pg::call(pgs_notice, text.c_str());
      }
    });
  }

  // With the guard go the partitions that begin at its bound.
  void discard_if_outdated() {
    const Guard guard = catalog::guard_of(oid());
    const bool has_passed =
        row_.boundary && is_time(axis().kind()) && axis().position(pg::policy_now()) >= boundary();
    const bool has_partitions = row_.parent && catalog::has_partitions(*row_.parent);
    if (guard == Guard::kAbsent ? has_partitions : has_passed) {
      take_back("its boundary is out of date", Keep::kIndexAndRow);
    }
  }

  [[nodiscard]] bool is_prepared() const {
    return row_.parent && catalog::is_named(*row_.parent, names_.old) &&
           catalog::definition_of(oid(), names_.key_index) == row_.definition;
  }

  void prepare() {
    if (row_.parent) take_back("the table was changed since", Keep::kIndexAndRow);
    Step prepare = step(Action::kPrepare, "the parent that is to take the name of the table");
    for (const AdopteeReference& reference : facts_.table.references) {
      prepare.others.push_back({reference.target, reference.target_name});
    }
    run(prepare, [this](pg::LockTimeout& limit) { make_parent(limit); });
    row_ = catalog::require_adoption(oid());
  }

  void make_parent(pg::LockTimeout& limit) {
    facts_ = catalog::read_adoptee(oid(), row_.control);
    execute_as(owner(), {sample_statement(names_)}, limit);  // keeps the definition as it is
    const std::string definition = catalog::definition_of(oid(), names_.key_index);
    const Oid sample = catalog::relation_named(names_.sample).value();
    if (catalog::guard_of(sample) != Guard::kAbsent) {
      execute_as(owner(), {unguard_statement(names_.sample)}, limit);
    }
    if (key_to_extend(facts_.table) != nullptr) {
      const auto keys = catalog::sample_keys(sample, facts_.table);
      execute_as(owner(),
                 extend_sample_statements(facts_.table, names_, keys.primary_key, keys.like_new),
                 limit);
    }
    execute_as(owner(), parent_statements(facts_.table, names_), limit);
    const Oid parent = catalog::relation_named(names_.old).value();
    for (const AdopteeReference& reference : facts_.table.references) {
      keep_vacuum_away(reference.target);
    }
    limit.restart();
    execute_as(owner(), property_statements(facts_.table, names_), limit);
    if (facts_.table.replica_identity == ReplicaIdentity::kIndex) {
      const auto index = catalog::replica_index_like(parent, facts_.table);
      execute_as(owner(), {replica_index_statement(names_.old, index.value())}, limit);
    }
    execute_as(owner(),
               revoke_statements(catalog::read_grants(parent), names_.old, Revocation::kPrivilege),
               limit);
    execute_as(owner(), grant_statements(facts_.table.grants, names_.old), limit);
    catalog::set_prepared(oid(), parent, definition);
  }

  // A worker takes these steps, for no procedure may; see next_key_step().
  void build_key() {
    while (const auto next = next_key_step(facts_, names_)) {
      const RunEnd end = runner_.run(*next);
      facts_ = catalog::read_adoptee(oid(), row_.control);
      if (end.failure) drop_half_made();
      must(end);
    }
  }

  // One that could not be built to its end costs every write and serves nobody.
  void drop_half_made() {
    const auto next = next_key_step(facts_, names_);
    if (next && next->action == Action::kDropIndex) (void)runner_.run(*next);
  }

  void guard() {
    if (catalog::guard_of(oid()) != Guard::kAbsent) return;
    facts_.table.rows = catalog::look_at_rows(facts_, axis(), catalog::Look::kNewest);
    const BoundaryChoice choice = choose_boundary(facts_.table, request_of(facts_, row_));
    if (!choice.boundary) refuse_blocked(facts_.table, {choice.finding});
    row_.boundary = axis().text(*choice.boundary);
    run(step(Action::kGuard, "the bound of the table as a partition"),
        [this](pg::LockTimeout& limit) {
          lock_table(limit);
          execute_as(owner(),
                     {own_guard_statement(facts_.as_parent.parent,
                                          {End::minimum(), End::at(boundary())}, axis())},
                     limit);
          std::optional<Micros> until;
          if (is_time(axis().kind())) until = end_of_guard(axis(), boundary(), pg::policy_now());
          catalog::set_guarded(oid(), *row_.boundary, until);
        });
  }

  void validate() {
    if (catalog::guard_of(oid()) == Guard::kValid) return;
    RunEnd end = runner_.run(step(Action::kValidate, "so that attaching need not scan the table"),
                             [this](pg::LockTimeout& limit) {
                               keep_vacuum_away(oid());
                               execute_as(owner(), {validate_guard_statement(names_.table)}, limit);
                             });
    // PostgreSQL knows only the name of the guard.
    if (end.failure && end.failure->sqlstate == "23514") {
      end.failure->message = "table " + readable(names_.table) + " has rows without " +
                             row_.control + " or with one from " + *row_.boundary + " on";
      end.failure->hint =
          "Call pgscale.adopt_abort(), correct or delete these rows, and begin again.";
    }
    must(end);
  }

  void make_partitions() {
    ManagedSet managed = set_to_be(facts_, row_, boundary());
    int made = static_cast<int>(managed.set.inventory.partitions.size()) - 1;
    const Plan plan = catalog::plan_set(managed, pg::policy_now());
    StepRunner runner(session_, managed, requester_);
    for (const Item& item : plan.items) {
      const auto* create = std::get_if<Step>(&item);
      if (create == nullptr || create->action != Action::kCreate) continue;
      if (made++ == kPreparedPartitions) return;
      must(runner.run(*create));
    }
  }

  void exchange() {
    Step cut = step(Action::kCutOver, "the parent takes the name, the table becomes its partition");
    for (const AdopteeReference& reference : facts_.table.references) {
      cut.others.push_back({reference.target, reference.target_name});
    }
    for (const Dependant& dependant : facts_.table.dependants) {
      if (dependant.kind != Dependant::Kind::kView) continue;
      cut.others.push_back({dependant.oid, dependant.name.value()});
    }
    run(cut, [this](pg::LockTimeout& limit) { cut_over(oid(), row_, limit); });
    const std::string text = "table \"" + names_.table.name.name() +
                             "\" is a partition set now; its rows are in partition " +
                             readable(names_.old) + ", up to " + *row_.boundary;
    pg::call(pgs_notice, text.c_str());
  }

  // The table is adopted; what fails now is left to maintenance.
  void finish() {
    const Oid parent = row_.parent.value();
    const Report report = maintain(session_, parent, requester_);
    if (report.failures > 0) warn(report.last_error);
  }

  static void warn(const std::string& message) {
    const std::string text = "the table is adopted, but not all was done: " + message;
    pg::call(pgs_warning, text.c_str(), "See pgscale.runs.");
  }

  enum class Keep { kNothing, kIndexAndRow };

  void take_back(const std::string& reason, Keep keep = Keep::kNothing) {
    Step abandon = step(Action::kAbandon, reason);
    for (const AdopteeReference& reference : facts_.table.references) {
      abandon.others.push_back({reference.target, reference.target_name});
    }
    run(abandon, [&](pg::LockTimeout& limit) {
      // Dropped with the parent go the triggers of its foreign keys on the tables it refers to.
      const auto targets = catalog::foreign_key_targets(row_.parent.value_or(0));
      for (Oid target : targets) keep_vacuum_away(target);
      lock_table(limit);
      for (Oid target : targets) lock_exclusively(target, limit);
      Remains remains;
      if (row_.parent) remains.parent = parent_to_drop(limit);
      remains.guard = row_.boundary && catalog::guard_of(oid()) != Guard::kAbsent;
      remains.index =
          keep == Keep::kNothing && catalog::key_index_of(oid(), names_.key_index).has_value();
      execute_as(owner(), abandon_statements(names_, remains), limit);
      if (keep == Keep::kNothing) catalog::delete_adoption(oid());
    });
    if (keep == Keep::kIndexAndRow) row_ = catalog::require_adoption(oid());
    facts_ = catalog::read_adoptee(oid(), row_.control);
  }

  QualifiedName parent_to_drop(pg::LockTimeout& limit) {
    lock_exclusively(*row_.parent, limit);
    const QualifiedName name = catalog::read_parent(*row_.parent).parent.name;
    if (pg::call(pgs_has_rows, *row_.parent) != PGS_ROWS_NONE) {
      throw Failure(Problem::kNotInPrerequisiteState,
                    "table " + readable(name) + ", prepared as the parent, holds rows", {},
                    "Move them to " + readable(names_.table) + " first.");
    }
    catalog::hand_over_runs(*row_.parent, oid());
    return name;
  }

  pg::Session& session_;
  AdopteeFacts facts_;
  AdoptionRow row_;
  const std::string& requester_;
  ManagedSet managed_;
  AdoptionNames names_;
  StepRunner runner_;
};

// Times are told by guard_until. For numbers the rows tell, if that takes no scan.
bool must_go(const AdopteeFacts& facts, const AdoptionRow& row) {
  const Axis axis = catalog::axis_of(row.policy, facts.as_parent).value();
  if (is_time(axis.kind())) return true;
  if (!has_index_on_key(facts.table)) return false;
  const auto rows = catalog::look_at_rows(facts, axis, catalog::Look::kNewest);
  const Point boundary =
      catalog::read_position("boundary", row.boundary.value(), row.policy, facts.as_parent);
  const Policy policy = catalog::interpret(row.policy, facts.as_parent);
  return rows && rows->newest && is_near(boundary, *policy.interval, *rows->newest);
}

}  // namespace

void adopt(pg::Session& session, Oid table, const AdoptionRow& row, const std::string& requester) {
  Adoption(session, catalog::read_adoptee(table, row.control), row, requester).go_on();
}

void abandon(pg::Session& session, Oid table, const std::string& requester) {
  const AdoptionRow row = catalog::require_adoption(table);
  Adoption(session, catalog::read_adoptee(table, row.control), row, requester).abandon();
}

void release_guard(pg::Session& session, Oid table, const std::string& requester) {
  if (!pg::call(pgs_claim, table, PGS_CLAIM_MAINTENANCE)) return;
  std::optional<Adoption> stalled;
  // A table that is locked, or dropped this moment, stands in nobody's way.
  (void)pg::attempt([&] {
    const AdoptionRow row = catalog::require_adoption(table);
    const AdopteeFacts facts = catalog::read_adoptee(table, row.control);
    if (must_go(facts, row)) stalled.emplace(session, facts, row, requester);
  });
  if (stalled) stalled->release();
  pg::call(pgs_unclaim, table, PGS_CLAIM_MAINTENANCE);
}

}  // namespace pgscale::apply
