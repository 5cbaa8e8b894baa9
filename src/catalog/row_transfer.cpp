#include "catalog/row_transfer.h"

#include <algorithm>

#include "core/failure.h"
#include "pg/query.h"
#include "shim/routes.h"

namespace pgscale::catalog {
namespace {

void require_object(const std::string& json, const char* argument) {
  if (pg::query(Sql("SELECT pg_catalog.jsonb_typeof($1::jsonb)"), {json}).front()[0] == "object")
    return;
  throw Failure(Problem::kInvalidParameter, std::string(argument) + " must be a JSON object");
}

TransferColumn column_named(const std::vector<TransferColumn>& columns, Oid relation,
                            const std::string& name) {
  const auto found =
      std::find_if(columns.begin(), columns.end(),
                   [&](const TransferColumn& column) { return column.name == name; });
  if (found != columns.end()) return *found;
  throw Failure(Problem::kUndefinedColumn, "column \"" + name + "\" of relation \"" +
                                               name_of(relation).name.name() +
                                               "\" does not exist, or is generated");
}

}  // namespace

std::vector<TransferColumn> writable_columns(Oid relation) {
  std::vector<TransferColumn> columns;
  for (const auto& row :
       pg::query(Sql("SELECT attname, pg_catalog.format_type(atttypid, atttypmod)"
                     "  FROM pg_catalog.pg_attribute"
                     " WHERE attrelid = $1::oid AND attnum > 0 AND NOT attisdropped"
                     "   AND attgenerated = '' ORDER BY attnum"),
                 {pg::from_oid(relation)})) {
    columns.push_back({*row[0], *row[1]});
  }
  return columns;
}

std::vector<TransferColumn> chosen_columns(Oid relation, const std::string& names) {
  const auto all = writable_columns(relation);
  std::vector<TransferColumn> columns;
  for (const auto& row : pg::query(Sql("SELECT unnest($1::text[])"), {names})) {
    columns.push_back(column_named(all, relation, row[0].value_or("")));
  }
  if (columns.empty()) throw Failure(Problem::kInvalidParameter, "columns must not be empty");
  return columns;
}

QualifiedName name_of(Oid relation) {
  const auto rows = pg::query(Sql("SELECT n.nspname, c.relname FROM pg_catalog.pg_class c"
                                  "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                                  " WHERE c.oid = $1::oid"),
                              {pg::from_oid(relation)});
  if (rows.empty()) {
    throw Failure(Problem::kUndefinedTable,
                  "relation with OID " + std::to_string(relation) + " does not exist");
  }
  return {Identifier(*rows.front()[0]), Identifier(*rows.front()[1])};
}

std::vector<CopyOption> copy_options(const std::string& json) {
  require_object(json, "options");
  std::vector<CopyOption> options;
  for (const auto& row :
       pg::query(Sql("SELECT o.key, coalesce(o.value #>> '{}', ''), c.name"
                     "  FROM pg_catalog.jsonb_each($1::jsonb) o"
                     "  LEFT JOIN LATERAL pg_catalog.jsonb_array_elements_text("
                     "            CASE WHEN pg_catalog.jsonb_typeof(o.value) = 'array'"
                     "                 THEN o.value END) AS c (name) ON true"
                     " ORDER BY o.key"),
                 {json})) {
    if (options.empty() || options.back().name != *row[0])
      options.push_back({*row[0], *row[1], {}});
    if (row[2]) options.back().columns.push_back(*row[2]);
  }
  return options;
}

std::vector<ColumnValue> column_values(Oid relation, const std::string& json,
                                       const char* argument) {
  require_object(json, argument);
  const auto all = writable_columns(relation);
  std::vector<ColumnValue> values;
  for (const auto& row :
       pg::query(Sql("SELECT key, value FROM pg_catalog.jsonb_each_text($1::jsonb) ORDER BY key"),
                 {json})) {
    values.push_back({column_named(all, relation, *row[0]), row[1]});
  }
  if (values.empty()) {
    throw Failure(Problem::kInvalidParameter, std::string(argument) + " must name a column");
  }
  return values;
}

std::vector<std::string> key_columns(Oid relation) {
  PgsPartitionKey key{};
  if (!pg::call(pgs_partition_key, relation, &key)) {
    throw Failure(Problem::kWrongObjectType,
                  "\"" + name_of(relation).name.name() + "\" is not partitioned");
  }
  std::vector<std::string> names;
  for (int i = 0; i < key.columns; i++) {
    if (key.names[i] == nullptr) {
      throw Failure(Problem::kNotSupported, "the partition key is an expression");
    }
    names.emplace_back(key.names[i]);
  }
  return names;
}

}  // namespace pgscale::catalog
