#include "catalog/shard_statistics.h"

#include "pg/attempt.h"
#include "pg/call.h"
#include "shim/foreign_statistics.h"
#include "shim/session.h"

namespace pgscale::catalog {
namespace {

constexpr int kPagesOfPartitioned = -1;

const char* or_null(const pg::Value& value) { return value ? value->c_str() : nullptr; }

// From PostgreSQL 18 on.
bool server_imports_statistics() {
  static const bool kImports = pg::to_bool(
      pg::query(Sql("SELECT to_regproc('pg_catalog.pg_restore_attribute_stats') IS NOT NULL"))
          .front()[0]);
  return kImports;
}

// What the import is not told of stays as it was: so what was known is cleared first.
void import_column(Oid table, const ColumnStatistics& column) {
  (void)pg::query(Sql("SELECT pg_catalog.pg_clear_attribute_stats("
                      "         n.nspname::text, c.relname::text, a.attname::text, false)"
                      "  FROM pg_catalog.pg_attribute a"
                      "  JOIN pg_catalog.pg_class c ON c.oid = a.attrelid"
                      "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                      " WHERE a.attrelid = $1::oid AND a.attname = $2 AND a.attnum > 0"),
                  {pg::from_oid(table), column.column});
  (void)pg::query(
      Sql("SELECT pg_catalog.pg_restore_attribute_stats("
          "         'schemaname', n.nspname::text, 'relname', c.relname::text,"
          "         'attname', a.attname::text, 'inherited', false, 'null_frac', $3::real,"
          "         'avg_width', $4::integer, 'n_distinct', $5::real,"
          "         'most_common_vals', $6::text, 'most_common_freqs', $7::real[],"
          "         'histogram_bounds', $8::text, 'correlation', $9::real)"
          "  FROM pg_catalog.pg_attribute a"
          "  JOIN pg_catalog.pg_class c ON c.oid = a.attrelid"
          "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
          " WHERE a.attrelid = $1::oid AND a.attname = $2 AND a.attnum > 0"),
      {pg::from_oid(table), column.column, column.null_frac, column.avg_width, column.n_distinct,
       column.common_values, column.common_freqs, column.bounds, column.correlation});
}

void store_column(Oid table, const ColumnStatistics& column) {
  const PgsColumnStatistics statistics{column.column.c_str(),
                                       pg::to_number(column.null_frac).value_or(0),
                                       static_cast<int>(pg::to_int(column.avg_width)),
                                       pg::to_number(column.n_distinct).value_or(0),
                                       or_null(column.common_values),
                                       or_null(column.common_freqs),
                                       or_null(column.bounds),
                                       or_null(column.correlation)};
  pg::call(pgs_set_column_statistics, table, &statistics);
}

void store_rows(Oid table, double rows, int pages) {
  if (!server_imports_statistics()) {
    pg::call(pgs_set_relation_statistics, table, rows, pages);
    return;
  }
  (void)pg::query(
      Sql("SELECT pg_catalog.pg_restore_relation_stats("
          "         'schemaname', n.nspname::text, 'relname', c.relname::text,"
          "         'relpages', $2::integer, 'reltuples', $3::real)"
          "  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
          " WHERE c.oid = $1::oid"),
      {pg::from_oid(table), pg::from_int(pages), std::to_string(rows)});
}

// As numbers alone, it still says how many rows a value has.
ColumnStatistics without_values(const ColumnStatistics& column) {
  ColumnStatistics bare = column;
  bare.common_values.reset();
  bare.common_freqs.reset();
  bare.bounds.reset();
  return bare;
}

}  // namespace

// Values of geo tables are not even asked for: common ones may be personal data.
StateQuestion statistics_question(const std::vector<ShardLeaf>& leaves) {
  std::vector<std::string> schemas;
  std::vector<std::string> names;
  std::vector<std::string> with_values;
  for (const ShardLeaf& leaf : leaves) {
    schemas.push_back(leaf.name.schema.name());
    names.push_back(leaf.name.name.name());
    with_values.emplace_back(leaf.is_geo ? "f" : "t");
  }
  return {Sql("WITH wanted AS MATERIALIZED ("
              " SELECT w.*, c.reltuples, c.relpages"
              "   FROM unnest($1::text[], $2::text[], $3::bool[])"
              "        WITH ORDINALITY AS w (schema_name, table_name, with_values, place)"
              "   JOIN pg_catalog.pg_namespace n ON n.nspname = w.schema_name"
              "   JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = w.table_name"
              "  WHERE c.relkind = 'r')"
              " SELECT w.place, NULL, w.reltuples::float8::text, w.relpages::text,"
              "        NULL, NULL, NULL, NULL, NULL FROM wanted w"
              " UNION ALL"
              " SELECT w.place, s.attname::text, s.null_frac::text, s.avg_width::text,"
              "        s.n_distinct::text, s.most_common_vals::text, s.most_common_freqs::text,"
              "        s.histogram_bounds::text, s.correlation::text"
              "   FROM wanted w"
              "   JOIN pg_catalog.pg_stats s ON s.schemaname = w.schema_name"
              "                             AND s.tablename = w.table_name AND NOT s.inherited"
              "  WHERE w.with_values"),
          {pg::array_literal(schemas), pg::array_literal(names), pg::array_literal(with_values)}};
}

std::vector<LeafStatistics> read_statistics(const std::vector<std::vector<pg::Value>>& rows,
                                            std::size_t leaves) {
  std::vector<LeafStatistics> read(leaves);
  for (const auto& row : rows) {
    LeafStatistics& leaf = read[static_cast<std::size_t>(pg::to_int(row[0])) - 1];
    if (!row[1]) {
      leaf.rows = pg::to_number(row[2]).value_or(-1);
      leaf.pages = static_cast<int>(pg::to_int(row[3]));
    } else {
      leaf.columns.push_back({*row[1], row[2], row[3], row[4], row[5], row[6], row[7], row[8]});
    }
  }
  return read;
}

void store_statistics(const ShardLeaf& leaf, const LeafStatistics& statistics) {
  const Oid table = leaf.foreign_table;
  const auto store = server_imports_statistics() ? import_column : store_column;
  // First, because whoever is in the way must not be taken for values that the type refuses.
  pg::call(pgs_lock_against_vacuum, table);
  for (const ColumnStatistics& column : statistics.columns) {
    const auto trouble = pg::attempt([&] { store(table, column); });
    if (trouble) store(table, without_values(column));
  }
  store_rows(table, statistics.rows, statistics.pages);
}

void add_up_rows(Oid parent) {
  const auto sum = pg::query(Sql("SELECT sum(c.reltuples)::float8 FROM pg_catalog.pg_inherits i"
                                 "  JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid"
                                 " WHERE i.inhparent = $1::oid AND c.reltuples >= 0"),
                             {pg::from_oid(parent)});
  const auto rows = pg::to_number(sum.front()[0]);
  if (rows) store_rows(parent, *rows, kPagesOfPartitioned);
}

}  // namespace pgscale::catalog
