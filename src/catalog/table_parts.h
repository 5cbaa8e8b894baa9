#pragma once

#include <vector>

#include "core/autovacuum.h"

namespace pgscale::catalog {

// All tables of this database with what belongs to them, before all TOAST tables; both in the order
// of their OIDs. Takes no lock on them.
[[nodiscard]] std::vector<TablePart> load_table_parts();

[[nodiscard]] AutovacuumSettings server_autovacuum();

}  // namespace pgscale::catalog
