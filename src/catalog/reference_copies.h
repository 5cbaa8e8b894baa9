#pragma once

#include <string>
#include <vector>

#include "core/inventory.h"
#include "core/sql.h"

namespace pgscale::catalog {

// The reference tables that the current user may maintain.
[[nodiscard]] std::vector<Oid> reference_tables();

// The columns by which a row is told from all others: those of the primary key, or else of a unique
// constraint or index; none where there is no such.
[[nodiscard]] std::vector<std::string> key_of_rows(Oid relation);

[[nodiscard]] bool has_relation(const QualifiedName& name);

// What was last seen of a copy: its fingerprint beside that of the table, or why nobody could look.
void note_copy(Oid relation, const std::string& shard, const std::string& seen,
               const std::string& wanted);
void note_copy_error(Oid relation, const std::string& shard, const std::string& error);

}  // namespace pgscale::catalog
