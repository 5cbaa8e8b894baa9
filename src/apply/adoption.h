#pragma once

#include <string>

#include "catalog/adoptions.h"
#include "pg/session.h"

namespace pgscale::apply {

// Makes the table the oldest partition of a new parent that takes its name: phase by phase, from
// the first that has not been done. Throws when a phase fails; what was done is kept for the next
// try, or for abandon(). For whoever holds the claim on the table.
void adopt(pg::Session& session, Oid table, const catalog::AdoptionRow& row,
           const std::string& requester);

// Takes back all that an adoption has done. For whoever holds the claim on the table.
void abandon(pg::Session& session, Oid table, const std::string& requester);

// Removes the guard of an adoption that does not go on, before it refuses rows. Leaves those alone
// that a session works on.
void release_guard(pg::Session& session, Oid table, const std::string& requester);

}  // namespace pgscale::apply
