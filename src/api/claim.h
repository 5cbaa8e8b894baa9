#pragma once

#include "catalog/parents.h"

namespace pgscale::api {

// Keeps maintenance away from the set until the end of the transaction. Waits for a visit to end;
// throws Failure (55006) when that takes longer than visits do.
void claim_in_transaction(const catalog::ParentFacts& facts);

}  // namespace pgscale::api
