#pragma once

#include <vector>

#include "core/inventory.h"

namespace pgscale::catalog {

// Which sets want a visit at the two clocks (see core/schedule.h), by what their last one wrote
// down and by what hands have changed since; nothing is planned to find out. The cost grows with
// the number of sets and not with that of their partitions, but for those whose statistics it is
// time to look at; these come last, as far as their parents are to be analyzed.

// False when both of these would be empty for whomever, and no guard of an adoption has come due:
// one query on few tables, for in a new session it is the catalog lookups that cost.
[[nodiscard]] bool may_be_due(Micros policy_now, Micros real_now);

// For the worker: of all sets those whose time has come, the longest overdue first.
[[nodiscard]] std::vector<Oid> due_sets(Micros policy_now, Micros real_now);

// For a person: of the sets that the current user may maintain those as well that wait for another
// try, or that nobody may visit, which is to be told; in the order of their names.
[[nodiscard]] std::vector<Oid> own_due_sets(Micros policy_now, Micros real_now);

}  // namespace pgscale::catalog
