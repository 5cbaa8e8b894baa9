#pragma once

#include <string>

#include "core/shard_move.h"

namespace pgscale {

// The steps that move a partition from one shard to another, with their SQL on all sides.

// A table on the new shard and a foreign table for it here, with the rows. The shape must be that
// of the moment: whoever alters the table is kept away meanwhile.
struct CopyParts {
  QualifiedName copy;  // the foreign table
  std::vector<Sql> here;
  RemotePart there;
};
[[nodiscard]] CopyParts copy_parts(const MovingTable& table, const MovingPartition& partition,
                                   const std::string& target);

[[nodiscard]] ShardStep seal_step(const MovingTable& table, const MovingPartition& partition,
                                  const Move& move, const std::string& reason);
[[nodiscard]] ShardStep copy_step(const MovingTable& table, const MovingPartition& partition,
                                  const Move& move, const std::string& reason);
// There: how both are compared, which comes first; then, on the new shard, its entry into the
// parent.
[[nodiscard]] ShardStep swap_step(const MovingTable& table, const MovingPartition& partition,
                                  const Move& move, const std::string& reason);
[[nodiscard]] ShardStep drop_step(const MovingTable& table, const MovingPartition& partition,
                                  const Move& move, const std::string& reason);
[[nodiscard]] ShardStep unseal_step(const MovingTable& table, const MovingPartition& partition,
                                    const Move& move, const std::string& reason);
// What a move that was given up has left on the new shard and here.
[[nodiscard]] ShardStep drop_copy_step(const MovingTable& table, const MovingPartition& partition,
                                       const Move& move, const std::string& reason);
[[nodiscard]] ShardStep drop_copy_step(const LeavingCopy& copy);

// Asked of the old shard: whether both triggers of the seal are there and fire for everybody.
[[nodiscard]] Sql sealed_question(const QualifiedName& leaf);
// Asked of any: whether the table is a partition; whether it is a parent without any that pgscale
// has made. No row where there is no such table.
[[nodiscard]] Sql attached_question(const QualifiedName& table);
[[nodiscard]] Sql childless_question(const QualifiedName& parent);

}  // namespace pgscale
