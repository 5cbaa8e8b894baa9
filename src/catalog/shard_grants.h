#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/inventory.h"

namespace pgscale::catalog {

// What remote users are to be granted, by shard.
using ShardGrants = std::map<std::string, std::vector<Grant>>;

// What the roles with user mappings may do with the table here, for their remote users there; the
// remote user of the owner needs nothing.
[[nodiscard]] ShardGrants grants_on_shards(Oid relation, Oid owner);

// Whether two columns are of one type and collation, so that equal keys come to equal bounds.
[[nodiscard]] bool keys_agree(Oid relation, const std::string& column, Oid other,
                              const std::string& other_column);
// An enum that the type of the column is, or is made of. Values of such a type have another hash on
// each server, that of the OID of a label.
[[nodiscard]] std::optional<std::string> enum_in(Oid relation, const std::string& column);

}  // namespace pgscale::catalog
