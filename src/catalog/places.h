#pragma once

#include <optional>
#include <string>

#include "catalog/inventory.h"
#include "core/drain.h"

namespace pgscale::catalog {

// Why the rows cannot be moved to a partition and the levels below it, for all that can be told
// beforehand; empty: nothing is in the way. At most `most_tables` can be made. Reads as the owner,
// by the index on the key of the set.
[[nodiscard]] std::optional<Failure> obstacle_below(const ManagedSet& managed, const Drain& drain,
                                                    std::size_t most_tables, Micros now);

// The step for the partition that a row needs in a table (level 0: just below the set), which has
// none for it. Empty where there is to be none.
[[nodiscard]] std::optional<Item> place_for(const ManagedSet& managed, Oid table, int level,
                                            const std::optional<std::string>& key, Micros now);

// The partitions that the levels by number want ahead of the rows that the partition has, as this
// transaction sees them. By time they are there already.
[[nodiscard]] std::vector<Step> places_ahead(const ManagedSet& managed, Oid partition, Micros now);

// The tables below that one, in the order in which others lock them.
[[nodiscard]] std::vector<NamedRelation> tables_below(Oid table);

}  // namespace pgscale::catalog
