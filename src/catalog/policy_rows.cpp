#include "catalog/policy_rows.h"

namespace pgscale::catalog {
namespace {

pg::Value from_bool(std::optional<bool> flag) {
  return flag ? pg::Value(*flag ? "t" : "f") : pg::Value();
}

// Without the template, which is written as a table and read as a number.
Sql plain_columns() {
  return Sql(
      "\"interval\", premake, origin, retention, retire, default_partition, timezone,"
      " partitions, lists, naming, paused, ahead, encoding, encoding_options, encoder,"
      " decoder, retention_count, retention_bytes, keep_for, archive_schema,"
      " archive_tablespace, archive_indexes, export_path, export_format, before_retire,"
      " after_retire, drain, auto_list, auto_list_rows, retire_shard, storage_parameters");
}

}  // namespace

Sql policy_columns() { return plain_columns() << ", template"; }

Sql policy_fields() { return plain_columns() << ", template::oid"; }

Sql policy_values() {
  return Sql(
      "$2, $3::int, $4, $5, $6, $7::bool, $8, $9::int, $10::jsonb, $11, $12::bool, $13,"
      " $14, $15::jsonb, $16, $17, $18::int, $19::bigint, $20, $21, $22, $23::bool, $24, $25,"
      " $26, $27, $28::bool, $29::bool, $30::int, $31::name, $32::text[], $33::oid");
}

std::vector<pg::Value> policy_parameters(Oid parent, const PolicyRow& row) {
  return {pg::from_oid(parent),
          row.interval,
          pg::from_int(row.premake),
          row.origin,
          row.retention,
          row.retire,
          row.default_partition ? "t" : "f",
          row.timezone,
          pg::from_int(row.partitions),
          row.lists,
          row.naming,
          row.paused ? "t" : "f",
          row.ahead,
          row.encoding,
          row.encoding_options,
          row.encoder,
          row.decoder,
          pg::from_int(row.retention_count),
          row.retention_bytes,
          row.keep_for,
          row.archive_schema,
          row.archive_tablespace,
          from_bool(row.archive_indexes),
          row.export_path,
          row.export_format,
          row.before_retire,
          row.after_retire,
          row.drain ? "t" : "f",
          row.auto_list ? "t" : "f",
          pg::from_int(row.auto_list_rows),
          row.retire_shard,
          row.storage_parameters,
          row.index_template == 0 ? pg::Value() : pg::from_oid(row.index_template)};
}

PolicyRow to_policy_row(const std::vector<pg::Value>& row) {
  PolicyRow policy;
  policy.interval = row[0];
  policy.premake = static_cast<int>(pg::to_int(row[1]));
  policy.origin = row[2];
  policy.retention = row[3];
  policy.retire = *row[4];
  policy.default_partition = pg::to_bool(row[5]);
  policy.timezone = *row[6];
  if (row[7]) policy.partitions = static_cast<int>(pg::to_int(row[7]));
  policy.lists = row[8];
  policy.naming = row[9];
  policy.paused = pg::to_bool(row[10]);
  policy.ahead = row[11];
  policy.encoding = row[12];
  policy.encoding_options = row[13];
  policy.encoder = row[14];
  policy.decoder = row[15];
  if (row[16]) policy.retention_count = static_cast<int>(pg::to_int(row[16]));
  policy.retention_bytes = row[17];
  policy.keep_for = row[18];
  policy.archive_schema = row[19];
  policy.archive_tablespace = row[20];
  if (row[21]) policy.archive_indexes = pg::to_bool(row[21]);
  policy.export_path = row[22];
  policy.export_format = row[23];
  policy.before_retire = row[24];
  policy.after_retire = row[25];
  policy.drain = pg::to_bool(row[26]);
  policy.auto_list = pg::to_bool(row[27]);
  policy.auto_list_rows = static_cast<int>(pg::to_int(row[28]));
  policy.retire_shard = row[29];
  policy.storage_parameters = row[30];
  if (row[31]) policy.index_template = pg::to_oid(row[31]);
  return policy;
}

}  // namespace pgscale::catalog
