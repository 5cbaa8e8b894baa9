#pragma once

#include "catalog/adoptions.h"
#include "catalog/inventory.h"
#include "core/adoption.h"

namespace pgscale::apply {

// The table as a set, before there is one: its steps are recorded and planned by it.
[[nodiscard]] catalog::ManagedSet as_set(const catalog::AdopteeFacts& facts,
                                         const catalog::AdoptionRow& row);
// The set that it is to become, with the parent prepared for it, if there is one, and the table
// among its partitions.
[[nodiscard]] catalog::ManagedSet set_to_be(const catalog::AdopteeFacts& facts,
                                            const catalog::AdoptionRow& row, Point boundary);

[[nodiscard]] AdoptionNames names_of(const catalog::AdopteeFacts& facts,
                                     const catalog::AdoptionRow& row);
[[nodiscard]] AdoptionRequest request_of(const catalog::AdopteeFacts& facts,
                                         const catalog::AdoptionRow& row);

// Everything that stands in the way of an adoption or will be different after it. Takes a look at
// the rows, and writes what it found there into the facts.
[[nodiscard]] Findings examine(catalog::AdopteeFacts& facts, const catalog::AdoptionRow& row);

}  // namespace pgscale::apply
