#pragma once

#include <string>

#include "core/inventory.h"

namespace pgscale::apply {

// Does the part of a step that is on a shard, as the owner of the set, and commits it there; comes
// last in its transaction. Returns a note for the journal; empty for none.
std::string carry_out_on_shard(const RemotePart& part, Oid parent, Oid owner);

// Makes a table that stands alone there, in the likeness of a partition of the set, and commits it.
// What an earlier attempt has left of it is replaced.
void make_copy_on_shard(const RemotePart& part, Oid parent, Oid owner);

}  // namespace pgscale::apply
