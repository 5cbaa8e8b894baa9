#pragma once

#include <optional>
#include <vector>

#include "core/analysis.h"
#include "core/inventory.h"

namespace pgscale::catalog {

// Looks at the counters of all partitions of one set; empty where pgscale.analyze_parents is off or
// the server counts nothing.
[[nodiscard]] std::optional<Analysis> look_at_statistics(Oid parent);

// The same for every set whose turn it is, or for those that the user may maintain, all in one go.
// Gives those whose parents are to be analyzed; the others are looked at again when kBetweenLooks
// is over.
[[nodiscard]] std::vector<Oid> sets_to_analyze(Micros real_now, std::optional<Oid> user);

// The parent has just been analyzed: counting begins anew.
void begin_counting(Oid parent);

}  // namespace pgscale::catalog
