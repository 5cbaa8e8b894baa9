#pragma once

#include <optional>
#include <vector>

#include "catalog/inventory.h"
#include "core/drift.h"

namespace pgscale::catalog {

// What the partitions of a table, and theirs, have otherwise than their parents wish; of one
// partition only if it is given. Below a partition that is a set of its own nothing is looked at,
// nor are foreign tables. Reads catalogs only and waits for no lock. `caller` is who asks.
[[nodiscard]] std::vector<Drift> load_drift(Oid parent, Oid caller,
                                            std::optional<Oid> partition = std::nullopt);

// What the bounds of a managed set leave open or lie across.
[[nodiscard]] std::vector<Drift> load_coverage(ManagedSet managed, Micros now);

// Both, coverage of the sets below it included. What cannot be looked at is told as drift of kind
// kSet, and hides nothing else.
[[nodiscard]] std::vector<Drift> look_for_drift(Oid parent, Oid caller);

}  // namespace pgscale::catalog
