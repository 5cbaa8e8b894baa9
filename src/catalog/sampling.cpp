#include "catalog/sampling.h"

#include <algorithm>
#include <array>

#include "catalog/zones.h"
#include "core/forecast.h"
#include "pg/query.h"
#include "pg/session.h"

namespace pgscale::catalog {
namespace {

using pg::Rows;
using pg::Value;

// The order of sample_baseline.figures.
constexpr std::array<std::int64_t Activity::*, 10> kFigures = {
    &Activity::hit,          &Activity::read,       &Activity::scans,    &Activity::rows_read,
    &Activity::rows_fetched, &Activity::idx_scans,  &Activity::inserted, &Activity::updated,
    &Activity::deleted,      &Activity::hot_updated};

std::string figures_text(const Activity& activity) {
  std::string text = "{";
  for (const auto figure : kFigures) {
    if (text.size() > 1) text += ',';
    text += std::to_string(activity.*figure);
  }
  return text + "}";
}

Activity to_activity(const std::string& figures) {
  Activity activity;
  const char* at = figures.c_str() + 1;
  for (const auto figure : kFigures) {
    char* end = nullptr;
    activity.*figure = std::strtoll(at, &end, 10);
    at = *end == ',' ? end + 1 : end;
  }
  return activity;
}

Value instant(const std::optional<Micros>& moment) {
  return moment ? Value(timestamptz_text(*moment)) : Value();
}

// One column of many rows, as the text of an array.
template <typename Row, typename Field>
std::string column(const std::vector<Row>& rows, Field&& field) {
  std::vector<Value> values;
  values.reserve(rows.size());
  for (const Row& row : rows) values.push_back(field(row));
  return pg::array_literal(values);
}

Value counted(const SampleRow& row, std::int64_t Activity::*figure) {
  return row.seconds ? pg::from_int(row.activity.*figure) : Value();
}

void write_rows(const std::string& scope, const std::vector<SampleRow>& rows,
                const SampleTime& time) {
  if (rows.empty()) return;
  const auto figure = [&rows](std::int64_t Activity::*which) {
    return column(rows, [which](const SampleRow& row) { return counted(row, which); });
  };
  pg::execute(
      Sql("INSERT INTO pgscale.sample (at, scope, frame, object, seconds, hit, read, ms, scans,"
          "       idx_scans, rows, inserted, updated, deleted, hot_updated, bytes, live_rows,"
          "       dead_rows)"
          " SELECT $1::timestamptz, $2, $3::bool, u.*"
          "  FROM unnest($4::bigint[], $5::float8[], $6::bigint[], $7::bigint[], $8::float8[],"
          "              $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[],"
          "              $14::bigint[], $15::bigint[], $16::bigint[], $17::bigint[],"
          "              $18::bigint[]) u"),
      {timestamptz_text(time.at), scope, time.frame ? "t" : "f",
       column(rows, [](const SampleRow& row) { return pg::from_int(row.object); }),
       column(rows,
              [](const SampleRow& row) {
                return row.seconds ? Value(std::to_string(*row.seconds)) : Value();
              }),
       figure(&Activity::hit), figure(&Activity::read),
       column(rows,
              [&scope](const SampleRow& row) {
                return row.seconds && scope == "query" ? Value(std::to_string(row.ms)) : Value();
              }),
       figure(&Activity::scans), figure(&Activity::idx_scans), figure(&Activity::rows_read),
       figure(&Activity::inserted), figure(&Activity::updated), figure(&Activity::deleted),
       figure(&Activity::hot_updated),
       column(rows, [](const SampleRow& row) { return pg::from_int(row.bytes); }),
       column(rows, [](const SampleRow& row) { return pg::from_int(row.live_rows); }),
       column(rows, [](const SampleRow& row) { return pg::from_int(row.dead_rows); })});
}

using NewBaseline = std::pair<std::int64_t, Baseline>;

void write_baselines(const std::string& scope, const Sampled& sampled) {
  const auto& baselines = sampled.baselines;
  if (!baselines.empty()) {
    pg::execute(
        Sql("INSERT INTO pgscale.sample_baseline AS b (scope, object, figures, ms, bytes,"
            "       pending_since, observed_since)"
            " SELECT $1, u.object, u.figures::bigint[], u.ms, u.bytes, u.pending_since,"
            "       u.observed_since"
            "  FROM unnest($2::bigint[], $3::text[], $4::float8[], $5::bigint[],"
            "              $6::timestamptz[], $7::timestamptz[])"
            "       AS u (object, figures, ms, bytes, pending_since, observed_since)"
            " ON CONFLICT (scope, object) DO UPDATE SET figures = excluded.figures,"
            "       ms = excluded.ms, bytes = excluded.bytes,"
            "       pending_since = excluded.pending_since,"
            "       observed_since = excluded.observed_since"),
        {scope, column(baselines, [](const NewBaseline& b) { return pg::from_int(b.first); }),
         column(baselines,
                [](const NewBaseline& b) { return Value(figures_text(b.second.activity)); }),
         column(baselines, [](const NewBaseline& b) { return Value(std::to_string(b.second.ms)); }),
         column(baselines, [](const NewBaseline& b) { return pg::from_int(b.second.bytes); }),
         column(baselines, [](const NewBaseline& b) { return instant(b.second.pending_since); }),
         column(baselines, [](const NewBaseline& b) { return instant(b.second.observed_since); })});
  }
  if (sampled.gone.empty()) return;
  pg::execute(Sql("DELETE FROM pgscale.sample_baseline"
                  " WHERE scope = $1 AND object = ANY ($2::bigint[])"),
              {scope, column(sampled.gone, [](std::int64_t oid) { return pg::from_int(oid); })});
}

std::vector<NamedCounters> to_counters(const Rows& rows) {
  std::vector<NamedCounters> found;
  for (const auto& row : rows) {
    const std::int64_t object = pg::to_int(row[1]);
    if (found.empty() || found.back().scope != *row[0] || found.back().object != object) {
      found.push_back({*row[0], object, *row[2], {}});
    }
    found.back().counters[*row[3]] = std::stod(*row[4]);
  }
  return found;
}

std::vector<Value> names(const Counters& counters) {
  std::vector<Value> values;
  for (const auto& [name, value] : counters) values.emplace_back(name);
  return values;
}

// Whole numbers as such: a counter of bytes must not end in an exponent.
std::vector<Value> values(const Counters& counters) {
  std::vector<Value> texts;
  for (const auto& [name, value] : counters) {
    const auto whole = static_cast<std::int64_t>(value);
    texts.emplace_back(static_cast<double>(whole) == value ? std::to_string(whole)
                                                           : std::to_string(value));
  }
  return texts;
}

}  // namespace

Oid history_table() {
  return pg::to_oid(pg::query(Sql("SELECT 'pgscale.sample'::regclass::oid")).front()[0]);
}

std::optional<SampleState> load_sample_state() {
  const Rows rows =
      pg::query(Sql("SELECT ") << micros_of("at") << ", " << micros_of("real_at")
                               << ", cluster, relation_epoch, query_epoch, frame_day, "
                               << micros_of("series_start") << "  FROM pgscale.sample_state");
  if (rows.empty()) return std::nullopt;
  const auto& row = rows.front();
  return SampleState{pg::to_int(row[0]), pg::to_int(row[1]), *row[2], *row[3], *row[4],
                     pg::to_int(row[5]), pg::to_int(row[6])};
}

void save_sample_state(const SampleState& state) {
  pg::execute(Sql("DELETE FROM pgscale.sample_state"));
  pg::execute(Sql("INSERT INTO pgscale.sample_state (at, real_at, cluster, relation_epoch,"
                  "       query_epoch, frame_day, series_start)"
                  " VALUES ($1::timestamptz, $2::timestamptz, $3, $4, $5, $6::bigint,"
                  "         $7::timestamptz)"),
              {timestamptz_text(state.at), timestamptz_text(state.real_at), state.cluster,
               state.relation_epoch, state.query_epoch, pg::from_int(state.frame_day),
               timestamptz_text(state.series_start)});
}

Baselines load_baselines(const std::string& scope) {
  const Rows rows =
      pg::query(Sql("SELECT object, figures, coalesce(ms, 0), coalesce(bytes, 0), ")
                    << micros_of("pending_since") << ", " << micros_of("observed_since")
                    << "  FROM pgscale.sample_baseline WHERE scope = $1",
                {scope});
  Baselines baselines;
  baselines.reserve(rows.size());
  for (const auto& row : rows) {
    baselines[pg::to_int(row[0])] = {to_activity(*row[1]), std::stod(*row[2]), pg::to_int(row[3]),
                                     pg::to_integer(row[4]), pg::to_integer(row[5])};
  }
  return baselines;
}

void forget_baselines() { pg::execute(Sql("DELETE FROM pgscale.sample_baseline")); }

void write_samples(const ScopeNames& scopes, const Sampled& sampled, const SampleTime& time) {
  write_rows(scopes.whole, sampled.whole, time);
  write_rows(scopes.part, sampled.parts, time);
  write_baselines(scopes.whole, sampled);
}

std::vector<NamedCounters> observe_counters() {
  return to_counters(
      pg::query(Sql("SELECT scope, object, epoch, name, value"
                    "  FROM pgscale.counter_source ORDER BY scope, object")));
}

std::vector<NamedCounters> load_counter_baselines() {
  return to_counters(
      pg::query(Sql("SELECT b.scope, b.object, b.epoch, c.key, c.value"
                    "  FROM pgscale.sample_baseline b"
                    " CROSS JOIN LATERAL jsonb_each_text(b.counters) c"
                    " WHERE b.scope IN ('server', 'database')"
                    " ORDER BY b.scope, b.object")));
}

void write_counters(const NamedCounters& now, const std::optional<Counters>& counted,
                    const SampleTime& time) {
  const Value seconds = counted
                            ? Value(std::to_string(static_cast<double>(time.at - *time.previous) /
                                                   static_cast<double>(kMicrosPerSecond)))
                            : Value();
  const Counters nothing;
  const Counters& shown = counted ? *counted : nothing;
  // The size of this database is in its tables; that of another its own samples tell.
  pg::execute(
      Sql("INSERT INTO pgscale.sample (at, scope, frame, object, seconds, hit, read, ms, scans,"
          "       counters)"
          " SELECT $1::timestamptz, $2, $3::bool, $4::bigint, $5::float8,"
          "       coalesce(c.c->>'hit', d.zero)::bigint, coalesce(c.c->>'read', d.zero)::bigint,"
          "       coalesce(c.c->>'ms', d.zero)::float8, coalesce(c.c->>'scans', d.zero)::bigint,"
          "       c.c - '{hit,read,ms,scans}'::text[]"
          "  FROM (SELECT CASE WHEN $5 IS NOT NULL"
          "                    THEN (SELECT coalesce(jsonb_object_agg(n, v), '{}')"
          "                            FROM unnest($6::text[], $7::numeric[]) AS u (n, v)) END AS "
          "c)"
          "       AS c,"
          "       (SELECT CASE WHEN $2 = 'database' AND $5 IS NOT NULL THEN '0' END AS zero) AS d"),
      {timestamptz_text(time.at), now.scope, time.frame ? "t" : "f", pg::from_int(now.object),
       seconds, pg::array_literal(names(shown)), pg::array_literal(values(shown))});
  pg::execute(Sql("INSERT INTO pgscale.sample_baseline AS b (scope, object, epoch, counters)"
                  " SELECT $1, $2::bigint, $3, jsonb_object_agg(u.n, u.v)"
                  "  FROM unnest($4::text[], $5::numeric[]) AS u (n, v)"
                  " ON CONFLICT (scope, object) DO UPDATE SET epoch = excluded.epoch,"
                  "       counters = excluded.counters"),
              {now.scope, pg::from_int(now.object), now.epoch,
               pg::array_literal(names(now.counters)), pg::array_literal(values(now.counters))});
}

void write_gauges(const SampleTime& time) {
  pg::execute(Sql("UPDATE pgscale.sample SET gauges ="
                  "       (SELECT jsonb_object_agg(g.name, g.value) FROM pgscale.gauge_source g"
                  "         WHERE g.value IS NOT NULL)"
                  " WHERE scope = 'server' AND object = 0 AND at = $1::timestamptz"),
              {timestamptz_text(time.at)});
}

void write_sequences(const SampleTime& time, std::int64_t most) {
  pg::execute(
      Sql("INSERT INTO pgscale.sample (at, scope, object, frame, gauges)"
          " SELECT $1::timestamptz, 'sequence', s.sequence::oid::bigint, $2::bool,"
          "       jsonb_build_object('last_value', s.last_value, 'last_usable', s.last_usable,"
          "                          'used_pct', s.used_pct)"
          "  FROM (SELECT v.*,"
          "               EXISTS (SELECT FROM pgscale.policy p"
          "                         JOIN pg_partitioned_table k ON k.partrelid = p.parent"
          "                         JOIN pg_attribute a ON a.attrelid = p.parent"
          "                                            AND a.attnum = k.partattrs[0]"
          "                        WHERE p.parent = v.\"table\" AND k.partstrat = 'r'"
          "                          AND a.attname = v.\"column\") AS is_key"
          "          FROM pgscale.sequences v"
          "         WHERE v.last_value IS NOT NULL) s"
          "  JOIN pg_sequence q ON q.seqrelid = s.sequence"
          "  LEFT JOIN LATERAL ("
          "       SELECT (x.gauges->>'last_value')::bigint AS value FROM pgscale.sample x"
          "        WHERE x.scope = 'sequence' AND x.object = s.sequence::oid::bigint"
          "          AND x.at < $1::timestamptz AND x.at > $1::timestamptz - interval '2 days'"
          "        ORDER BY x.at DESC LIMIT 1) before ON NOT $2::bool"
          " WHERE (s.is_key OR s.used_pct >= $3::numeric)"
          "   AND NOT (q.seqcycle AND s.last_usable IN (q.seqmin, q.seqmax))"
          "   AND before.value IS DISTINCT FROM s.last_value"
          " ORDER BY s.is_key DESC, s.used_pct DESC LIMIT $4::bigint"),
      {timestamptz_text(time.at), time.frame ? "t" : "f", pg::from_int(kWatchedPercent),
       pg::from_int(most)});
}

}  // namespace pgscale::catalog
