#include "core/shard_sweep.h"

#include <algorithm>

namespace pgscale {
namespace {

bool is_orphan(const MarkedTable& table, const std::string& cluster) {
  return !table.is_wanted && table.mark.cluster == cluster && table.fate == Fate::kAborted;
}

// With its parent it goes by itself.
bool goes_with_parent(const MarkedTable& leaf, const std::vector<MarkedTable>& tables,
                      const std::string& cluster) {
  return leaf.is_leaf && std::any_of(tables.begin(), tables.end(), [&](const MarkedTable& other) {
           return other.shard == leaf.shard && !other.is_leaf && is_orphan(other, cluster) &&
                  other.mark.transaction == leaf.mark.transaction;
         });
}

// The system identifier, without the timeline.
std::string system_of(const std::string& cluster) { return cluster.substr(0, cluster.find('/')); }

bool is_doubtful(const MarkedTable& table, const std::string& cluster) {
  if (table.is_wanted || is_orphan(table, cluster)) return false;
  // Other coordinators have tables of their own there.
  if (system_of(table.mark.cluster) != system_of(cluster)) return false;
  return table.mark.cluster != cluster || table.fate == Fate::kUnknown ||
         table.fate == Fate::kCommitted;
}

ShardItem drop_step(const MarkedTable& table) {
  Sql sql("DROP TABLE ");
  sql << table.name;
  ShardStep step{ShardAction::kDropOrphan,
                 table.shard,
                 readable(table.name),
                 "its creation was rolled back",
                 {sql}};
  step.remote_as = table.local_role;
  return step;
}

ShardItem doubt(const MarkedTable& table) {
  return ShardRefusal{ShardAction::kDropOrphan, table.shard, readable(table.name),
                      "a table that pgscale has made there belongs to none here",
                      "If it is not wanted, drop it on the shard."};
}

}  // namespace

std::vector<ShardItem> plan_sweep(const std::vector<MarkedTable>& tables,
                                  const std::string& cluster) {
  std::vector<ShardItem> items;
  for (const MarkedTable& table : tables) {
    if (is_orphan(table, cluster) && !goes_with_parent(table, tables, cluster)) {
      items.push_back(drop_step(table));
    } else if (is_doubtful(table, cluster) && !table.is_leaf) {
      items.push_back(doubt(table));
    }
  }
  return items;
}

}  // namespace pgscale
