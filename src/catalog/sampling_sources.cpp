#include "catalog/query_statistics.h"
#include "catalog/sampling.h"
#include "pg/query.h"
#include "pg/server.h"
#include "shim/session.h"

namespace pgscale::catalog {
namespace {

using pg::Rows;

// Where the statements are counted, if they are, under the names since version 1.8.
std::optional<StatementsView> statements() {
  const auto found = find_statements();
  const auto* view = std::get_if<StatementsView>(&found);
  if (view == nullptr || view->columns.count("total_exec_time") == 0) return std::nullopt;
  return *view;
}

std::string database_epoch() {
  return *pg::query_often(
              Sql("SELECT coalesce(pg_catalog.pg_stat_get_db_stat_reset_time(d.oid)::text, '')"
                  "  FROM pg_catalog.pg_database d"
                  " WHERE d.datname = pg_catalog.current_database()"))
              .front()[0];
}

std::string query_epoch() {
  const auto view = statements();
  if (!view || !view->info) return {};
  Sql sql("SELECT stats_reset::text FROM ");
  sql << *view->info;
  return pg::query(sql).front()[0].value_or("");
}

}  // namespace

SampleState observe_sample_state(Micros policy_now, Micros real_now) {
  SampleState state;
  state.at = policy_now;
  state.real_at = real_now;
  state.cluster = pg::call(pgs_cluster_identity);
  state.relation_epoch = database_epoch();
  state.query_epoch = query_epoch();
  return state;
}

bool relations_continue(const SampleState& last) {
  return last.cluster == pg::call(pgs_cluster_identity) && last.relation_epoch == database_epoch();
}

// Without the texts, which are read from a file.
std::vector<Measured> observe_queries() {
  const auto view = statements();
  if (!view) return {};
  Sql sql(
      "SELECT queryid, sum(calls), sum(total_exec_time), sum(rows), sum(shared_blks_hit),"
      "       sum(shared_blks_read) FROM ");
  sql << view->name << "(false)"
      << " WHERE queryid IS NOT NULL AND dbid ="
         "       (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())"
         " GROUP BY queryid";
  std::vector<Measured> queries;
  for (const auto& row : pg::query(sql)) {
    Measured& query = queries.emplace_back();
    query.object = query.root = pg::to_int(row[0]);
    query.activity.scans = pg::to_int(row[1]);
    query.ms = std::stod(*row[2]);
    query.activity.rows_read = pg::to_int(row[3]);
    query.activity.hit = pg::to_int(row[4]);
    query.activity.read = pg::to_int(row[5]);
  }
  return queries;
}

}  // namespace pgscale::catalog
