#pragma once

#include "catalog/parents.h"
#include "core/index_template.h"

namespace pgscale::catalog {

// Tables whose indexes policies wish for partitions.

// Throws Failure unless the partitions of the set can be made like that one.
void require_template(Oid table, const ParentFacts& facts);

// Of its indexes those that partitions do not get from their parent. A table that is gone is no
// wish; one that does not fit is trouble. Waits for no lock.
[[nodiscard]] IndexTemplate load_index_template(Oid table, const ParentFacts& facts);

}  // namespace pgscale::catalog
