#pragma once

#include <optional>

#include "core/calendar.h"
#include "core/point.h"

namespace pgscale {

// Whether the rows that a shard counts (-1: never) make what is known of them here (-1: nothing)
// out of date: by more than a tenth.
[[nodiscard]] bool counts_are_stale(double known, double counted);

// Whether the shards are to be compared with their tables again.
[[nodiscard]] bool drift_look_is_due(std::optional<Micros> looked_at, Micros now);

}  // namespace pgscale
