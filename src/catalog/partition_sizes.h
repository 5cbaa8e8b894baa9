#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "core/inventory.h"

namespace pgscale::catalog {

using Sizes = std::unordered_map<Oid, std::int64_t>;

// How large tables are on disk, each with its TOAST table, its indexes and all partitions below it.
// Takes no lock on them. A table that is not known, of pgscale's own say, has no entry.
[[nodiscard]] Sizes sizes_of(const std::vector<Oid>& tables);

// The same for the partitions of a set.
void load_sizes(Oid parent, std::vector<Partition>& partitions);

}  // namespace pgscale::catalog
