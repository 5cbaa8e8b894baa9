#pragma once

#include "core/shard_id.h"

namespace pgscale::catalog {

// A tick that nobody was given before, in this database or in a dump of it that was restored here,
// whatever the clock says and whatever crashed meanwhile.
[[nodiscard]] Tick take_tick(Micros now);

}  // namespace pgscale::catalog
