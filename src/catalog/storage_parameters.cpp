#include "catalog/storage_parameters.h"

#include <vector>

#include "pg/call.h"
#include "pg/query.h"
#include "shim/options.h"

namespace pgscale::catalog {

Options read_options(const std::string& array) {
  const pg::Rows rows =
      pg::query(Sql("SELECT o.option_name, coalesce(o.option_value, 'true')"
                    "  FROM ROWS FROM (pg_catalog.pg_options_to_table($1::text[]))"
                    "  WITH ORDINALITY AS o (option_name, option_value, ord) ORDER BY o.ord"),
                {array});
  Options options;
  for (const auto& row : rows) options.emplace_back(*row[0], *row[1]);
  return options;
}

std::string canonical_parameters(const std::string& array) {
  pg::call(pgs_check_storage_parameters, array.c_str());
  std::vector<std::string> parameters;
  for (const auto& [name, value] : read_options(array)) parameters.push_back(name + "=" + value);
  return pg::array_literal(parameters);
}

std::optional<std::string> storage_parameters_of(Oid table) {
  const pg::Rows rows =
      pg::query(Sql("SELECT nullif(coalesce(c.reloptions, '{}')"
                    "              || ARRAY(SELECT 'toast.' || o.option"
                    "                         FROM pg_catalog.pg_class t,"
                    "                              unnest(t.reloptions) AS o (option)"
                    "                        WHERE t.oid = c.reltoastrelid), '{}')"
                    "  FROM pg_catalog.pg_class c WHERE c.oid = $1::oid"),
                {pg::from_oid(table)});
  if (rows.empty()) return std::nullopt;
  return rows.front()[0];
}

}  // namespace pgscale::catalog
