#include "catalog/query_statistics.h"

#include "pg/query.h"

namespace pgscale::catalog {
namespace {

// A module that was not preloaded defines no settings; one named in the configuration file all the
// same is not in pg_settings.
bool is_loaded() {
  return !pg::query(Sql("SELECT FROM pg_catalog.pg_settings WHERE name = 'pg_stat_statements.max'"))
              .empty();
}

bool is_on_disk() {
  return !pg::query(Sql("SELECT FROM pg_catalog.pg_available_extensions"
                        " WHERE name = 'pg_stat_statements'"))
              .empty();
}

std::set<std::string> columns_of(const pg::Value& relation) {
  std::set<std::string> columns;
  const auto rows = pg::query(Sql("SELECT attname FROM pg_catalog.pg_attribute"
                                  " WHERE attrelid = $1::oid AND attnum > 0"),
                              {relation});
  for (const auto& row : rows) columns.insert(row[0].value());
  return columns;
}

}  // namespace

std::variant<StatementsView, StatementsFacts> find_statements() {
  StatementsFacts facts;
  facts.loaded = is_loaded();
  // Each of the two views calls a function of its own name with the rights of the caller.
  const auto views = pg::query(
      Sql("SELECT n.nspname, c.relname, c.oid,"
          "       has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')"
          "       AND (SELECT bool_and(has_function_privilege(p.oid, 'EXECUTE'))"
          "              FROM pg_catalog.pg_proc p"
          "             WHERE p.pronamespace = n.oid AND p.proname = c.relname)"
          "  FROM pg_catalog.pg_extension e"
          "  JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace"
          "  JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relkind = 'v'"
          "   AND c.relname IN ('pg_stat_statements', 'pg_stat_statements_info')"
          " WHERE e.extname = 'pg_stat_statements' ORDER BY c.relname"));
  facts.created = !views.empty();
  facts.readable = facts.created && pg::to_bool(views.front()[3]);
  if (!facts.loaded || !facts.readable) {
    facts.on_disk = facts.loaded || is_on_disk();
    return facts;
  }
  const auto& view = views.front();
  const auto name = [](const auto& row) {
    return QualifiedName{Identifier(row[0].value()), Identifier(row[1].value())};
  };
  StatementsView found{name(view), columns_of(view[2]), {}};
  for (const auto& row : views) {
    if (row[1] != view[1] && pg::to_bool(row[3])) found.info = name(row);
  }
  return found;
}

}  // namespace pgscale::catalog
