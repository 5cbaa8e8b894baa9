#pragma once

#include <vector>

#include "core/drift_watch.h"

namespace pgscale::catalog {

[[nodiscard]] std::vector<WatchedSet> load_watched_sets();

// What health is to know of the set from now on.
void record_drift(Oid parent, const DriftSummary& summary);

}  // namespace pgscale::catalog
