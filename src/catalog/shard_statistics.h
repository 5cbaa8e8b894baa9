#pragma once

#include <string>
#include <vector>

#include "catalog/shard_state.h"
#include "pg/query.h"

namespace pgscale::catalog {

// What a shard knows of the rows of its partitions: numbers, and, but for geo tables, of each
// column a sample of values.
[[nodiscard]] StateQuestion statistics_question(const std::vector<ShardLeaf>& leaves);

struct ColumnStatistics {
  std::string column;
  double null_frac = 0;
  int avg_width = 0;
  double n_distinct = 0;
  pg::Value common_values, common_freqs, bounds, correlation;
};
struct LeafStatistics {
  double rows = -1;
  int pages = 0;
  std::vector<ColumnStatistics> columns;
};
// By the place of each partition in the question.
[[nodiscard]] std::vector<LeafStatistics> read_statistics(
    const std::vector<std::vector<pg::Value>>& rows, std::size_t leaves);

// Makes them those of the foreign table here. What a column's type does not take is left out.
void store_statistics(const ShardLeaf& leaf, const LeafStatistics& statistics);
// The rows of a sharded table are those of its partitions, as far as they are known.
void add_up_rows(Oid parent);

}  // namespace pgscale::catalog
