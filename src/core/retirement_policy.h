#pragma once

#include "core/policy.h"

namespace pgscale {

// Errors that the settings of retirement make by themselves, alone or one with another. Throws
// Failure.
void check_retirement(const Policy& policy);

}  // namespace pgscale
