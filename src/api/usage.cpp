#include <algorithm>

#include "catalog/relations.h"
#include "pg/arguments.h"
#include "pg/contain.h"

namespace pgscale::api {
namespace {

using pg::cell;
using Row = std::vector<PgsCell>;

PgsCell relation(Oid oid) { return oid == 0 ? cell(std::nullopt) : cell(std::int64_t{oid}); }

PgsCell rows_estimate(const std::optional<double>& rows) {
  return rows ? cell(static_cast<std::int64_t>(*rows)) : cell(std::nullopt);
}

Row row_of(const TableUsage& table) {
  const Activity& activity = table.activity;
  return {relation(table.table),
          relation(table.root),
          cell(table.bytes()),
          cell(table.table_bytes),
          cell(table.toast_bytes),
          cell(table.index_bytes),
          cell(activity.hit),
          cell(activity.read),
          cell(activity.scans),
          cell(activity.rows_read),
          cell(activity.idx_scans),
          cell(activity.rows_fetched),
          cell(activity.inserted),
          cell(activity.updated),
          cell(activity.deleted),
          cell(activity.hot_updated),
          rows_estimate(table.rows_estimate),
          cell(table.live_rows),
          cell(table.dead_rows),
          cell(table.modified_rows),
          cell(table.vacuumed_at),
          cell(table.analyzed_at)};
}

// What is elsewhere has a size and counters too, only not here: they are NULL and never 0.
void forget_figures(Row& row) {
  constexpr std::ptrdiff_t kIdentity = 2;  // relation and root
  std::fill(row.begin() + kIdentity, row.end(), cell(std::nullopt));
}

Row row_of_leaf(const TableUsage& leaf) {
  Row row = row_of(leaf);
  if (leaf.kind == RelationKind::kForeign) forget_figures(row);
  return row;
}

Row row_of(const RootUsage& root) {
  Row row = row_of(root.sum);
  if (root.is_remote()) forget_figures(row);
  const Row rest{cell(root.leaves),        cell(root.foreign_leaves),  cell(root.never_analyzed),
                 relation(root.largest),   cell(root.largest_bytes),   cell(root.median_bytes),
                 relation(root.most_dead), cell(root.most_dead_rows),  cell(root.levels),
                 cell(root.detaching),     cell(root.root_analyzed_at)};
  row.insert(row.end(), rest.begin(), rest.end());
  return row;
}

void send_roots(PgsCall* call, const Database& database) {
  pg::ResultRows result(call);
  for (const RootUsage& root : pgscale::root_usage(database, pgscale::table_usage(database))) {
    result.add(row_of(root));
  }
}

void root_usage(PgsCall* call) {
  const bool only_partitioned = pg::Arguments(call).boolean(0).value_or(false);
  send_roots(call,
             catalog::observe_database(
                 only_partitioned ? Subject::kPartitionTrees : Subject::kDatabase, Measures::kAll));
}

void largest_usage(PgsCall* call) {
  const int count = pg::Arguments(call).integer(0).value_or(0);
  send_roots(call, catalog::observe_largest(static_cast<std::size_t>(std::max(count, 0))));
}

// Of the same figures those that come without sizes of indexes and TOAST tables.
void scan_usage(PgsCall* call) {
  const Database database =
      catalog::observe_database(Subject::kTables, Measures::kTableSizesAndStatistics);
  pg::ResultRows result(call);
  for (const RootUsage& root : pgscale::root_usage(database, pgscale::table_usage(database))) {
    const TableUsage& sum = root.sum;
    if (root.is_remote()) continue;
    result.add(Row{relation(sum.table), cell(sum.table_bytes), cell(root.largest_bytes),
                   cell(sum.activity.scans), cell(sum.activity.rows_read),
                   cell(sum.activity.idx_scans), cell(sum.activity.inserted),
                   cell(sum.activity.updated), cell(sum.activity.deleted),
                   rows_estimate(sum.rows_estimate), cell(sum.live_rows)});
  }
}

void root_sizes(PgsCall* call) {
  const Database database = catalog::observe_database(Subject::kDatabase, Measures::kSizes);
  pg::ResultRows result(call);
  for (const RootUsage& root : pgscale::root_usage(database, pgscale::table_usage(database))) {
    result.add(Row{relation(root.sum.table),
                   root.is_remote() ? cell(std::nullopt) : cell(root.sum.bytes())});
  }
}

void tree_sizes(PgsCall* call) {
  const std::vector<Oid> oids = pg::Arguments(call).oids(0);
  const std::unordered_set<Oid> tables(oids.begin(), oids.end());
  pg::ResultRows result(call);
  if (tables.empty()) return;
  for (const TreeSize& size : pgscale::tree_sizes(catalog::observe_tables(tables), tables)) {
    result.add(Row{relation(size.table), size.is_remote ? cell(std::nullopt) : cell(size.bytes),
                   rows_estimate(size.rows_estimate)});
  }
}

void blocks_by_root(PgsCall* call) {
  const Database database = catalog::observe_database(Subject::kDatabase, Measures::kStatistics);
  pg::ResultRows result(call);
  const auto add = [&result](bool is_index, Oid root, const Activity& activity) {
    result.add(
        Row{cell(std::int64_t{is_index}), relation(root), cell(activity.hit), cell(activity.read)});
  };
  for (const RootUsage& root : pgscale::root_usage(database, pgscale::table_usage(database))) {
    if (!root.is_remote()) add(false, root.sum.table, root.sum.activity);
  }
  for (const IndexUsage& index : pgscale::index_usage(database)) {
    add(true, index.index, index.activity);
  }
}

void leaf_usage(PgsCall* call) {
  const auto root = pg::Arguments(call).oid(0);
  const Database database =
      catalog::observe_database(Subject::kPartitionTrees, Measures::kAll, root);
  pg::ResultRows result(call);
  for (const TableUsage& leaf : pgscale::table_usage(database)) result.add(row_of_leaf(leaf));
}

}  // namespace
}  // namespace pgscale::api

extern "C" bool body_pgscale_root_usage(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_root_usage(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::root_usage(call); });
}

extern "C" bool body_pgscale_largest_usage(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_largest_usage(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::largest_usage(call); });
}

extern "C" bool body_pgscale_scan_usage(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_scan_usage(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::scan_usage(call); });
}

extern "C" bool body_pgscale_root_sizes(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_root_sizes(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::root_sizes(call); });
}

extern "C" bool body_pgscale_tree_sizes(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_tree_sizes(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::tree_sizes(call); });
}

extern "C" bool body_pgscale_blocks_by_root(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_blocks_by_root(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::blocks_by_root(call); });
}

extern "C" bool body_pgscale_leaf_usage(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_leaf_usage(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::leaf_usage(call); });
}
