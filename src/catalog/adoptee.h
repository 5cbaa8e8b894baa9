#pragma once

#include <optional>
#include <string>

#include "catalog/parents.h"
#include "core/adoptee.h"

namespace pgscale::catalog {

// A plain table that is to be adopted, and the same as the parent of a set by its key, which is how
// policies are interpreted.
struct AdopteeFacts {
  Adoptee table;
  ParentFacts as_parent;
};

// Throws Failure when the relation is no plain table or has no such column, or one of a type that
// cannot be the key of a range set. Reads the catalogs only.
[[nodiscard]] AdopteeFacts read_adoptee(Oid table, const std::string& control);

// All that hangs on a table, whatever becomes of it.
[[nodiscard]] Adoptee read_whole(Oid table, const QualifiedName& name);

// Whether the table is partitioned and so needs no adoption, or is no table at all.
void require_plain_table(Oid table);

// Looks at the rows with the rights of the owner; empty when these do not show all of them. Waits
// for the table at most the lock timeout. Rows without a key take a scan where NULL is allowed.
enum class Look { kNewest, kNewestAndNulls };
[[nodiscard]] std::optional<AdopteeRows> look_at_rows(const AdopteeFacts& facts, const Axis& axis,
                                                      Look look);

// What an adoption has done to the table so far.
enum class Guard { kAbsent, kNotValid, kValid };
[[nodiscard]] Guard guard_of(Oid table);
struct KeyIndex {
  Oid oid;
  bool is_valid;
};
[[nodiscard]] std::optional<KeyIndex> key_index_of(Oid table, const Identifier& name);

// Changes when anything is changed of the table that the parent must have like it. The guard and
// the index of that name do not count.
[[nodiscard]] std::string definition_of(Oid table, const Identifier& key_index);

// Parts of read_adoptee(), by file.
void read_indexes(Adoptee& table);
void read_constraints(Adoptee& table);
void read_triggers(Adoptee& table);
void read_policies(Adoptee& table);
void read_sequences(Adoptee& table);
void read_dependants(Adoptee& table);
void read_publications(Adoptee& table);

}  // namespace pgscale::catalog
