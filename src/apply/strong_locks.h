#pragma once

#include "core/inventory.h"
#include "pg/session.h"

namespace pgscale::apply {

// SHARE UPDATE EXCLUSIVE, which readers and writers do not mind, with all the time it takes until
// autovacuum gives way: it does so only to whoever waits longer than deadlock_timeout, which a
// strong lock must not.
void keep_vacuum_away(Oid table);

// ACCESS EXCLUSIVE, with what is left of the limit.
void lock_exclusively(Oid relation, const pg::LockTimeout& limit);

// Worth another try in a moment: a lock that was not free, or a deadlock that we lost.
[[nodiscard]] bool is_passing(const pg::Outcome& outcome);

// Runs the statements in that role, restricted, each with what is left of the limit.
void execute_as(Oid role, const std::vector<Sql>& statements, const pg::LockTimeout& limit);

}  // namespace pgscale::apply
