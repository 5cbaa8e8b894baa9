#pragma once

#include "core/inventory.h"

namespace pgscale::catalog {

// The table, the partitions below it and their indexes, as the catalog has them. Locks nothing.
[[nodiscard]] TableTree load_tree(Oid table);

}  // namespace pgscale::catalog
