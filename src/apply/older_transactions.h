#pragma once

#include <chrono>
#include <string>

#include "core/inventory.h"

namespace pgscale::apply {

// postgres_fdw keeps one snapshot of a shard for a transaction here. Who began to read there before
// rows were put there does not see them, and would look for them there once they belong to a
// partition.

// Those that are open in the database of the shard, as text[].
[[nodiscard]] std::string transactions_on_shard(const std::string& shard, Oid owner);

// Waits until none of these is open there. Throws Failure (55P03), which says what could not be
// done.
void wait_for_older_transactions(const std::string& shard, Oid owner, const std::string& older,
                                 std::chrono::milliseconds patience, const std::string& failure);

}  // namespace pgscale::apply
