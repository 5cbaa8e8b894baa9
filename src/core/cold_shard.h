#pragma once

#include <string>
#include <vector>

#include "core/step.h"

namespace pgscale {

// An old partition of a local set is moved to a shard, where it stays readable through its parent,
// in steps that each leave the set whole:
//
//   seal   triggers refuse every change of its rows; readers notice nothing
//   copy   a table like it on the shard, a foreign table beside the set, the rows
//   swap   the same rows here and there: then the foreign table takes the place and the name
//   drop   the local table, which has left the set
//
// The triggers, the row of pgscale.cold_copy and that of pgscale.retirement say what is done.

// The triggers: one for changes of rows, one for TRUNCATE.
inline constexpr char kColdSeal[] = "pgscale_sealed";
inline constexpr char kColdTruncateSeal[] = "pgscale_sealed_truncate";

// Whether the partition is where retire = shard wants it, so that no rule of retention is for it.
[[nodiscard]] bool is_cold(const Policy& policy, const Partition& partition);

// Why PostgreSQL cannot have the partition on a shard, or pgscale cannot move it; empty: it can.
[[nodiscard]] std::string obstacle_to_moving(const Inventory& inventory,
                                             const Partition& partition);

// What the local table is called once the foreign table has taken its name.
[[nodiscard]] QualifiedName name_after_swap(const QualifiedName& partition);

// What is left to do until the foreign table is in its place.
[[nodiscard]] std::vector<Step> moving_steps(const PartitionSet& set, const Partition& partition,
                                             const std::string& reason);
// Take back what has been done for a partition that is to stay. The shard comes last: were it down,
// the rows could be changed all the same.
[[nodiscard]] std::vector<Step> unseal_steps(const Partition& partition);

}  // namespace pgscale
