#pragma once

#include <string>

#include "catalog/parents.h"
#include "core/policy.h"

namespace pgscale::catalog {

// Throws Failure unless schema, tablespace and directory of the policy exist and the owner of the
// set may use them. What changes later is found when it is used.
void check_targets(const Policy& policy, const ParentFacts& facts);

// The name under which a function is stored in a policy, with its schema. Throws Failure where it
// does not take what a hook is called with, or the owner of the set may not call it.
[[nodiscard]] std::string hook_name(const char* setting, Oid function, const ParentFacts& facts);

}  // namespace pgscale::catalog
