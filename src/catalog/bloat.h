#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/bloat.h"
#include "core/inventory.h"

namespace pgscale::catalog {

struct MeasuredBloat {
  std::optional<std::int64_t> bytes;  // size of the relation
  Bloat bloat;
  std::string note;  // why it is unknown
};

// Reads some or all pages of the relation. Waits for no lock and keeps none. Whoever may not see
// the relation gets an error.
[[nodiscard]] MeasuredBloat measure_bloat(Oid relation);

// Asks pgstattuple, with the rights of the caller, in the current SPI connection.
[[nodiscard]] MeasuredBloat measure_bloat_exactly(Oid relation);

}  // namespace pgscale::catalog
