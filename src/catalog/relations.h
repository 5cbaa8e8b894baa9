#pragma once

#include "core/usage.h"

namespace pgscale::catalog {

// The relations of users in this database, pgscale's own left out, and what the server counts of
// them, as of now. Takes no lock on them.
[[nodiscard]] Database observe_database();

}  // namespace pgscale::catalog
