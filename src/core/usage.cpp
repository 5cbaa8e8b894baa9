#include "core/usage.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>

namespace pgscale {
namespace {

// Every counter of Activity, so that no sum or comparison forgets one.
constexpr std::int64_t Activity::*kCounters[] = {
    &Activity::hit,          &Activity::read,        &Activity::scans,    &Activity::rows_read,
    &Activity::rows_fetched, &Activity::idx_scans,   &Activity::inserted, &Activity::updated,
    &Activity::deleted,      &Activity::hot_updated,
};

// How long ago the one was that has waited longest; one that was never visited waits for ever.
void wait_longest(std::optional<Micros>& sum, const std::optional<Micros>& leaf, bool first) {
  if (first || !leaf) {
    sum = leaf;
  } else if (sum) {
    sum = std::min(sum, leaf);
  }
}

// The table of an index; any other relation itself.
Oid whole_of(const Database& database, const RelationFacts& facts) {
  const Oid* table = database.index_tables.find(facts.oid);
  return table == nullptr ? facts.oid : *table;
}

// One that has rows, here or elsewhere.
bool is_table(const RelationFacts& facts) {
  return facts.kind == RelationKind::kTable || facts.kind == RelationKind::kForeign;
}

bool is_index(const RelationFacts& facts) {
  return facts.kind == RelationKind::kIndex || facts.kind == RelationKind::kPartitionedIndex;
}

// An index that is no partition.
bool is_whole_index(const RelationFacts& facts) { return is_index(facts) && !facts.is_partition; }

// A table that is no partition.
bool is_root(const RelationFacts& facts) {
  return !facts.is_partition && (is_table(facts) || facts.kind == RelationKind::kPartitionedTable);
}

// How many partitioned tables are above a relation.
int depth(const Links& parents, Oid relation) {
  int depth = 0;
  for (const Oid* above = parents.find(relation); above != nullptr; above = parents.find(*above)) {
    depth++;
  }
  return depth;
}

void add_blocks(Activity& sum, const Activity& part) {
  sum.hit += part.hit;
  sum.read += part.read;
}

TableUsage of_table(const Database& database, const RelationFacts& facts) {
  TableUsage usage;
  usage.table = facts.oid;
  usage.identity = facts.identity;
  usage.root = root_of(database.parents, facts.oid);
  usage.kind = facts.kind;
  usage.table_bytes = facts.bytes;
  usage.activity = facts.activity;
  usage.rows_estimate = facts.rows_estimate;
  usage.live_rows = facts.live_rows;
  usage.dead_rows = facts.dead_rows;
  usage.modified_rows = facts.modified_rows;
  usage.vacuumed_at = facts.vacuumed_at;
  usage.analyzed_at = facts.analyzed_at;
  return usage;
}

RootUsage of_partitioned(const Database& database, const RelationFacts& facts) {
  RootUsage root;
  root.sum = of_table(database, facts);
  root.levels = 1;
  // The server counts nothing for a partitioned table but its own ANALYZE.
  root.root_analyzed_at = facts.analyzed_at;
  root.sum.rows_estimate.reset();
  root.sum.vacuumed_at.reset();
  root.sum.analyzed_at.reset();
  root.sum.modified_rows = 0;
  return root;
}

// A partition of any level, with rows or with partitions of its own.
void add_partition(RootUsage& root, const Database& database, const RelationFacts& facts) {
  const int below = facts.kind == RelationKind::kPartitionedTable ? 1 : 0;
  root.levels = std::max(root.levels, depth(database.parents, facts.oid) + below);
  root.detaching += static_cast<int>(database.detaching.count(facts.oid));
}

// Of leaves with the same the oldest, so that the answer does not change by itself.
void keep_most(Oid& leaf_with_most, std::int64_t& most, Oid leaf, std::int64_t value) {
  const bool is_first = leaf_with_most == 0;
  if (!is_first && (value < most || (value == most && leaf > leaf_with_most))) return;
  leaf_with_most = leaf;
  most = value;
}

void add_leaf(RootUsage& root, const TableUsage& leaf) {
  const bool is_foreign = leaf.kind == RelationKind::kForeign;
  if (is_foreign) {
    root.foreign_leaves++;
    return;
  }
  TableUsage& sum = root.sum;
  const bool first = root.leaves == 0;
  root.leaves++;
  sum.table_bytes += leaf.table_bytes;
  sum.toast_bytes += leaf.toast_bytes;
  sum.index_bytes += leaf.index_bytes;
  sum.activity += leaf.activity;
  sum.live_rows += leaf.live_rows;
  sum.dead_rows += leaf.dead_rows;
  sum.modified_rows += leaf.modified_rows;
  if (leaf.rows_estimate) sum.rows_estimate = sum.rows_estimate.value_or(0) + *leaf.rows_estimate;
  wait_longest(sum.vacuumed_at, leaf.vacuumed_at, first);
  wait_longest(sum.analyzed_at, leaf.analyzed_at, first);
  if (!leaf.rows_estimate) root.never_analyzed++;
  keep_most(root.largest, root.largest_bytes, leaf.table, leaf.bytes());
  if (leaf.dead_rows > 0) {
    keep_most(root.most_dead, root.most_dead_rows, leaf.table, leaf.dead_rows);
  }
}

bool is_below(const Links& parents, Oid relation, Oid ancestor) {
  for (const Oid* above = parents.find(relation); above != nullptr; above = parents.find(*above)) {
    if (*above == ancestor) return true;
  }
  return false;
}

// The relation or the nearest above it that is one of the tables; 0 for none.
Oid first_of(const Links& parents, Oid relation, const std::unordered_set<Oid>& tables) {
  while (tables.count(relation) == 0) {
    const Oid* above = parents.find(relation);
    if (above == nullptr) return 0;
    relation = *above;
  }
  return relation;
}

// The tables of the partition trees, and the TOAST tables of the leaves.
OidSet tree_tables(const Database& database, std::optional<Oid> below) {
  OidSet tables;
  for (const RelationFacts& facts : database.relations) {
    const bool partitioned = facts.kind == RelationKind::kPartitionedTable;
    if (!partitioned && !(facts.is_partition && is_table(facts))) continue;
    if (below && !is_below(database.parents, facts.oid, *below)) continue;
    tables.insert(facts.oid);
    if (facts.toast != 0) tables.insert(facts.toast);
  }
  return tables;
}

OidSet toast_tables(const Database& database) {
  OidSet tables;
  for (const RelationFacts& facts : database.relations) {
    if (facts.kind == RelationKind::kToast) tables.insert(facts.oid);
  }
  return tables;
}

// The table of an index that is no partition, but not of one of the TOAST tables; else 0.
Oid table_of_whole_index(const Database& database, const OidSet& toast,
                         const RelationFacts& facts) {
  if (!is_whole_index(facts)) return 0;
  const Oid* table = database.index_tables.find(facts.oid);
  return table == nullptr || toast.contains(*table) ? 0 : *table;
}

// Those with the most bytes here.
std::unordered_set<Oid> largest_roots(const Database& database, std::size_t count) {
  std::vector<RootUsage> roots = root_usage(database, table_usage(database));
  roots.erase(std::remove_if(roots.begin(), roots.end(),
                             [](const RootUsage& root) { return root.is_remote(); }),
              roots.end());
  count = std::min(count, roots.size());
  std::partial_sort(roots.begin(), roots.begin() + static_cast<std::ptrdiff_t>(count), roots.end(),
                    [](const RootUsage& a, const RootUsage& b) {
                      const auto key = [](const RootUsage& root) {
                        return std::make_tuple(-root.sum.bytes(), root.sum.table);
                      };
                      return key(a) < key(b);
                    });
  std::unordered_set<Oid> largest;
  for (std::size_t i = 0; i < count; i++) largest.insert(roots[i].sum.table);
  return largest;
}

std::int64_t median(std::vector<std::int64_t>& values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

Activity& Activity::operator+=(const Activity& other) {
  for (const auto counter : kCounters) this->*counter += other.*counter;
  return *this;
}

bool operator==(const Activity& a, const Activity& b) {
  return std::all_of(std::begin(kCounters), std::end(kCounters),
                     [&](auto counter) { return a.*counter == b.*counter; });
}

bool Activity::continues(const Activity& before) const {
  return std::all_of(std::begin(kCounters), std::end(kCounters),
                     [&](auto counter) { return this->*counter >= before.*counter; });
}

Activity operator-(const Activity& now, const Activity& before) {
  Activity difference;
  for (const auto counter : kCounters) difference.*counter = now.*counter - before.*counter;
  return difference;
}

std::vector<bool> within(const Database& database, Subject subject, std::optional<Oid> below) {
  std::vector<bool> chosen(database.relations.size(), subject == Subject::kDatabase);
  if (subject == Subject::kDatabase) return chosen;
  const bool of_trees = subject == Subject::kPartitionTrees;
  const auto tables = of_trees ? tree_tables(database, below) : toast_tables(database);
  for (std::size_t i = 0; i < chosen.size(); i++) {
    const RelationFacts& facts = database.relations[i];
    const bool is_listed = tables.contains(whole_of(database, facts));
    chosen[i] =
        of_trees ? is_listed : !is_listed && (is_index(facts) || subject == Subject::kTables);
  }
  return chosen;
}

std::vector<bool> within_tables(const Database& database, const std::unordered_set<Oid>& tables) {
  OidMap<Oid> owners;  // of TOAST tables
  for (const RelationFacts& facts : database.relations) {
    if (facts.toast != 0) owners[facts.toast] = facts.oid;
  }
  std::vector<bool> chosen;
  chosen.reserve(database.relations.size());
  for (const RelationFacts& facts : database.relations) {
    const Oid whole = whole_of(database, facts);
    const Oid* owner = owners.find(whole);
    const Oid table = owner == nullptr ? whole : *owner;
    chosen.push_back(first_of(database.parents, table, tables) != 0);
  }
  return chosen;
}

std::vector<bool> within_largest(const Database& database, std::size_t count) {
  return within_tables(database, largest_roots(database, count));
}

Oid root_of(const Links& parents, Oid relation) {
  while (const Oid* above = parents.find(relation)) relation = *above;
  return relation;
}

std::vector<TableUsage> table_usage(const Database& database) {
  std::vector<TableUsage> tables;
  OidMap<std::size_t> place;  // in `tables`, of a table and of its TOAST table
  tables.reserve(static_cast<std::size_t>(
      std::count_if(database.relations.begin(), database.relations.end(), is_table)));
  for (const RelationFacts& facts : database.relations) {
    if (!is_table(facts)) continue;
    place[facts.oid] = tables.size();
    if (facts.toast != 0) place[facts.toast] = tables.size();
    tables.push_back(of_table(database, facts));
  }
  for (const RelationFacts& facts : database.relations) {
    if (facts.kind != RelationKind::kToast && facts.kind != RelationKind::kIndex) continue;
    const Oid whole = whole_of(database, facts);
    const std::size_t* found = place.find(whole);
    if (found == nullptr) continue;  // came or went while we looked
    TableUsage& table = tables[*found];
    add_blocks(table.activity, facts.activity);
    if (whole != table.table) {  // the TOAST table, or its index
      table.toast_bytes += facts.bytes;
    } else {
      table.index_bytes += facts.bytes;
      table.activity.idx_scans += facts.activity.scans;
    }
  }
  return tables;
}

std::vector<RootUsage> root_usage(const Database& database, const std::vector<TableUsage>& tables) {
  std::vector<RootUsage> roots;
  OidMap<std::size_t> place;
  roots.reserve(static_cast<std::size_t>(
      std::count_if(database.relations.begin(), database.relations.end(), is_root)));
  for (const RelationFacts& facts : database.relations) {
    if (facts.kind != RelationKind::kPartitionedTable || facts.is_partition) continue;
    place[facts.oid] = roots.size();
    roots.push_back(of_partitioned(database, facts));
  }
  for (const RelationFacts& facts : database.relations) {
    if (!facts.is_partition) continue;
    const std::size_t* found = place.find(root_of(database.parents, facts.oid));
    if (found != nullptr) add_partition(roots[*found], database, facts);
  }
  std::vector<std::vector<std::int64_t>> sizes(roots.size());
  for (const TableUsage& table : tables) {
    const std::size_t* found = place.find(table.root);
    if (found != nullptr) {
      add_leaf(roots[*found], table);
      if (table.kind != RelationKind::kForeign) sizes[*found].push_back(table.bytes());
    } else {
      roots.emplace_back().sum = table;
    }
  }
  for (std::size_t i = 0; i < sizes.size(); i++) roots[i].median_bytes = median(sizes[i]);
  std::sort(roots.begin(), roots.end(),
            [](const RootUsage& a, const RootUsage& b) { return a.sum.table < b.sum.table; });
  return roots;
}

std::vector<TreeSize> tree_sizes(const Database& database, const std::unordered_set<Oid>& tables) {
  std::map<Oid, TreeSize> sizes;
  for (const RelationFacts& facts : database.relations) {
    if (tables.count(facts.oid) == 0) continue;
    TreeSize& size = sizes[facts.oid];
    size.table = facts.oid;
    size.is_remote = facts.kind == RelationKind::kForeign;
  }
  for (const TableUsage& leaf : table_usage(database)) {
    for (Oid table = first_of(database.parents, leaf.table, tables); table != 0;) {
      TreeSize& size = sizes[table];
      size.bytes += leaf.bytes();
      if (leaf.rows_estimate) {
        size.rows_estimate = size.rows_estimate.value_or(0) + *leaf.rows_estimate;
      }
      const Oid* above = database.parents.find(table);
      table = above == nullptr ? 0 : first_of(database.parents, *above, tables);
    }
  }
  std::vector<TreeSize> found;
  found.reserve(sizes.size());
  for (const auto& entry : sizes) found.push_back(entry.second);
  return found;
}

std::vector<IndexUsage> index_usage(const Database& database) {
  std::vector<IndexUsage> indexes;
  OidMap<std::size_t> place;
  const auto most = static_cast<std::size_t>(
      std::count_if(database.relations.begin(), database.relations.end(), is_whole_index));
  indexes.reserve(most);
  place.reserve(most);
  const OidSet toast = toast_tables(database);
  for (const RelationFacts& facts : database.relations) {
    const Oid table = table_of_whole_index(database, toast, facts);
    if (table == 0) continue;
    place[facts.oid] = indexes.size();
    IndexUsage& usage = indexes.emplace_back();
    usage.index = facts.oid;
    usage.identity = facts.identity;
    usage.partitioned = facts.kind == RelationKind::kPartitionedIndex;
    const bool in_tree = usage.partitioned || database.parents.find(table) != nullptr;
    if (in_tree) usage.root = root_of(database.parents, table);
  }
  for (const RelationFacts& facts : database.relations) {
    if (facts.kind != RelationKind::kIndex) continue;
    const std::size_t* found = place.find(root_of(database.parents, facts.oid));
    if (found == nullptr) continue;
    IndexUsage& usage = indexes[*found];
    if (usage.partitioned) usage.leaves++;
    usage.bytes += facts.bytes;
    usage.activity += facts.activity;
    usage.scanned_at = std::max(usage.scanned_at, facts.scanned_at);
  }
  return indexes;
}

std::vector<Oid> tables_of_whole_indexes(const Database& database) {
  std::vector<Oid> tables;
  const OidSet toast = toast_tables(database);
  for (const RelationFacts& facts : database.relations) {
    const Oid table = table_of_whole_index(database, toast, facts);
    if (table != 0) tables.push_back(table);
  }
  return tables;
}

}  // namespace pgscale
