#pragma once

#include <optional>
#include <vector>

#include "core/adoption.h"

namespace pgscale {

// The parent is made through a sample, a plain table like the adopted one: only a plain table may
// have, for a moment, a primary key that lacks the partition key.
[[nodiscard]] Sql sample_statement(const AdoptionNames& names);
// Turns the sample's primary key of that name into the one that the set will have. An index of the
// sample that is like the new key, the copy of one built for it, goes.
[[nodiscard]] std::vector<Sql> extend_sample_statements(const Adoptee& table,
                                                        const AdoptionNames& names,
                                                        const Identifier& primary_key,
                                                        const std::vector<Identifier>& like_new);
[[nodiscard]] std::vector<Sql> parent_statements(const Adoptee& table, const AdoptionNames& names);
// Foreign keys, row security, replica identity: what LIKE leaves out, as far as it can be had
// before the parent has the table's name.
[[nodiscard]] std::vector<Sql> property_statements(const Adoptee& table,
                                                   const AdoptionNames& names);

// Builds the index of the primary key to be, which key_to_extend() asks for.
[[nodiscard]] Step key_index_step(const Adoptee& table, const AdoptionNames& names);
// Removes one that is only half made.
[[nodiscard]] Step drop_key_index_step(const Adoptee& table, const AdoptionNames& names, Oid index);

// The cut-over, in the order of its statements. What hangs on the name of the table first leaves
// it, to come back on the parent under the same name.
[[nodiscard]] std::vector<Sql> leave_statements(const Adoptee& table, const AdoptionNames& names);
[[nodiscard]] std::vector<Sql> exchange_statements(const Adoptee& table, const AdoptionNames& names,
                                                   const Axis& axis, Point boundary);
[[nodiscard]] std::vector<Sql> enter_statements(const Adoptee& table, const AdoptionNames& names);

// Statements that others than the owner of the table must run.
[[nodiscard]] std::vector<Sql> publish_statements(const AdopteePublication& publication,
                                                  const AdoptionNames& names);

// The identity sequence of the parent under the name of the one that the table had.
[[nodiscard]] std::vector<Sql> sequence_statements(const AdopteeSequence& sequence,
                                                   const QualifiedName& of_parent,
                                                   const std::vector<Grant>& its_grants);

[[nodiscard]] Sql rename_constraint_statement(const QualifiedName& table, const Identifier& from,
                                              const Identifier& to);

// The parent's index gets `wanted`, the table's index the name that the parent's had.
[[nodiscard]] std::vector<Sql> exchange_index_names(const AdoptionNames& names,
                                                    const Identifier& of_table,
                                                    const Identifier& of_parent,
                                                    const Identifier& wanted);

// All of an adoption that has not come to its cut-over, taken back.
struct Remains {
  std::optional<QualifiedName> parent;
  bool guard = false;
  bool index = false;
};
[[nodiscard]] std::vector<Sql> abandon_statements(const AdoptionNames& names,
                                                  const Remains& remains);

}  // namespace pgscale
