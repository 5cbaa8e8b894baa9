#include "apply/cut_over.h"

#include "apply/preflight.h"
#include "apply/strong_locks.h"
#include "catalog/inventory.h"
#include "catalog/journal.h"
#include "catalog/state.h"
#include "core/adoption_statements.h"
#include "core/failure.h"
#include "core/grants.h"
#include "core/statements.h"
#include "pg/query.h"

namespace pgscale::apply {
namespace {

using catalog::AdopteeFacts;
using catalog::AdoptionRow;

// Readers come through views to the table, writers from the table to what its foreign keys refer
// to: locked in their order, nobody holds what we want while he waits for what we have.
void lock_all(const Adoptee& table, pg::LockTimeout& limit) {
  keep_vacuum_away(table.oid);
  const std::vector<Oid> targets = catalog::foreign_key_targets(table.oid);
  for (Oid target : targets) keep_vacuum_away(target);
  limit.restart();
  for (const Dependant& dependant : table.dependants) {
    if (dependant.kind == Dependant::Kind::kView) lock_exclusively(dependant.oid, limit);
  }
  lock_exclusively(table.oid, limit);
  for (Oid target : targets) lock_exclusively(target, limit);
  for (const AdopteeSequence& sequence : table.sequences) {
    if (sequence.is_identity) lock_exclusively(sequence.oid, limit);
  }
}

class CutOver {
 public:
  CutOver(AdopteeFacts facts, const AdoptionRow& row, pg::LockTimeout& limit)
      : facts_(std::move(facts)),
        row_(row),
        parent_(row.parent.value()),
        names_(names_of(facts_, row)),
        limit_(limit) {}

  void run() {
    check_as_prepared();
    const auto counters = identity_states();
    execute(leave_statements(table(), names_));
    align_not_null_names();
    execute(exchange_statements(table(), names_, axis(), boundary()));
    give_identities(counters);
    exchange_all_index_names();
    execute(enter_statements(table(), names_));
    set_grants();
    publish();
    register_set();
    check_nothing_left();
  }

 private:
  [[nodiscard]] const Adoptee& table() const { return facts_.table; }
  [[nodiscard]] Axis axis() const {
    return catalog::axis_of(row_.policy, facts_.as_parent).value();
  }
  [[nodiscard]] Point boundary() const {
    return catalog::read_position("boundary", row_.boundary.value(), row_.policy, facts_.as_parent);
  }
  void execute(const std::vector<Sql>& statements) {
    execute_as(facts_.as_parent.owner, statements, limit_);
  }

  void check_as_prepared() const {
    refuse_blocked(table(), findings(table(), names_));
    const bool is_ready =
        catalog::definition_of(table().oid, names_.key_index) == row_.definition &&
        catalog::guard_of(table().oid) == catalog::Guard::kValid &&
        catalog::is_named(parent_, names_.old) &&
        (key_to_extend(table()) == nullptr || extended_key(table()) != nullptr);
    if (is_ready) return;
    throw Failure(Problem::kNotInPrerequisiteState,
                  "table " + readable(table().name) + " was changed since it was prepared");
  }

  // The sequences are locked, so nobody takes a value from them any more.
  [[nodiscard]] std::vector<catalog::SequencePosition> identity_states() const {
    const auto acting = pg::Acting::as_owner(facts_.as_parent.owner);
    std::vector<catalog::SequencePosition> states;
    for (const AdopteeSequence& sequence : table().sequences) {
      if (sequence.is_identity) states.push_back(catalog::sequence_position(sequence.name));
    }
    return states;
  }

  void give_identities(const std::vector<catalog::SequencePosition>& states) {
    auto state = states.begin();
    for (const AdopteeSequence& sequence : table().sequences) {
      if (!sequence.is_identity) continue;
      const QualifiedName of_parent = catalog::identity_sequence(parent_, sequence.column);
      {
        const auto acting = pg::Acting::as_owner(facts_.as_parent.owner);
        catalog::set_sequence(of_parent, *state++);
      }
      const auto its_oid = catalog::relation_named(of_parent);
      execute(sequence_statements(sequence, of_parent, catalog::read_grants(its_oid.value())));
    }
  }

  // The parent's primary key made a column NOT NULL under a name of the sample, the table's has
  // just made it so under one of its own. Once attached, both could only be renamed as one.
  void align_not_null_names() {
    for (const auto& pair : catalog::not_null_pairs(table().oid, parent_)) {
      if (pair.of_parent == pair.of_table) continue;
      execute({rename_constraint_statement(names_.old, Identifier(pair.of_parent),
                                           Identifier(pair.of_table))});
    }
  }

  void exchange_all_index_names() {
    const AdopteeIndex* key = key_to_extend(table());
    const AdopteeIndex* longer = extended_key(table());
    for (const auto& pair : catalog::index_pairs(table().oid, parent_)) {
      const bool is_key = longer != nullptr && pair.of_table == longer->name;
      const Identifier wanted(is_key ? key->name : pair.of_table);
      execute(exchange_index_names(names_, Identifier(pair.of_table), Identifier(pair.of_parent),
                                   wanted));
    }
  }

  void set_grants() {
    std::vector<Sql> statements =
        revoke_statements(catalog::read_grants(parent_), names_.table, Revocation::kPrivilege);
    for (const Sql& grant : grant_statements(table().grants, names_.table)) {
      statements.push_back(grant);
    }
    execute(statements);
  }

  void publish() {
    for (const AdopteePublication& publication : table().publications) {
      if (!publication.names_table) continue;
      execute_as(publication.owner, publish_statements(publication, names_), limit_);
    }
  }

  void register_set() {
    if (!catalog::insert_policy(parent_, row_.policy)) {
      throw Failure(Problem::kDuplicateObject,
                    "table " + readable(names_.table) + " is already managed by pgscale");
    }
    catalog::create_state(parent_, true);
    catalog::hand_over_runs(table().oid, parent_);
    catalog::delete_adoption(table().oid);
  }

  // Whatever still meant the old table would from now on miss the rows of all other partitions.
  void check_nothing_left() const {
    Adoptee old(table().oid, names_.old);
    catalog::read_dependants(old);
    if (!old.dependants.empty()) {
      throw Failure(Problem::kInternal, "something would go on to mean the old table alone",
                    "It is " + old.dependants.front().description + ".");
    }
    Adoptee parent(parent_, names_.table);
    catalog::read_publications(parent);
    if (parent.publications.size() == table().publications.size()) return;
    throw Failure(Problem::kInternal, "the parent is not in all publications of the table");
  }

  AdopteeFacts facts_;
  const AdoptionRow& row_;
  Oid parent_;
  AdoptionNames names_;
  pg::LockTimeout& limit_;
};

}  // namespace

void cut_over(Oid table, const AdoptionRow& row, pg::LockTimeout& limit) {
  lock_all(catalog::read_adoptee(table, row.control).table, limit);
  // What was read without the locks may be old by now.
  CutOver(catalog::read_adoptee(table, row.control), row, limit).run();
}

}  // namespace pgscale::apply
