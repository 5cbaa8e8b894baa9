#include "catalog/shard_state.h"

#include <algorithm>

#include "pg/session.h"

namespace pgscale::catalog {
namespace {

std::vector<ShardLeaf> read_leaves(const Sql& condition, const pg::Value& parameter) {
  Sql sql(
      "SELECT c.oid, r.oid, r.relowner, n.nspname, p.leaf, p.shard, s.kind = 'geo', c.reltuples"
      "  FROM pgscale.placement p"
      "  JOIN pgscale.sharded_table s USING (relation)"
      "  JOIN pg_catalog.pg_class r ON r.oid = p.relation"
      "  JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace"
      "  JOIN pg_catalog.pg_class c ON c.relnamespace = r.relnamespace AND c.relname = p.leaf"
      "                            AND c.relkind = 'f'"
      " WHERE ");
  sql << condition << " ORDER BY n.nspname, p.leaf";
  std::vector<ShardLeaf> leaves;
  for (const auto& row : pg::query(sql, {parameter})) {
    leaves.push_back({pg::to_oid(row[0]), pg::to_oid(row[1]), pg::to_oid(row[2]),
                      QualifiedName{Identifier(*row[3]), Identifier(*row[4])}, *row[5],
                      pg::to_bool(row[6]), pg::to_number(row[7]).value_or(-1)});
  }
  return leaves;
}

}  // namespace

std::vector<ShardLeaf> leaves_on_shard(const std::string& shard) {
  return read_leaves(Sql("p.shard = $1"), shard);
}

std::vector<ShardLeaf> leaves_of_table(Oid relation) {
  return read_leaves(Sql("p.relation = $1::oid"), pg::from_oid(relation));
}

// Takes no lock that could be waited for. A primary is as far behind as the slowest of its
// standbys; without the right to see these, that is not known.
StateQuestion state_question(const std::vector<ShardLeaf>& leaves) {
  std::vector<std::string> schemas;
  std::vector<std::string> names;
  for (const ShardLeaf& leaf : leaves) {
    schemas.push_back(leaf.name.schema.name());
    names.push_back(leaf.name.name.name());
  }
  return {Sql("SELECT 0, CASE WHEN b.standby THEN 'standby' ELSE 'primary' END,"
              "       pg_catalog.current_setting('server_version'),"
              "       (CASE WHEN b.standby THEN pg_catalog.pg_wal_lsn_diff("
              "                  pg_catalog.pg_last_wal_receive_lsn(),"
              "                  pg_catalog.pg_last_wal_replay_lsn())"
              "             ELSE (SELECT max(pg_catalog.pg_wal_lsn_diff("
              "                              pg_catalog.pg_current_wal_lsn(), r.replay_lsn))"
              "                     FROM pg_catalog.pg_stat_replication r) END)::bigint::text,"
              "       (CASE WHEN NOT b.standby"
              "             THEN (SELECT max(CASE WHEN r.replay_lsn = r.sent_lsn THEN 0"
              "                                   ELSE extract(epoch FROM r.replay_lag) END)"
              "                     FROM pg_catalog.pg_stat_replication r)"
              "             WHEN pg_catalog.pg_last_wal_receive_lsn()"
              "                  = pg_catalog.pg_last_wal_replay_lsn() THEN 0"
              "             ELSE extract(epoch FROM pg_catalog.clock_timestamp()"
              "                          - pg_catalog.pg_last_xact_replay_timestamp())"
              "        END)::float8::text,"
              "       pg_catalog.pg_database_size(pg_catalog.current_database())::text"
              "  FROM (SELECT pg_catalog.pg_is_in_recovery() AS standby) b"
              " UNION ALL "
              "SELECT w.place, c.reltuples::float8::text, NULL, NULL, NULL, NULL"
              "  FROM unnest($1::text[], $2::text[])"
              "       WITH ORDINALITY AS w (schema_name, table_name, place)"
              "  JOIN pg_catalog.pg_namespace n ON n.nspname = w.schema_name"
              "  JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = w.table_name"
              " WHERE c.relkind = 'r'"),
          {pg::array_literal(schemas), pg::array_literal(names)}};
}

ShardState read_state(const std::vector<std::vector<pg::Value>>& rows, std::size_t leaves) {
  ShardState state;
  state.rows.assign(leaves, -1);
  for (const auto& row : rows) {
    const auto place = static_cast<std::size_t>(pg::to_int(row[0]));
    if (place > 0) {
      state.rows[place - 1] = pg::to_number(row[1]).value_or(-1);
      continue;
    }
    state.role = row[1];
    state.version = row[2];
    state.lag_bytes = row[3];
    state.lag_seconds = row[4];
    state.size_bytes = row[5];
  }
  return state;
}

void record_state(const std::string& shard, const ShardState& state,
                  std::chrono::microseconds elapsed) {
  double rows = 0;
  bool any = state.rows.empty();
  for (double counted : state.rows) {
    any = any || counted >= 0;
    rows += std::max(counted, 0.0);
  }
  const auto acting = pg::Acting::as_extension();
  pg::execute(
      Sql("INSERT INTO pgscale.shard_state AS t (shard, as_of, reachable, since, seen_at,"
          "       latency_ms, role, version, lag_bytes, lag_seconds, size_bytes, rows)"
          " SELECT s.name, clock_timestamp(), true, clock_timestamp(), clock_timestamp(),"
          "        $2::float8, $3, $4, $5::bigint, $6::float8, $7::bigint, $8::float8::bigint"
          "   FROM pgscale.shard s WHERE s.name = $1"
          " ON CONFLICT (shard) DO UPDATE SET as_of = excluded.as_of, reachable = true,"
          "       since = CASE WHEN t.reachable THEN t.since ELSE excluded.since END,"
          "       seen_at = excluded.seen_at, latency_ms = excluded.latency_ms,"
          "       role = excluded.role, version = excluded.version,"
          "       lag_bytes = excluded.lag_bytes, lag_seconds = excluded.lag_seconds,"
          "       size_bytes = excluded.size_bytes, rows = excluded.rows, error = NULL"),
      {shard, std::to_string(static_cast<double>(elapsed.count()) / 1000), state.role,
       state.version, state.lag_bytes, state.lag_seconds, state.size_bytes,
       any ? pg::Value(std::to_string(rows)) : std::nullopt});
}

// What it was is told as long as nothing newer is known; how it is now is not known.
void record_unreachable(const std::string& shard, const pg::Outcome& why) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(
      Sql("INSERT INTO pgscale.shard_state AS t (shard, as_of, reachable, since, error)"
          " SELECT s.name, clock_timestamp(), false, clock_timestamp(), $2"
          "   FROM pgscale.shard s WHERE s.name = $1"
          " ON CONFLICT (shard) DO UPDATE SET as_of = excluded.as_of, reachable = false,"
          "       since = CASE WHEN t.reachable IS FALSE THEN t.since ELSE excluded.since END,"
          "       error = excluded.error, latency_ms = NULL, role = NULL, lag_bytes = NULL,"
          "       lag_seconds = NULL"),
      {shard, why.message + (why.detail.empty() ? "" : ": " + why.detail)});
}

// A shard that could not be asked keeps what was last found there.
void record_shard_drift(const std::string& shard, const std::vector<ShardDrift>& found) {
  const bool is_known = std::none_of(found.begin(), found.end(), [](const ShardDrift& drift) {
    return drift.kind == ShardDriftKind::kUnreachable;
  });
  const ShardDriftSummary summary = summary_of(found);
  const auto acting = pg::Acting::as_extension();
  pg::execute(
      Sql("INSERT INTO pgscale.shard_state AS t (shard, drift_looked_at, drift_as_of,"
          "       drift_warnings, drift_critical, drift_worst, drift_since)"
          " SELECT s.name, clock_timestamp(), CASE WHEN $2::bool THEN clock_timestamp() END,"
          "        CASE WHEN $2::bool THEN $3::integer END, CASE WHEN $2::bool THEN $4::integer "
          "END,"
          "        nullif($5, ''), CASE WHEN $5 <> '' THEN clock_timestamp() END"
          "   FROM pgscale.shard s WHERE s.name = $1"
          " ON CONFLICT (shard) DO UPDATE SET drift_looked_at = excluded.drift_looked_at,"
          "       drift_as_of = coalesce(excluded.drift_as_of, t.drift_as_of),"
          "       drift_warnings = coalesce(excluded.drift_warnings, t.drift_warnings),"
          "       drift_critical = coalesce(excluded.drift_critical, t.drift_critical),"
          "       drift_worst = CASE WHEN $2::bool THEN excluded.drift_worst"
          "                          ELSE t.drift_worst END,"
          "       drift_since = CASE WHEN NOT $2::bool THEN t.drift_since"
          "                          WHEN $5 <> ''"
          "                          THEN coalesce(t.drift_since, excluded.drift_since) END"),
      {shard, is_known ? "t" : "f", pg::from_int(summary.warnings), pg::from_int(summary.critical),
       summary.worst});
}

std::optional<Micros> drift_looked_at() {
  return pg::to_integer(
      pg::query(Sql("SELECT CASE WHEN bool_and(t.drift_looked_at IS NOT NULL)"
                    "            THEN ((extract(epoch FROM min(t.drift_looked_at)) - 946684800)"
                    "                  * 1000000)::bigint END"
                    "  FROM pgscale.shard s LEFT JOIN pgscale.shard_state t ON t.shard = s.name"))
          .front()[0]);
}

bool has_shards() { return !pg::query(Sql("SELECT FROM pgscale.shard LIMIT 1")).empty(); }

}  // namespace pgscale::catalog
