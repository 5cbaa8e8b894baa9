#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/adoptee.h"
#include "catalog/policies.h"
#include "core/schedule.h"

namespace pgscale::catalog {

// A row of pgscale.adoption: what is wanted of a table that is being adopted, and what of it cannot
// be seen in the system catalogs.
struct AdoptionRow {
  std::string control;
  PolicyRow policy;
  std::optional<std::string> boundary_asked;  // by the user
  std::optional<std::string> boundary;        // of the guard
  std::optional<Oid> parent;                  // that is to take the table's name
  std::string definition;                     // of the table when the parent was made
  std::string key_index;                      // name of the index that is built, if one must be
};

// Whether two rows want the same.
[[nodiscard]] bool is_same(const AdoptionRow& a, const AdoptionRow& b);

[[nodiscard]] std::optional<AdoptionRow> load_adoption(Oid table);
// Throws Failure when the table is not being adopted.
[[nodiscard]] AdoptionRow require_adoption(Oid table);
void insert_adoption(Oid table, const AdoptionRow& row);
void delete_adoption(Oid table);

void set_prepared(Oid table, Oid parent, const std::string& definition);
// The guard must go at that time of the policies' clock if the adoption has not ended by then; for
// number keys none can be told.
void set_guarded(Oid table, const std::string& boundary, std::optional<Micros> until);

// Tables whose guard is to be looked at: its time has come, or, for number keys, only the rows can
// tell.
[[nodiscard]] std::vector<Oid> guards_due(Micros policy_now);
// When the next one is.
[[nodiscard]] Visit next_look_at_guards();

// What there is of the parent while it is made.
[[nodiscard]] bool has_partitions(Oid parent);
[[nodiscard]] std::optional<Oid> relation_named(const QualifiedName& name);
struct SampleKeys {
  Identifier primary_key;
  std::vector<Identifier> like_new;
};
// The primary key of the sample, and its indexes that are copies of the extended key.
[[nodiscard]] SampleKeys sample_keys(Oid sample, const Adoptee& table);
// The parent's index that is like the table's replica identity; the primary key where that is
// extended.
[[nodiscard]] std::optional<Identifier> replica_index_like(Oid parent, const Adoptee& table);

// The names of what belongs together in the table and its new parent.
struct NamePair {
  std::string of_table;
  std::string of_parent;
};
[[nodiscard]] std::vector<NamePair> index_pairs(Oid table, Oid parent);
// Constraints NOT NULL of the same column; none before PostgreSQL 18, where they have no names.
[[nodiscard]] std::vector<NamePair> not_null_pairs(Oid table, Oid parent);

[[nodiscard]] QualifiedName identity_sequence(Oid table, const std::string& column);
// The state of a sequence: last value, and whether it has been given out.
struct SequencePosition {
  std::string last_value;
  bool is_called;
};
[[nodiscard]] SequencePosition sequence_position(const QualifiedName& sequence);
void set_sequence(const QualifiedName& sequence, const SequencePosition& state);

}  // namespace pgscale::catalog
