#pragma once

#include <optional>
#include <string>

#include "core/inventory.h"

namespace pgscale::catalog {

// How far partitions are on their way to a shard, and which have arrived there.
void load_moves(Inventory& inventory);

// What is to be made on the shard: a table like the partition, which knows its bounds.
[[nodiscard]] ShardedTable shape_to_move(Oid partition);

// Whether nobody can change its rows, whoever he is.
[[nodiscard]] bool is_sealed(Oid partition);

// Whether new tables may be made there: it is not being drained.
[[nodiscard]] bool takes_tables(const std::string& shard);

// The copy is whole once the transaction that notes it has committed.
void note_copy(Oid partition, Oid parent, const QualifiedName& copy);
// Empty where there is none, or no longer.
[[nodiscard]] std::optional<ColdCopy> find_copy(Oid partition);
void forget_copy(Oid partition);

}  // namespace pgscale::catalog
