#include "core/shard_move.h"

#include <algorithm>
#include <map>

#include "core/move_steps.h"

namespace pgscale {
namespace {

constexpr std::pair<MovePhase, const char*> kPhases[] = {
    {MovePhase::kBegun, "begun"},     {MovePhase::kSealed, "sealed"},
    {MovePhase::kCopying, "copying"}, {MovePhase::kCopied, "copied"},
    {MovePhase::kSwapped, "swapped"}, {MovePhase::kOpened, "opened"},
    {MovePhase::kFailed, "failed"},
};

// Where the partition is, or will be when its move has ended.
const std::string& home_of(const MovingPartition& partition) {
  const bool arrives = partition.move && partition.move->phase < MovePhase::kOpened;
  return arrives ? partition.move->target : partition.placement.shard;
}

// A partition of a table, as the planner goes from one to the next.
struct Member {
  const MovingTable* table;
  const MovingPartition* partition;
};

class MovePlanner {
 public:
  explicit MovePlanner(const MoveFacts& facts) : facts_(facts) {
    each([this](const Member& member) {
      if (!member.partition->is_placed) return;
      partitions_[member.table->relation][home_of(*member.partition)]++;
      buckets_[bucket_of(member)].push_back(member);
    });
  }

  std::vector<MoveItem> run() {
    each([this](const Member& member) {
      if (member.partition->move) go_on(member);
    });
    each([this](const Member& member) {
      if (wants_to_move(member) && planned_.count(key_of(member)) == 0) begin_bucket(member);
    });
    for (const LeavingCopy& copy : facts_.copies) add(copy);
    for (const RemoteTable& settler : facts_.settlers) refuse_settler(settler);
    return std::move(items_);
  }

 private:
  using StepOf = ShardStep (*)(const MovingTable&, const MovingPartition&, const Move&,
                               const std::string&);

  template <typename Visitor>
  void each(Visitor&& visit) const {
    for (const MovingTable& table : facts_.tables) {
      for (const MovingPartition& partition : table.partitions) visit(Member{&table, &partition});
    }
  }

  using Key = std::pair<Oid, std::string>;
  using Bucket = std::pair<int, std::string>;  // a group of tables and a bound

  static Key key_of(const Member& member) {
    return {member.table->relation, member.partition->placement.leaf};
  }

  static Bucket bucket_of(const Member& member) {
    return {member.table->colocation, member.partition->placement.bound};
  }

  [[nodiscard]] bool drains(const std::string& shard) const {
    return facts_.own.count(shard) != 0 && active(shard) == nullptr;
  }

  static bool reaches(const Member& member, const std::string& shard) {
    return member.table->unreachable.count(shard) == 0;
  }

  [[nodiscard]] const Shard* active(const std::string& name) const {
    for (const Shard& shard : facts_.shards) {
      if (shard.name == name) return shard.state == ShardState::kActive ? &shard : nullptr;
    }
    return nullptr;
  }

  void add(const Member& member, const Move& move, const std::string& reason, StepOf step_of,
           bool begins = false) {
    items_.push_back({step_of(*member.table, *member.partition, move, reason),
                      member.table->relation, member.table->owner, member.partition->placement.leaf,
                      move, begins});
  }

  void add(const LeavingCopy& copy) {
    MoveItem item{drop_copy_step(copy), copy.relation, copy.owner, copy.copy.name.name(), {}};
    item.move.source = copy.shard;
    items_.push_back(std::move(item));
  }

  // --- what has been begun

  void go_on(const Member& member) {
    const Move& move = *member.partition->move;
    if (facts_.own.count(move.source) == 0) return;
    if (move.phase == MovePhase::kSwapped) {
      if (reaches(member, move.source)) add(member, move, "it is on " + move.target, drop_step);
      return;
    }
    if (move.phase == MovePhase::kOpened) {
      if (reaches(member, move.target)) add(member, move, "the move was given up", drop_copy_step);
      return;
    }
    if (!reaches(member, move.source)) return;
    const std::string trouble = reason_to_give_up(member);
    if (trouble.empty()) {
      add_steps(member, move);
      return;
    }
    add(member, move, trouble, unseal_step);
    if (move.phase >= MovePhase::kCopying) add(member, move, trouble, drop_copy_step);
  }

  // Nobody shall wait to write for a shard that cannot be reached.
  [[nodiscard]] std::string reason_to_give_up(const Member& member) const {
    const Move& move = *member.partition->move;
    if (!member.partition->is_placed) return "the partition has left its table";
    if (!member.partition->obstacle.empty()) return member.partition->obstacle;
    if (!drains(move.source)) return "shard \"" + move.source + "\" is to be drained no more";
    const Shard* target = active(move.target);
    if (target == nullptr || !keeps_region(member, *target))
      return "shard \"" + move.target + "\" does not take it any more";
    if (!reaches(member, move.target)) return "shard \"" + move.target + "\" cannot be reached";
    if (move.phase == MovePhase::kFailed) return "its rows could not be copied";
    return "";
  }

  void add_steps(const Member& member, const Move& move, bool begins = false) {
    const std::string reason = "shard \"" + move.source + "\" is drained";
    if (move.phase < MovePhase::kSealed) add(member, move, reason, seal_step, begins);
    if (move.phase < MovePhase::kCopied) add(member, move, reason, copy_step);
    add(member, move, reason, swap_step);
    add(member, move, reason, drop_step);
  }

  // --- what is to be begun

  [[nodiscard]] bool wants_to_move(const Member& member) const {
    const MovingPartition& partition = *member.partition;
    return partition.is_placed && !partition.move && drains(partition.placement.shard) &&
           reaches(member, partition.placement.shard);
  }

  // Partitions of the same bounds go together, so that they are on one shard again afterwards.
  void begin_bucket(const Member& first) {
    std::vector<Member> bucket;
    for (const Member& member : buckets_[bucket_of(first)]) {
      if (!wants_to_move(member) ||
          member.partition->placement.shard != first.partition->placement.shard)
        continue;
      bucket.push_back(member);
      planned_.insert(key_of(member));
    }
    const std::string target = choose_target(bucket);
    for (const Member& member : bucket) {
      if (!member.partition->obstacle.empty()) {
        refuse(member, member.partition->obstacle, "Undo that, or move its rows yourself.");
      } else if (target.empty()) {
        refuse_without_target(member);
      } else {
        partitions_[member.table->relation][target]++;
        add_steps(member, {member.partition->placement.shard, target}, true);
      }
    }
  }

  static bool keeps_region(const Member& member, const Shard& shard) {
    const auto& region = member.partition->placement.region;
    return !region || shard.region == region;
  }

  static bool may_hold(const Member& member, const Shard& shard) {
    const auto& shards = member.table->shards;
    return keeps_region(member, shard) &&
           (!shards || std::find(shards->begin(), shards->end(), shard.name) != shards->end());
  }

  static bool may_hold(const std::vector<Member>& bucket, const Shard& shard) {
    return shard.state == ShardState::kActive &&
           std::all_of(bucket.begin(), bucket.end(),
                       [&](const Member& member) { return may_hold(member, shard); });
  }

  static bool reach(const std::vector<Member>& bucket, const std::string& shard) {
    return std::all_of(bucket.begin(), bucket.end(),
                       [&](const Member& member) { return reaches(member, shard); });
  }

  // Where a partition of the same bounds is already, be it out of reach for now; else the shard
  // with the fewest of the table.
  [[nodiscard]] std::string choose_target(const std::vector<Member>& bucket) {
    for (const Member& member : buckets_[bucket_of(bucket.front())]) {
      const Shard* home = active(home_of(*member.partition));
      if (home != nullptr && may_hold(bucket, *home))
        return reach(bucket, home->name) ? home->name : "";
    }
    std::string chosen;
    const auto& counts = partitions_[bucket.front().table->relation];
    const auto count = [&](const std::string& shard) {
      const auto found = counts.find(shard);
      return found == counts.end() ? 0 : found->second;
    };
    for (const Shard& shard : facts_.shards) {
      const bool takes = may_hold(bucket, shard) && reach(bucket, shard.name);
      if (takes && (chosen.empty() || count(shard.name) < count(chosen))) chosen = shard.name;
    }
    return chosen;
  }

  // --- what cannot be done

  void refuse(const Member& member, const std::string& message, const std::string& hint) {
    const QualifiedName leaf{member.table->shape.name.schema,
                             Identifier(member.partition->placement.leaf)};
    const std::string& shard = member.partition->placement.shard;
    items_.push_back({ShardRefusal{ShardAction::kSeal, shard, readable(leaf), message, hint},
                      member.table->relation,
                      member.table->owner,
                      member.partition->placement.leaf,
                      {shard, ""}});
  }

  void refuse_without_target(const Member& member) {
    const auto any = [&](auto&& condition) {
      return std::any_of(facts_.shards.begin(), facts_.shards.end(), [&](const Shard& shard) {
        return shard.state == ShardState::kActive && condition(shard);
      });
    };
    const auto& region = member.partition->placement.region;
    const auto in_region = [&](const Shard& shard) { return keeps_region(member, shard); };
    if (!any([](const Shard&) { return true; })) {
      refuse(member, "there is no shard that takes new tables",
             "Use pgscale.add_shard(), or pgscale.drain_shard(..., drain => false).");
    } else if (region && !any(in_region)) {
      refuse(member,
             "its rows must stay in region \"" + *region +
                 "\", and no other shard there takes new tables",
             "Use pgscale.add_shard(..., region => ...) for another shard of the region.");
    } else if (!any([&](const Shard& shard) { return may_hold(member, shard); })) {
      refuse(member, "no other shard of its table takes new tables",
             "pgscale.sharded_table.shards says where its partitions may be.");
    } else {
      refuse(member, "no shard that could take it, with those of the same bounds, can be reached",
             "View pgscale.shards shows which are down.");
    }
  }

  void refuse_settler(const RemoteTable& settler) {
    items_.push_back({ShardRefusal{ShardAction::kDrop, settler.shard, readable(settler.name),
                                   "the foreign table is no partition of a sharded table, and is "
                                   "not moved",
                                   "Move its rows or drop it; until then the shard cannot be "
                                   "removed."},
                      0,
                      0,
                      settler.name.name.name(),
                      {settler.shard, ""}});
  }

  const MoveFacts& facts_;
  std::map<Oid, std::map<std::string, int>> partitions_;  // of each table, by shard
  std::map<Bucket, std::vector<Member>> buckets_;
  std::set<Key> planned_;
  std::vector<MoveItem> items_;
};

}  // namespace

const char* text(MovePhase phase) {
  return std::find_if(std::begin(kPhases), std::end(kPhases),
                      [phase](const auto& known) { return known.first == phase; })
      ->second;
}

std::optional<MovePhase> parse_move_phase(const std::string& text) {
  for (const auto& [phase, word] : kPhases) {
    if (text == word) return phase;
  }
  return std::nullopt;
}

std::vector<MoveItem> plan_moves(const MoveFacts& facts) { return MovePlanner(facts).run(); }

}  // namespace pgscale
