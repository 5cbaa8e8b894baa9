#pragma once

#include <string>
#include <vector>

#include "core/inventory.h"

namespace pgscale {

// A partition that is to leave its set, and which rule says so.
struct Departure {
  const Partition* partition;
  std::string reason;
};

// What the rules of retention decide about a range set; what any of them says is done.
struct Departures {
  std::vector<Departure> partitions;  // the oldest first
  std::vector<bool> coming;           // of the coming ranges those that would go at once
  std::optional<Micros> next_due;     // when time alone will make one of them go
};

// Age looks at each partition by itself. Count and bytes take the oldest of those that lie wholly
// in the past, and never the newest one that holds rows nor any behind it: a set that has gone
// quiet keeps its last rows. `coming` are partitions that are about to be made.
[[nodiscard]] Departures departures(const PartitionSet& set, Micros now,
                                    const std::vector<Range>& coming);

// From when on a partition detached at this moment may be dropped.
[[nodiscard]] Micros end_of_keeping(const PartitionSet& set, Micros detached_at);

}  // namespace pgscale
