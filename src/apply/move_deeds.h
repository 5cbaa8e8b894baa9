#pragma once

#include "apply/shard_runner.h"
#include "core/shard_move.h"
#include "remote/team.h"

namespace pgscale::apply {

// Carries out one step that moves a partition, for whoever has the claim on its table.
class MoveDeeds {
 public:
  MoveDeeds(ShardRunner& runner, const MoveItem& item);

  // Says whether it went well; the journal tells why not.
  bool carry_out();

 private:
  void seal() const;
  void copy() const;
  void swap() const;
  void drop() const;
  void unseal() const;
  void drop_copy() const;
  void drop_copy_of_reference() const;

  void require_target() const;
  void require_sealed(remote::Team& team) const;
  [[nodiscard]] std::string transactions_there() const;
  void wait_for_readers() const;
  void compare(remote::Team& both) const;
  void attach_there(remote::Team& both) const;
  void swap_here(remote::Team& both) const;

  [[nodiscard]] const std::vector<Sql>& there(const std::string& shard) const {
    return step_.there.at(shard);
  }

  ShardRunner& runner_;
  const MoveItem& item_;
  const ShardStep& step_;
  const Move& move_;
  QualifiedName table_;
  QualifiedName leaf_;
};

}  // namespace pgscale::apply
