#include "core/query_statistics.h"

#include <initializer_list>

namespace pgscale {
namespace {

// The column under the first of its names that the view has.
Sql column(const StatementsView& view, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (view.columns.count(name) == 0) continue;
    Sql sql("s.");
    return sql << Identifier(name);
  }
  return Sql("NULL");
}

// The sum of those columns that the view has; NULL without any.
Sql sum(const StatementsView& view, std::initializer_list<const char*> names) {
  Sql sql("(");
  bool first = true;
  for (const char* name : names) {
    if (view.columns.count(name) == 0) continue;
    if (!first) sql << " + ";
    sql << column(view, {name});
    first = false;
  }
  if (first) return Sql("NULL");
  return sql << ")";
}

}  // namespace

std::string steps_to_statements(const StatementsFacts& facts) {
  std::string steps;
  int number = 0;
  const auto add = [&steps, &number](const char* step) {
    if (number > 0) steps += "; ";
    steps += std::to_string(++number) + ". " + step;
  };
  if (!facts.on_disk && !facts.loaded) {
    add("install the package with PostgreSQL's contrib modules");
  }
  if (!facts.loaded) {
    add("add pg_stat_statements to shared_preload_libraries in postgresql.conf");
    add("restart the server");
  }
  if (!facts.created) {
    add("CREATE EXTENSION pg_stat_statements in this database");
  } else if (!facts.readable) {
    add("GRANT USAGE on the schema of pg_stat_statements and SELECT on the view to this role");
  }
  return steps;
}

Sql select_statements(const StatementsView& view) {
  const Sql total = column(view, {"total_exec_time", "total_time"});
  const Sql top_level = column(view, {"toplevel"});
  const Sql hit = column(view, {"shared_blks_hit"});
  const Sql read = column(view, {"shared_blks_read"});
  Sql sql("SELECT s.queryid::bigint, s.userid::regrole::text, d.datname, ");
  sql << top_level << "::boolean, s.calls::bigint, " << total << "::float8 / 1000, "
      << column(view, {"mean_exec_time", "mean_time"}) << "::float8, "
      << column(view, {"min_exec_time", "min_time"}) << "::float8, "
      << column(view, {"max_exec_time", "max_time"}) << "::float8, "
      << column(view, {"stddev_exec_time", "stddev_time"})
      << "::float8, s.rows::bigint, "
         // What runs inside a function is part of the statement that called it.
         "round((100 * "
      << total << " / nullif(sum(" << total << ") FILTER (WHERE coalesce(" << top_level
      << ", true)) OVER (), 0))::numeric, 2), " << hit << "::bigint, " << read
      << "::bigint, round(100 * " << hit << "::numeric / nullif(" << hit << " + " << read
      << ", 0), 2), " << sum(view, {"temp_blks_read", "temp_blks_written"})
      << "::bigint, CASE WHEN current_setting('track_io_timing')::boolean THEN "
      << column(view, {"shared_blk_read_time", "blk_read_time"}) << "::float8 END, "
      << column(view, {"wal_bytes"}) << "::bigint, "
      << sum(view, {"jit_generation_time", "jit_inlining_time", "jit_optimization_time",
                    "jit_emission_time"})
      << "::float8, s.query, coalesce(" << column(view, {"stats_since"}) << "::timestamptz, ";
  if (view.info) {
    sql << "(SELECT i.stats_reset FROM " << *view.info << " i)";
  } else {
    sql << "NULL";
  }
  sql << "::timestamptz), NULL::text FROM " << view.name
      << " s LEFT JOIN pg_catalog.pg_database d ON d.oid = s.dbid";
  return sql;
}

}  // namespace pgscale
