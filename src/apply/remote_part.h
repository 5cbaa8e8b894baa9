#pragma once

#include <string>

#include "core/inventory.h"
#include "remote/team.h"

namespace pgscale::apply {

// Does the part of a step that is on a shard, as the owner of the set, and commits it there; comes
// last in its transaction. Returns a note for the journal; empty for none.
std::string carry_out_on_shard(const RemotePart& part, Oid parent, Oid owner);

// Makes a table that stands alone there, in the likeness of a partition of the set, and commits it.
// What an earlier attempt has left of it is replaced. A parent that the part knows and that is
// missing is made, too.
void make_copy_on_shard(const RemotePart& part, Oid parent, Oid owner);

// Drops a table there that nobody here reads any more; and its parent, once no partition of the set
// is on the shard. The rest of the part's statements is for what hangs on the table. Returns a note
// for the journal.
std::string remove_from_shard(const RemotePart& part, Oid parent, Oid owner);

// Waits for vacuum, which gives way only to who waits longer than a strong lock may. Readers and
// writers do not mind. The team has begun a transaction.
void keep_vacuum_away(remote::Team& team, const std::string& shard, const QualifiedName& table);

}  // namespace pgscale::apply
