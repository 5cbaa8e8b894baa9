#pragma once

#include <vector>

#include "core/growth.h"
#include "core/inventory.h"

namespace pgscale::catalog {

// Table pgscale.milestone: how far the rows of a set over numbers had come, and when.
[[nodiscard]] std::vector<Milestone> load_milestones(Oid parent, KeyKind kind);

// Writes one down if it is time to, and forgets those that have grown old.
void note_milestone(Oid parent, const Milestone& now, KeyKind kind);

}  // namespace pgscale::catalog
