#pragma once

#include <vector>

#include "core/inventory.h"

namespace pgscale::catalog {

// Calls of after_retire that are owed, in the order in which they came up: written in the
// transaction that did what they tell of, so that none is lost.
void request_call(Oid parent, const HookCall& call);
[[nodiscard]] std::vector<HookCall> load_calls(Oid parent);
void forget_call(Oid parent, const HookCall& call);
void forget_calls(Oid parent);

}  // namespace pgscale::catalog
