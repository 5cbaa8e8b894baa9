#include "catalog/policies.h"

#include "core/failure.h"
#include "pg/query.h"
#include "pg/server.h"
#include "pg/session.h"

namespace pgscale::catalog {
namespace {

using pg::Rows;
using pg::Value;

std::vector<Oid> oids(const Rows& rows) {
  std::vector<Oid> result;
  for (const auto& row : rows) result.push_back(pg::to_oid(row[0]));
  return result;
}

Value from_bool(std::optional<bool> flag) { return flag ? Value(*flag ? "t" : "f") : Value(); }

std::vector<Value> parameters(Oid parent, const PolicyRow& row) {
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
          pg::from_int(row.auto_list_rows)};
}

}  // namespace

std::vector<Oid> own_sets() {
  const Oid user = pg::current_user();
  const auto acting = pg::Acting::as_extension();
  return oids(pg::query(Sql("SELECT p.parent::oid FROM pgscale.policy p"
                            "  JOIN pg_catalog.pg_class c ON c.oid = p.parent"
                            " WHERE pg_catalog.pg_has_role($1::oid, c.relowner, 'USAGE')"
                            " ORDER BY c.relnamespace::regnamespace::text, c.relname"),
                        {pg::from_oid(user)}));
}

bool may_see(Oid parent) {
  return !pg::query(Sql("SELECT FROM pg_catalog.pg_class c"
                        " WHERE c.oid = $1::oid"
                        "   AND (pg_catalog.pg_has_role(c.relowner, 'USAGE')"
                        "        OR pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE'))"),
                    {pg::from_oid(parent)})
              .empty();
}

std::optional<PolicyRow> load_policy(Oid parent) {
  const auto acting = pg::Acting::as_extension();
  const Rows rows = pg::query(
      Sql("SELECT \"interval\", premake, origin, retention, retire, default_partition, timezone,"
          "       partitions, lists, naming, paused, ahead, encoding, encoding_options, encoder,"
          "       decoder, retention_count, retention_bytes, keep_for, archive_schema,"
          "       archive_tablespace, archive_indexes, export_path, export_format, before_retire,"
          "       after_retire, drain, auto_list, auto_list_rows"
          "  FROM pgscale.policy WHERE parent = $1::oid"),
      {pg::from_oid(parent)});
  if (rows.empty()) return std::nullopt;
  const auto& row = rows.front();
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
  return policy;
}

bool is_current(Oid parent, const PolicyRow& row) {
  const auto now = load_policy(parent);
  return now && parameters(parent, *now) == parameters(parent, row);
}

PolicyRow require_policy(const ParentFacts& facts) {
  if (auto row = load_policy(facts.parent.oid)) return *row;
  throw Failure(Problem::kUndefinedObject,
                "table \"" + facts.parent.name.name.name() + "\" is not managed by pgscale", {},
                "Use pgscale.create_parent() to manage it.");
}

bool insert_policy(Oid parent, const PolicyRow& row) {
  const auto acting = pg::Acting::as_extension();
  return pg::execute(
             Sql("INSERT INTO pgscale.policy (parent, \"interval\", premake, origin, retention,"
                 "       retire, default_partition, timezone, partitions, lists, naming, paused,"
                 "       ahead, encoding, encoding_options, encoder, decoder, retention_count,"
                 "       retention_bytes, keep_for, archive_schema, archive_tablespace,"
                 "       archive_indexes, export_path, export_format, before_retire, after_retire,"
                 "       drain, auto_list, auto_list_rows)"
                 " VALUES ($1::oid, $2, $3::int, $4, $5, $6, $7::bool, $8, $9::int, $10::jsonb,"
                 "       $11, $12::bool, $13, $14, $15::jsonb, $16, $17, $18::int, $19::bigint,"
                 "       $20, $21, $22, $23::bool, $24, $25, $26, $27, $28::bool, $29::bool, $30::int)"
                 " ON CONFLICT (parent) DO NOTHING"),
             parameters(parent, row)) > 0;
}

void update_policy(Oid parent, const PolicyRow& row) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(
      Sql("UPDATE pgscale.policy SET \"interval\" = $2, premake = $3::int, origin = $4,"
          "       retention = $5, retire = $6, default_partition = $7::bool, timezone = $8,"
          "       partitions = $9::int, lists = $10::jsonb, naming = $11, paused = $12::bool,"
          "       ahead = $13, encoding = $14, encoding_options = $15::jsonb, encoder = $16,"
          "       decoder = $17, retention_count = $18::int, retention_bytes = $19::bigint,"
          "       keep_for = $20, archive_schema = $21, archive_tablespace = $22,"
          "       archive_indexes = $23::bool, export_path = $24, export_format = $25,"
          "       before_retire = $26, after_retire = $27,"
          "       drain = $28::bool, auto_list = $29::bool, auto_list_rows = $30::int"
          " WHERE parent = $1::oid"),
      parameters(parent, row));
}

void remove_list_group(Oid parent, const std::string& group) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("UPDATE pgscale.policy SET lists = lists - $2 WHERE parent = $1::oid"),
              {pg::from_oid(parent), group});
}

void delete_policy(Oid parent) {
  const auto acting = pg::Acting::as_extension();
  for (const Sql& sql : {Sql("DELETE FROM pgscale.policy WHERE parent = $1::oid"),
                         Sql("DELETE FROM pgscale.set_state WHERE parent = $1::oid"),
                         Sql("DELETE FROM pgscale.analyzed WHERE parent = $1::oid"),
                         Sql("DELETE FROM pgscale.drift_watch WHERE parent = $1::oid"),
                         Sql("DELETE FROM pgscale.change WHERE parent = $1::oid"),
                         Sql("DELETE FROM pgscale.milestone WHERE parent = $1::oid"),
                         Sql("DELETE FROM pgscale.hook_call WHERE parent = $1::oid"),
                         Sql("DELETE FROM pgscale.growing WHERE parent = $1::oid"),
                         Sql("DELETE FROM pgscale.retirement WHERE parent = $1::oid")}) {
    pg::execute(sql, {pg::from_oid(parent)});
  }
}

}  // namespace pgscale::catalog
