#pragma once

#include <string>

#include "core/inventory.h"

namespace pgscale {

// The functions that a policy names: they are called with the set, the name of the partition, what
// is done with it and an object of details.
[[nodiscard]] Sql hook_statement(const QualifiedName& function, const QualifiedName& parent,
                                 const HookCall& call);

}  // namespace pgscale
