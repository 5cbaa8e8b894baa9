#pragma once

#include <set>
#include <string>

#include "core/drift.h"
#include "pg/session.h"

namespace pgscale::apply {

struct RepairReport {
  int steps = 0;
  int failures = 0;
  std::string last_error;
};

// Carries out the repairs of a set's drift, of these kinds. Each step is a transaction of its own;
// before each the partition is looked at again, for a repair may take hours. Throws Failure while
// another session repairs the set.
RepairReport repair(pg::Session& session, Oid parent, const std::set<DriftKind>& kinds,
                    const std::string& requester);

}  // namespace pgscale::apply
