#pragma once

#include "core/usage.h"

namespace pgscale::catalog {

// The relations of users in this database, pgscale's own left out, and what the server counts of
// them, as of now; only of the subject. Takes no lock on them.
[[nodiscard]] Database observe_database(Subject subject, Measures measures,
                                        std::optional<Oid> below = std::nullopt);

}  // namespace pgscale::catalog
