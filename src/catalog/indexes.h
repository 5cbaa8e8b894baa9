#pragma once

#include <cstdint>
#include <vector>

#include "core/indexes.h"

namespace pgscale::catalog {

// The indexes of these tables, as the catalogs define them. Takes no lock on them.
[[nodiscard]] std::vector<IndexDefinition> observe_indexes(std::vector<Oid> tables);
[[nodiscard]] std::vector<ForeignKey> observe_foreign_keys();

// The columns of an index as its definition lists them; good until the next one is asked for.
[[nodiscard]] const char* index_columns(const IndexDefinition& index);

}  // namespace pgscale::catalog
