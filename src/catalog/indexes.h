#pragma once

#include <string>
#include <vector>

#include "core/indexes.h"

namespace pgscale::catalog {

// The indexes of tables of users and of their partitions, as the catalogs define them. Takes no
// lock on them.
[[nodiscard]] std::vector<IndexDefinition> observe_indexes();
[[nodiscard]] std::vector<ForeignKey> observe_foreign_keys();
// Its columns, as names.
[[nodiscard]] std::string index_columns(Oid index);

}  // namespace pgscale::catalog
