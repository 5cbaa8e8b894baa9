#pragma once

#include "apply/shards.h"
#include "pg/session.h"

namespace pgscale::apply {

// Asks the shards how they are, all at once and two seconds at most, and writes it down for view
// shards. Copies statistics where the shards count other rows than are known here.
void look_at_shards(pg::Session& session, Whose whose);

}  // namespace pgscale::apply
