#include "catalog/history.h"

#include "catalog/zones.h"
#include "pg/session.h"

namespace pgscale::catalog {
namespace {

constexpr int kDaysOfHistory = 7;

Reading reading(const pg::Value& at, const pg::Value& value) {
  return {pg::to_int(at), pg::to_int(value)};
}

// Of literals, so that a statement is not even planned for the other partitions.
Sql sampled_within(int days, Micros now) {
  const std::string from = timestamptz_text(now - days * kMicrosPerDay);
  const std::string until = timestamptz_text(now);
  Sql sql("(at > timestamptz ");
  sql << Literal{from} << " AND at <= timestamptz " << Literal{until} << ")";
  return sql;
}

}  // namespace

ServerHistory server_history(Micros now) {
  const auto acting = pg::Acting::as_extension();
  Sql sql("SELECT ");
  sql << micros_of("s.at")
      << ", g.key, g.value"
         "  FROM (SELECT DISTINCT ON (date_bin('1 hour', at, $1::timestamptz)) at, gauges"
         "          FROM pgscale.sample WHERE scope = 'server' AND object = 0 AND ";
  sql << sampled_within(kDaysOfHistory, now)
      << "         ORDER BY date_bin('1 hour', at, $1::timestamptz), at DESC) s"
         "  LEFT JOIN LATERAL jsonb_each_text(s.gauges) g ON g.value IS NOT NULL"
         " ORDER BY s.at";
  ServerHistory history;
  for (const auto& row : pg::query(sql, {timestamptz_text(now)})) {
    const Micros at = pg::to_int(row[0]);
    if (history.times.empty() || history.times.back() != at) history.times.push_back(at);
    if (row[1]) history.gauges[*row[1]].push_back(reading(row[0], row[2]));
  }
  return history;
}

std::vector<Reading> all_readings(const std::string& gauge, Micros now) {
  const auto acting = pg::Acting::as_extension();
  Sql sql("SELECT ");
  sql << micros_of("at")
      << ", gauges->>$1"
         "  FROM pgscale.sample"
         " WHERE scope = 'server' AND object = 0 AND gauges->>$1 IS NOT NULL AND ";
  sql << sampled_within(kDaysOfHistory, now) << " ORDER BY at";
  std::vector<Reading> readings;
  for (const auto& row : pg::query(sql, {gauge})) readings.push_back(reading(row[0], row[1]));
  return readings;
}

pg::Value oid_array(const std::vector<Oid>& objects) {
  std::vector<pg::Value> texts;
  for (const Oid object : objects) texts.push_back(pg::from_oid(object));
  return pg::array_literal(texts);
}

std::vector<Oid> watched_objects(const std::string& scope, Micros now) {
  constexpr int kDaysToFrame = 2;
  const auto acting = pg::Acting::as_extension();
  const Sql recent = sampled_within(kDaysToFrame, now);
  Sql sql("SELECT object FROM pgscale.sample WHERE scope = $1 AND frame AND ");
  sql << recent << " AND at = (SELECT max(at) FROM pgscale.sample WHERE scope = $1 AND frame AND "
      << recent << ") AND (bytes >= $2::bigint OR (gauges->>'used_pct')::numeric >= $3::numeric)";
  std::vector<Oid> objects;
  for (const auto& row :
       pg::query(sql, {scope, pg::from_int(kWatchedTable), pg::from_int(kWatchedPercent)})) {
    objects.push_back(pg::to_oid(row[0]));
  }
  return objects;
}

// A probe of the index for each point: most rows of a busy object would be read for nothing.
ObjectHistory object_history(const std::string& scope, const std::vector<Oid>& objects,
                             const ServerHistory& server, Micros now) {
  if (objects.empty()) return {};
  const auto acting = pg::Acting::as_extension();
  Sql sql("SELECT o.object, ");
  sql << micros_of("s.at")
      << ", s.value,"
         "       s.last_usable"
         "  FROM unnest($3::bigint[]) o (object)"
         " CROSS JOIN generate_series(0, $4::integer * 8 - 1) n"
         " CROSS JOIN LATERAL ("
         "       SELECT at, coalesce(bytes, (gauges->>'last_value')::bigint) AS value,"
         "              gauges->>'last_usable' AS last_usable"
         "         FROM pgscale.sample x"
         "        WHERE scope = $2 AND x.object = o.object"
         "          AND at > $1::timestamptz - (n + 1) * interval '3 hours'"
         "          AND at <= $1::timestamptz - n * interval '3 hours' AND ";
  sql << sampled_within(kDaysOfHistory, now)
      << "        ORDER BY at DESC LIMIT 1) s"
         " WHERE s.value IS NOT NULL ORDER BY o.object, s.at";
  ObjectHistory history;
  for (const auto& row : pg::query(
           sql, {timestamptz_text(now), scope, oid_array(objects), pg::from_int(kDaysOfHistory)})) {
    ObjectSeries& series = history[pg::to_oid(row[0])];
    series.readings.push_back(reading(row[1], row[2]));
    if (row[3]) series.limit = pg::to_int(row[3]);
  }
  for (auto& [object, series] : history) {
    series.readings = repeated(series.readings, server.times, now, 3 * kMicrosPerHour);
  }
  return history;
}

}  // namespace pgscale::catalog
