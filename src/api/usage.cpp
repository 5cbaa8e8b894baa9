#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <vector>

#include "catalog/known_names.h"
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

void append(Row& row, std::initializer_list<PgsCell> cells) {
  row.insert(row.end(), cells.begin(), cells.end());
}

// What is elsewhere has a size and counters too, only not here: they are NULL and never 0.
void append_figures(Row& row, const TableUsage& table, bool is_remote) {
  const std::size_t first = row.size();
  const Activity& activity = table.activity;
  append(
      row,
      {cell(table.bytes()),         cell(table.table_bytes),    cell(table.toast_bytes),
       cell(table.index_bytes),     cell(activity.hit),         cell(activity.read),
       cell(activity.scans),        cell(activity.rows_read),   cell(activity.idx_scans),
       cell(activity.rows_fetched), cell(activity.inserted),    cell(activity.updated),
       cell(activity.deleted),      cell(activity.hot_updated), rows_estimate(table.rows_estimate),
       cell(table.live_rows),       cell(table.dead_rows),      cell(table.modified_rows),
       cell(table.vacuumed_at),     cell(table.analyzed_at)});
  if (is_remote) {
    std::fill(row.begin() + static_cast<std::ptrdiff_t>(first), row.end(), cell(std::nullopt));
  }
}

// As SQL has it in CREATE.
const char* kind_text(char relkind) {
  switch (relkind) {
    case 'p': return "partitioned table";
    case 'm': return "materialized view";
    case 'f': return "foreign table";
    default: return "table";
  }
}

// Adds a row for each table that is no partition: whose it is, and what `append_rest` adds, unless
// that returns false.
template <typename Rest>
void send_roots(PgsCall* call, const Database& database, Rest&& append_rest) {
  pg::ResultRows result(call);
  catalog::KnownNames schemas = catalog::schema_names();
  Row row;
  for (const RootUsage& root : pgscale::root_usage(database, pgscale::table_usage(database))) {
    const Identity& identity = root.sum.identity;
    row.clear();
    append(row, {relation(root.sum.table), cell(schemas[identity.schema]), cell(identity.name),
                 cell(kind_text(identity.relkind)), relation(identity.owner)});
    if (append_rest(row, root)) result.add(row);
  }
}

bool append_all(Row& row, const RootUsage& root) {
  append_figures(row, root.sum, root.is_remote());
  append(row, {cell(root.leaves), cell(root.foreign_leaves), cell(root.never_analyzed),
               relation(root.largest), cell(root.largest_bytes), cell(root.median_bytes),
               relation(root.most_dead), cell(root.most_dead_rows), cell(root.levels),
               cell(root.detaching), cell(root.root_analyzed_at)});
  return true;
}

void root_usage(PgsCall* call) {
  const bool only_partitioned = pg::Arguments(call).boolean(0).value_or(false);
  send_roots(call,
             catalog::observe_database(
                 only_partitioned ? Subject::kPartitionTrees : Subject::kDatabase, Measures::kAll),
             append_all);
}

void largest_usage(PgsCall* call) {
  const int count = pg::Arguments(call).integer(0).value_or(0);
  send_roots(call, catalog::observe_largest(static_cast<std::size_t>(std::max(count, 0))),
             append_all);
}

// Of the same figures those that come without sizes of indexes and TOAST tables.
void scan_usage(PgsCall* call) {
  const auto append_scans = [](Row& row, const RootUsage& root) {
    const TableUsage& sum = root.sum;
    append(row,
           {cell(sum.table_bytes), cell(root.largest_bytes), cell(sum.activity.scans),
            cell(sum.activity.rows_read), cell(sum.activity.idx_scans), cell(sum.activity.inserted),
            cell(sum.activity.updated), cell(sum.activity.deleted),
            rows_estimate(sum.rows_estimate), cell(sum.live_rows)});
    return !root.is_remote();
  };
  send_roots(call, catalog::observe_database(Subject::kTables, Measures::kTableSizesAndStatistics),
             append_scans);
}

void root_sizes(PgsCall* call) {
  const auto append_size = [](Row& row, const RootUsage& root) {
    append(row, {root.is_remote() ? cell(std::nullopt) : cell(root.sum.bytes())});
    return root.sum.kind != RelationKind::kForeign;
  };
  send_roots(call, catalog::observe_database(Subject::kDatabase, Measures::kSizes), append_size);
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
  catalog::KnownNames schemas = catalog::schema_names();
  const auto add = [&](bool is_index, Oid root, const Identity& identity,
                       const Activity& activity) {
    result.add(Row{cell(std::int64_t{is_index}), relation(root), cell(schemas[identity.schema]),
                   cell(identity.name), relation(identity.owner), cell(activity.hit),
                   cell(activity.read)});
  };
  for (const RootUsage& root : pgscale::root_usage(database, pgscale::table_usage(database))) {
    if (!root.is_remote()) add(false, root.sum.table, root.sum.identity, root.sum.activity);
  }
  for (const IndexUsage& index : pgscale::index_usage(database)) {
    add(true, index.index, index.identity, index.activity);
  }
}

void leaf_usage(PgsCall* call) {
  const auto root = pg::Arguments(call).oid(0);
  const Database database =
      catalog::observe_database(Subject::kPartitionTrees, Measures::kAll, root);
  pg::ResultRows result(call);
  for (const TableUsage& leaf : pgscale::table_usage(database)) {
    Row row{relation(leaf.table), relation(leaf.root)};
    append_figures(row, leaf, leaf.kind == RelationKind::kForeign);
    result.add(row);
  }
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
