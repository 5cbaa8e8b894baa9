#pragma once

#include <string>

#include "core/inventory.h"

namespace pgscale::catalog {

// Says before a detach what is to become of the partition, so that an interrupted one can be ended
// and nothing else is ever dropped.
void request_retirement(Oid partition, Oid parent, Retire action, const std::string& bounds);
void mark_detached(Oid partition);
// Once no publication names the table: what names it later is no business of ours.
void mark_unpublished(Oid partition);
void forget_retirement(Oid partition);

// Removes requests whose partition is attached as before, and rows of tables that are gone: neither
// must outlive the visit that could have carried them out.
void forget_stale_retirements(Oid parent);

// The table that was detached to be kept is now to be dropped.
void request_drop(Oid table);
// Detached tables that were to be dropped stay: the policy that wanted it has changed.
void cancel_drops(Oid parent);

// True when the table stands alone and pgscale itself has detached it in order to drop it.
[[nodiscard]] bool may_drop(Oid table);

}  // namespace pgscale::catalog
