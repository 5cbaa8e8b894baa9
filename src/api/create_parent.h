#pragma once

#include "api/arguments.h"
#include "catalog/policies.h"

namespace pgscale::api {

// The policy of a table that is not managed yet, checked against the table; changes nothing. Throws
// Failure when it does not fit, and when the table is managed.
[[nodiscard]] catalog::PolicyRow new_policy(const catalog::ParentFacts& facts,
                                            const PolicyArguments& given);

// Writes the policy and the first state of a set; makes no partition.
void begin_to_manage(const catalog::ParentFacts& facts, const catalog::PolicyRow& row,
                     const PolicyArguments& given);

}  // namespace pgscale::api
