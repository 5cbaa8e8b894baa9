#pragma once

#include <string>

#include "core/inventory.h"

namespace pgscale::catalog {

// Says before a detach what is to become of the partition, so that an interrupted one can be ended
// and nothing else is ever dropped.
void request_retirement(Oid partition, Oid parent, Retire action, const std::string& bounds);
// Its waiting time begins, by the clock of the policies.
void mark_detached(Oid partition);
// Once no publication names the table: what names it later is no business of ours.
void mark_unpublished(Oid partition);
void forget_retirement(Oid partition);

// Removes requests whose partition is attached as before, and rows of tables that are gone: neither
// must outlive the visit that could have carried them out.
void forget_stale_retirements(Oid parent);

// For a set whose last visit has died: says of partitions that they are detached, and whom to tell,
// where the process that was to say so ended with the detach.
void end_interrupted_detaches(Oid parent);

// The file that a table is to be exported to is written down and committed first, if there is none
// of that name: so one that is there later is known to be ours.
void note_file(Oid table, const std::string& file);
[[nodiscard]] bool is_noted(Oid table, const std::string& file);
// Archived or exported.
void mark_done(Oid table);

// The table that was detached to be kept is now to be dropped, or whatever the policy says.
void request_action(Oid table, Retire action);
// Detached tables stay as they are, whatever was to become of them: the policy has changed.
void cancel_actions(Oid parent);

// True when the table stands alone and pgscale itself has detached it in order to drop it; if to
// export it first, it is exported and sealed.
[[nodiscard]] bool may_drop(Oid table);

}  // namespace pgscale::catalog
