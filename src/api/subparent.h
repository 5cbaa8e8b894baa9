#pragma once

#include "api/arguments.h"
#include "catalog/policies.h"
#include "catalog/subpolicies.h"

namespace pgscale::api {

// The next level below a set, checked against the set and its other levels; changes nothing. Throws
// Failure when it does not fit.
[[nodiscard]] catalog::SubPolicy new_level(const catalog::ManagedSet& managed,
                                           const PolicyArguments& given);

}  // namespace pgscale::api
