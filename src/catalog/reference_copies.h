#pragma once

#include <string>
#include <vector>

#include "core/inventory.h"

namespace pgscale::catalog {

// The reference tables that the current user may maintain.
[[nodiscard]] std::vector<Oid> reference_tables();

// What was last seen of a copy: its fingerprint beside that of the table, or why nobody could look.
void note_copy(Oid relation, const std::string& shard, const std::string& seen,
               const std::string& wanted);
void note_copy_error(Oid relation, const std::string& shard, const std::string& error);

}  // namespace pgscale::catalog
