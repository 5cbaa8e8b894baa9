#pragma once

#include <optional>

#include "catalog/parents.h"
#include "catalog/policies.h"
#include "core/encoding.h"

namespace pgscale::catalog {

// How the set's moments are written in its keys; empty where the keys are times or numbers by
// themselves. Functions are called as the owner of the table. Throws Failure when the encoding, or
// a function, does not fit the key.
[[nodiscard]] std::optional<Encoding> encoding_of(const PolicyRow& row, const ParentFacts& facts);

// The function of that OID, so that a dump and another session can name it.
[[nodiscard]] std::string function_signature(Oid function);

// Throws Failure unless the functions of the user undo each other at these moments.
void check_round_trip(const Encoding& encoding, const std::vector<Micros>& moments);

}  // namespace pgscale::catalog
