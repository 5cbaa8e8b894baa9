#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/shard_move.h"

namespace pgscale::catalog {

// Whether there is anything on a shard that is drained, or on its way.
[[nodiscard]] bool is_anything_to_move();

// What there is to move from those of these shards that are drained, of tables that the current
// user may maintain; without what only their shards can tell.
[[nodiscard]] MoveFacts load_move_facts(const std::vector<Shard>& sources);
// One of these tables as it is now; empty when it is on shards no longer.
[[nodiscard]] std::optional<MovingTable> load_moving_table(Oid relation);

[[nodiscard]] std::optional<Move> find_move(Oid relation, const std::string& leaf);
void begin_move(Oid relation, const std::string& leaf, const Move& move);
void note_phase(Oid relation, const std::string& leaf, MovePhase phase);
void note_copied(Oid relation, const std::string& leaf, const QualifiedName& copy);
void forget_move(Oid relation, const std::string& leaf);

// Transactions on the new shard that may not see the rows there, as an array; empty: not yet asked.
[[nodiscard]] std::optional<std::string> older_transactions(Oid relation, const std::string& leaf);
void note_older_transactions(Oid relation, const std::string& leaf, const std::string& array);

// The registry places the partition on the shard that it was moved to.
void move_placement(Oid relation, const std::string& leaf, const std::string& shard);
// Whether a foreign table here leads to that table.
[[nodiscard]] bool is_read_here(const std::string& shard, const QualifiedName& table);
// Whether a move makes a table of the name there, or has not yet dropped it.
[[nodiscard]] bool is_moving(const std::string& shard, const QualifiedName& name);
// A partition on its way from or to the shard, for messages; empty when there is none.
[[nodiscard]] std::optional<std::string> partition_on_its_way(const std::string& shard);
// The same of a table.
[[nodiscard]] std::optional<std::string> partition_on_its_way(Oid relation);

// All of those from or to the shard.
[[nodiscard]] std::vector<std::string> leaves_on_their_way(Oid relation, const std::string& shard);

void forget_copy_of_reference(Oid relation, const std::string& shard);

// Runs of this object that ended with their process.
void bury_dead_moves(const ShardStep& step);

}  // namespace pgscale::catalog
