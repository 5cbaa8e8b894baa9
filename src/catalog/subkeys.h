#pragma once

#include <string>

#include "catalog/parents.h"

namespace pgscale::catalog {

// Throws Failure when a unique index of the table lacks the column: PostgreSQL would refuse every
// partition that is itself partitioned by it.
void require_in_unique_keys(const ParentFacts& facts, const std::string& control);

// Whether the table has no page at all, and so no row for whatever snapshot.
[[nodiscard]] bool has_no_page(Oid table);

}  // namespace pgscale::catalog
