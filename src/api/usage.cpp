#include <algorithm>

#include "catalog/relations.h"
#include "catalog/zones.h"
#include "pg/arguments.h"
#include "pg/contain.h"

namespace pgscale::api {
namespace {

using Row = std::vector<pg::Value>;

pg::Value moment(const std::optional<Micros>& instant) {
  return instant ? pg::Value(catalog::timestamptz_text(*instant)) : pg::Value();
}

pg::Value rows_estimate(const std::optional<double>& rows) {
  return rows ? pg::from_int(static_cast<std::int64_t>(*rows)) : pg::Value();
}

pg::Value relation(Oid oid) { return oid == 0 ? pg::Value() : pg::from_oid(oid); }

Row row_of(const TableUsage& table) {
  const Activity& activity = table.activity;
  return {pg::from_oid(table.table),          pg::from_oid(table.root),
          pg::from_int(table.bytes()),        pg::from_int(table.table_bytes),
          pg::from_int(table.toast_bytes),    pg::from_int(table.index_bytes),
          pg::from_int(activity.hit),         pg::from_int(activity.read),
          pg::from_int(activity.scans),       pg::from_int(activity.rows_read),
          pg::from_int(activity.idx_scans),   pg::from_int(activity.rows_fetched),
          pg::from_int(activity.inserted),    pg::from_int(activity.updated),
          pg::from_int(activity.deleted),     pg::from_int(activity.hot_updated),
          rows_estimate(table.rows_estimate), pg::from_int(table.live_rows),
          pg::from_int(table.dead_rows),      pg::from_int(table.modified_rows),
          moment(table.vacuumed_at),          moment(table.analyzed_at)};
}

Row row_of(const RootUsage& root) {
  Row row = row_of(root.sum);
  const Row rest{pg::from_int(root.leaves),         pg::from_int(root.foreign_leaves),
                 pg::from_int(root.never_analyzed), relation(root.largest),
                 pg::from_int(root.largest_bytes),  pg::from_int(root.median_bytes),
                 relation(root.most_dead),          pg::from_int(root.most_dead_rows)};
  row.insert(row.end(), rest.begin(), rest.end());
  return row;
}

Row row_of(const IndexUsage& index) {
  return {pg::from_oid(index.index),
          pg::from_oid(index.table),
          pg::from_int(index.leaves),
          pg::from_int(index.bytes),
          pg::from_int(index.activity.scans),
          pg::from_int(index.activity.rows_read),
          pg::from_int(index.activity.rows_fetched),
          pg::from_int(index.activity.hit),
          pg::from_int(index.activity.read),
          moment(index.scanned_at)};
}

template <typename Usage>
void give(PgsCall* call, const std::vector<Usage>& usages) {
  pg::ResultRows result(call);
  for (const Usage& usage : usages) result.add(row_of(usage));
}

void root_usage(PgsCall* call) {
  const Database database = catalog::observe_database();
  give(call, pgscale::root_usage(database, pgscale::table_usage(database)));
}

void leaf_usage(PgsCall* call) {
  const auto root = pg::Arguments(call).oid(0);
  std::vector<TableUsage> leaves = pgscale::table_usage(catalog::observe_database());
  leaves.erase(std::remove_if(leaves.begin(), leaves.end(),
                              [&root](const TableUsage& table) {
                                return table.table == table.root || (root && table.root != *root);
                              }),
               leaves.end());
  give(call, leaves);
}

void index_usage(PgsCall* call) { give(call, pgscale::index_usage(catalog::observe_database())); }

}  // namespace
}  // namespace pgscale::api

extern "C" bool body_pgscale_root_usage(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_root_usage(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::root_usage(call); });
}

extern "C" bool body_pgscale_leaf_usage(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_leaf_usage(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::leaf_usage(call); });
}

extern "C" bool body_pgscale_index_usage(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_index_usage(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::index_usage(call); });
}
