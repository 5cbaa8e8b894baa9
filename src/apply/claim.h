#pragma once

#include "core/inventory.h"

namespace pgscale::apply {

// Keeps maintenance away from the set until pgs_unclaim() or the end of the session. Waits for
// visits to end; throws Failure (55006) when that takes longer than visits do.
void claim(Oid parent);

}  // namespace pgscale::apply
