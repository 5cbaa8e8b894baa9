#pragma once

#include <chrono>
#include <string>

#include "core/inventory.h"
#include "core/sql.h"

namespace pgscale::apply {

// The answer to fingerprint_statement(), here and on a shard, as the owner of the table. Both ends
// write values alike, whatever their configuration says.
[[nodiscard]] std::string fingerprint_here(const Sql& question, Oid owner);
[[nodiscard]] std::string fingerprint_there(const Sql& question, const std::string& shard,
                                            Oid owner, std::chrono::milliseconds patience);

}  // namespace pgscale::apply
