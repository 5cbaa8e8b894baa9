#pragma once

#include <string>
#include <vector>

#include "catalog/shard_state.h"
#include "pg/query.h"

namespace pgscale::catalog {

// What a shard knows of the rows of its partitions: numbers, and, but for geo tables, of each
// column a sample of values.
[[nodiscard]] StateQuestion statistics_question(const std::vector<ShardLeaf>& leaves);

// As view pg_stats shows them.
struct ColumnStatistics {
  std::string column;
  pg::Value null_frac, avg_width, n_distinct;
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

// Makes them those of the foreign table here, by the server's own import where it has one. What a
// column's type does not take is left out.
void store_statistics(const ShardLeaf& leaf, const LeafStatistics& statistics);
// The rows of a sharded table are those of its partitions, as far as they are known.
void add_up_rows(Oid parent);

}  // namespace pgscale::catalog
