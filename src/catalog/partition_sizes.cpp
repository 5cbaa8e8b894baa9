#include "catalog/partition_sizes.h"

#include <unordered_set>

#include "catalog/relations.h"

namespace pgscale::catalog {
namespace {

Sizes add_up(const Database& database, const std::vector<Oid>& tables) {
  const std::unordered_set<Oid> wanted(tables.begin(), tables.end());
  Sizes sizes;
  for (const TableUsage& leaf : table_usage(database)) {
    for (Oid table = leaf.table;;) {
      if (wanted.count(table) > 0) sizes[table] += leaf.bytes();
      const Oid* above = database.parents.find(table);
      if (above == nullptr) break;
      table = *above;
    }
  }
  return sizes;
}

}  // namespace

Sizes sizes_of(const std::vector<Oid>& tables) {
  if (tables.empty()) return {};
  return add_up(observe_database(Subject::kDatabase, Measures::kSizes), tables);
}

void load_sizes(Oid parent, std::vector<Partition>& partitions) {
  std::vector<Oid> tables;
  for (const Partition& partition : partitions) tables.push_back(partition.oid);
  const Sizes sizes =
      add_up(observe_database(Subject::kPartitionTrees, Measures::kSizes, parent), tables);
  for (Partition& partition : partitions) {
    const auto found = sizes.find(partition.oid);
    if (found != sizes.end()) partition.bytes = found->second;
  }
}

}  // namespace pgscale::catalog
