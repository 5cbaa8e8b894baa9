#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/calendar.h"
#include "core/inventory.h"
#include "core/oid_map.h"

namespace pgscale {

// What relations did since the last reset of the statistics; sums over relations add up.
struct Activity {
  std::int64_t hit = 0;   // blocks found in the cache
  std::int64_t read = 0;  // blocks asked of the operating system
  std::int64_t scans = 0;
  std::int64_t rows_read = 0;     // by sequential scans; of an index its entries
  std::int64_t rows_fetched = 0;  // through indexes; of an index by its scans
  std::int64_t idx_scans = 0;
  std::int64_t inserted = 0;
  std::int64_t updated = 0;
  std::int64_t deleted = 0;
  std::int64_t hot_updated = 0;

  Activity& operator+=(const Activity& other);
  friend bool operator==(const Activity& a, const Activity& b);
  // Whether each figure is at least that of `before`: counters only fall when somebody resets them.
  [[nodiscard]] bool continues(const Activity& before) const;
};
[[nodiscard]] Activity operator-(const Activity& now, const Activity& before);

enum class RelationKind : std::uint8_t {
  kTable,
  kToast,
  kIndex,
  kPartitionedTable,
  kPartitionedIndex,
  kForeign
};

// What the catalog calls a relation, and whose it is.
struct Identity {
  char relkind = 'r';  // of pg_class
  Oid schema = 0;
  Oid owner = 0;
  Oid method = 0;         // access method; 0 for none
  const char* name = "";  // kept by who observed it, until the SQL function returns
};

// One relation as the server counts it.
struct RelationFacts {
  Oid oid = 0;
  Identity identity;
  RelationKind kind = RelationKind::kTable;
  bool is_partition = false;
  Oid toast = 0;
  std::optional<double> rows_estimate;  // as VACUUM or ANALYZE last counted them
  std::int64_t bytes = 0;
  Activity activity;
  std::int64_t live_rows = 0;
  std::int64_t dead_rows = 0;
  std::int64_t modified_rows = 0;  // since the last ANALYZE
  std::optional<Micros> vacuumed_at;
  std::optional<Micros> analyzed_at;
  std::optional<Micros> scanned_at;
};

using Links = OidMap<Oid>;

// All relations of a database at one moment.
struct Database {
  std::vector<RelationFacts> relations;
  Links index_tables;                 // the table of each index
  Links parents;                      // the partitioned table or index above each partition
  std::unordered_set<Oid> detaching;  // partitions whose concurrent detach has begun
};

// What of a database is measured: a question about few relations is to cost little.
enum class Subject { kDatabase, kPartitionTrees, kTables, kIndexes };

// What is asked of each relation there: the file system has the sizes, the server all else. Most
// relations are indexes, so that asking for the sizes of the tables alone takes much less.
enum class Measures { kSizes, kStatistics, kTableSizesAndStatistics, kAll };

// Whether each of its relations belongs to the subject; of the partition trees only the one below
// a table, where that is given. Tables have their indexes with them, but not their TOAST tables.
// Takes the links of the database for partition trees, and to know the indexes of TOAST tables,
// where these were observed.
[[nodiscard]] std::vector<bool> within(const Database& database, Subject subject,
                                       std::optional<Oid> below);
// Whether each of its relations belongs to one of the tables or is below it.
[[nodiscard]] std::vector<bool> within_tables(const Database& database,
                                              const std::unordered_set<Oid>& tables);
// Whether each of its relations belongs to one of so many largest tables that are no partitions and
// have rows here.
[[nodiscard]] std::vector<bool> within_largest(const Database& database, std::size_t count);

// One table with its TOAST table and its indexes, or all of that below a partitioned table.
struct TableUsage {
  Oid table = 0;
  Identity identity;
  Oid root = 0;  // the topmost partitioned table above it; the table itself when it is none's part
  RelationKind kind = RelationKind::kTable;
  std::int64_t table_bytes = 0;
  std::int64_t toast_bytes = 0;
  std::int64_t index_bytes = 0;
  Activity activity;
  std::optional<double> rows_estimate;
  std::int64_t live_rows = 0;
  std::int64_t dead_rows = 0;
  std::int64_t modified_rows = 0;
  // Of several leaves the one that has waited longest; empty when one was never visited.
  std::optional<Micros> vacuumed_at;
  std::optional<Micros> analyzed_at;

  [[nodiscard]] std::int64_t bytes() const { return table_bytes + toast_bytes + index_bytes; }
};

// A table that is no partition: a plain one, a foreign one, or the sum of its leaves.
struct RootUsage {
  TableUsage sum;
  int levels = 0;  // of partitioning; 0 for a plain table
  int leaves = 0;  // with rows of their own; 0 for a plain table
  int foreign_leaves = 0;
  int detaching = 0;  // partitions whose concurrent detach has begun
  int never_analyzed = 0;
  Oid largest = 0;  // leaf
  std::int64_t largest_bytes = 0;
  std::int64_t median_bytes = 0;
  Oid most_dead = 0;  // leaf with the most dead rows
  std::int64_t most_dead_rows = 0;
  std::optional<Micros> root_analyzed_at;  // of a partitioned table, by an ANALYZE of itself

  // All its rows are elsewhere, so that nothing is known of them here.
  [[nodiscard]] bool is_remote() const {
    return sum.kind == RelationKind::kForeign || (leaves == 0 && foreign_leaves > 0);
  }
};

// What a table takes with its TOAST table, its indexes and all partitions below it.
struct TreeSize {
  Oid table = 0;
  std::int64_t bytes = 0;
  std::optional<double> rows_estimate;  // of the leaves that were ever counted
  bool is_remote = false;               // a foreign table: nothing is known of its bytes here
};

// An index that is no partition, with all indexes below it.
struct IndexUsage {
  Oid index = 0;
  Identity identity;
  Oid root = 0;  // the topmost table of the partition tree its table is in; 0 for none
  bool partitioned = false;
  int leaves = 0;  // 0 for a plain index
  std::int64_t bytes = 0;
  Activity activity;
  std::optional<Micros> scanned_at;  // the last time in any leaf
};

// The topmost above a relation.
[[nodiscard]] Oid root_of(const Links& parents, Oid relation);

// Each table or leaf with what belongs to it; foreign leaves too, partitioned tables not.
[[nodiscard]] std::vector<TableUsage> table_usage(const Database& database);
// From these, each table that is no partition, in the order of the OIDs.
[[nodiscard]] std::vector<RootUsage> root_usage(const Database& database,
                                                const std::vector<TableUsage>& tables);
[[nodiscard]] std::vector<IndexUsage> index_usage(const Database& database);
// The tables of these indexes; some may be named more than once.
[[nodiscard]] std::vector<Oid> tables_of_whole_indexes(const Database& database);
// Of the tables those that are there, in the order of the OIDs.
[[nodiscard]] std::vector<TreeSize> tree_sizes(const Database& database,
                                               const std::unordered_set<Oid>& tables);

}  // namespace pgscale
