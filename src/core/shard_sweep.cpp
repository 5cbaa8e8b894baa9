#include "core/shard_sweep.h"

#include <algorithm>

namespace pgscale {
namespace {

bool is_orphan(const MarkedTable& table, const Coordinator& own) {
  return !table.is_wanted && table.mark.coordinator == own && table.fate == Fate::kAborted;
}

// With its parent it goes by itself.
bool goes_with_parent(const MarkedTable& leaf, const std::vector<MarkedTable>& tables,
                      const Coordinator& own) {
  return leaf.is_leaf && std::any_of(tables.begin(), tables.end(), [&](const MarkedTable& other) {
           return other.shard == leaf.shard && !other.is_leaf && is_orphan(other, own) &&
                  other.mark.transaction == leaf.mark.transaction;
         });
}

// The system identifier, without the timeline.
std::string system_of(const Coordinator& coordinator) {
  return coordinator.cluster.substr(0, coordinator.cluster.find('/'));
}

bool is_doubtful(const MarkedTable& table, const Coordinator& own) {
  if (table.is_wanted || is_orphan(table, own)) return false;
  // Other coordinators have tables of their own there.
  const Coordinator& maker = table.mark.coordinator;
  if (system_of(maker) != system_of(own) || maker.database != own.database) return false;
  return maker.cluster != own.cluster || table.fate == Fate::kUnknown ||
         table.fate == Fate::kCommitted;
}

// Between the plan and the step somebody may have come to want it, and have made it his own by
// another mark, or may have given it a partition.
std::vector<Sql> still_unwanted(const MarkedTable& table) {
  Sql lock("LOCK TABLE ");
  lock << table.name << " IN ACCESS EXCLUSIVE MODE";
  Sql plain("");
  plain << table.name;
  const std::string mark = text(table.mark);
  Sql question("SELECT d.description = ");
  question << Literal{mark}
           << " AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = d.objoid"
              " AND pg_catalog.obj_description(i.inhrelid, 'pg_class') IS DISTINCT FROM "
           << Literal{mark}
           << ") FROM pg_catalog.pg_description d WHERE d.objsubid = 0"
              " AND d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass"
              " AND d.objoid = pg_catalog.to_regclass("
           << Literal{plain.text()} << ")";
  return {lock, question};
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
  step.only_if = still_unwanted(table);
  return step;
}

ShardItem doubt(const MarkedTable& table) {
  return ShardRefusal{ShardAction::kDropOrphan, table.shard, readable(table.name),
                      "a table that pgscale has made there belongs to none here",
                      "If a table here leads to its partitions and was renamed, give it back its "
                      "name and schema. If its rows are not wanted, drop it on the shard."};
}

}  // namespace

std::vector<ShardItem> plan_sweep(const std::vector<MarkedTable>& tables, const Coordinator& own) {
  std::vector<ShardItem> items;
  for (const MarkedTable& table : tables) {
    if (is_orphan(table, own) && !goes_with_parent(table, tables, own)) {
      items.push_back(drop_step(table));
    } else if (is_doubtful(table, own) && !table.is_leaf) {
      items.push_back(doubt(table));
    }
  }
  return items;
}

}  // namespace pgscale
