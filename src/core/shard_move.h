#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/inventory.h"
#include "core/shard_plan.h"
#include "core/sharded_table.h"

namespace pgscale {

// A shard that is drained gives its partitions to others, one after the other, in steps that each
// leave the table whole:
//
//   seal   triggers on the old shard refuse every change of the rows; readers notice nothing
//   copy   a table like it on the new shard, a foreign table beside the set here, the rows
//   swap   the same rows here and there: then the foreign table takes the place and the name
//   drop   the table on the old shard, which nobody reads any more
//
// The row of pgscale.shard_move says what is done.
enum class MovePhase {
  kBegun,    // there may be a seal
  kSealed,   // there is one
  kCopying,  // there may be a table on the new shard
  kCopied,   // it has all rows, and a foreign table here
  kSwapped,  // it is the partition
  kOpened,   // given up: the seal is off, what was made on the new shard is not gone yet
  kFailed,   // as kCopying, by an attempt that failed: to be given up
};
[[nodiscard]] const char* text(MovePhase phase);
[[nodiscard]] std::optional<MovePhase> parse_move_phase(const std::string& text);

struct Move {
  std::string source;
  std::string target;
  MovePhase phase = MovePhase::kBegun;
  std::optional<QualifiedName> copy{};  // the foreign table beside the set
};

struct MovingPartition {
  Placement placement;     // its bound as the catalog here says it
  bool is_placed = true;   // false: it has left its table since the move began
  std::string obstacle{};  // why it cannot be moved; empty: it can
  std::vector<Grant> grants{};
  std::optional<Move> move{};
};

// A sharded table, a partition of which is to be moved or is on its way.
struct MovingTable {
  explicit MovingTable(ShardedTable its_shape) : shape(std::move(its_shape)) {}

  ShardedTable shape;
  Oid relation = 0;
  Oid owner = 0;
  int colocation = 0;
  std::optional<std::vector<std::string>> shards;  // where its partitions may be; empty: anywhere
  std::set<std::string> unreachable;               // shards that its owner cannot reach
  std::vector<MovingPartition> partitions;         // all of it
};

// A copy of a reference table on a shard that is drained.
struct LeavingCopy {
  Oid relation = 0;
  Oid owner = 0;
  QualifiedName table;
  QualifiedName copy;  // the foreign table here
  std::string shard;
};

struct MoveFacts {
  std::vector<Shard> shards;  // all
  std::set<std::string> own;  // those whose partitions may be moved away
  std::vector<MovingTable> tables;
  std::vector<LeavingCopy> copies;    // of shards where no other partition is left
  std::vector<RemoteTable> settlers;  // foreign tables, by server, that pgscale does not move
};

// One step with what it is about.
struct MoveItem {
  ShardItem item;
  Oid relation = 0;
  Oid owner = 0;
  std::string leaf;
  Move move;  // as it is before the step; not in the registry before the first
  bool begins = false;
};

// In the order in which it is to be done: what has been begun is ended first.
[[nodiscard]] std::vector<MoveItem> plan_moves(const MoveFacts& facts);

}  // namespace pgscale
