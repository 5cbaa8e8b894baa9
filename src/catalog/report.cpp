#include "catalog/report.h"

#include <functional>

#include "catalog/report_values.h"
#include "catalog/zones.h"
#include "pg/attempt.h"
#include "pg/query.h"
#include "pg/server.h"
#include "pg/session.h"

namespace pgscale::catalog {
namespace {

constexpr int kMostBloated = 20;
constexpr double kWorthARow = 128 * 1024;
constexpr int kMostRuns = 40;
constexpr int kMostForecasts = 40;
constexpr int kMostQueries = 20;

// One section that cannot be read must not take the others with it.
void read_section(ReportData& data, Section section, const std::function<void()>& read) {
  if (const auto trouble = pg::attempt(read)) {
    data.notices.push_back({section, "This section could not be read: " +
                                         pg::utf8(pg::Value(trouble->message)) + "."});
  }
}

}  // namespace

ReportData read_report(const Period& period) {
  const pg::LockTimeout limit(pg::lock_timeout());
  ReportData data;
  data.head = read_report_head(period);
  read_section(data, Section::kHealth, [&] { data.health = read_health(); });
  read_section(data, Section::kPartitions, [&] { data.sets = read_reported_sets(); });
  read_section(data, Section::kSizes, [&] { data.sizes = read_sizes(period); });
  read_section(data, Section::kForecast, [&] { data.forecast = read_forecast(); });
  read_section(data, Section::kCache, [&] { data.cache = read_cache_use(data.head); });
  read_section(data, Section::kBloat, [&] { data.bloat = read_bloat(); });
  read_section(data, Section::kLag, [&] { data.replication = read_replication(data.head); });
  read_section(data, Section::kQueries, [&] { data.queries = read_queries(data.notices); });
  read_section(data, Section::kRuns, [&] { data.maintenance = read_maintenance(period); });
  return data;
}

ReportHead read_report_head(const Period& period) {
  const pg::Rows rows = pg::query(
      Sql("SELECT current_database(), split_part(current_setting('server_version'), ' ', 1),"
          "       current_user, pg_has_role('pg_read_all_stats', 'USAGE'), pg_is_in_recovery(),"
          "       current_setting('TimeZone'), pg_database_size(current_database())"));
  const auto& row = rows.front();
  ReportHead head;
  head.database = pg::utf8(row[0]);
  head.server = pg::utf8(row[1]);
  head.role = pg::utf8(row[2]);
  head.sees_all = pg::to_bool(row[3]);
  head.is_standby = pg::to_bool(row[4]);
  head.zone_name = row[5].value();
  head.zone = server_zone(head.zone_name);
  head.database_bytes = pg::to_number(row[6]);
  head.period = period;
  head.now = pg::policy_now();
  head.made_at = pg::real_now();
  return head;
}

std::vector<HealthCheck> read_health() {
  std::vector<HealthCheck> health;
  for (const auto& row :
       pg::query(Sql("SELECT h.check_name, h.status, h.object, h.others, t.meaning, h.evidence,"
                     "       extract(epoch FROM h.since)::float8, h.action"
                     "  FROM pgscale.health h LEFT JOIN pgscale.threshold t USING (check_name)"))) {
    health.push_back({pg::utf8(row[0]), pg::utf8(row[1]), pg::utf8(row[2]), pg::to_int(row[3]),
                      pg::utf8(row[4]), pg::utf8(row[5]), to_instant(row[6]), pg::utf8(row[7])});
  }
  return health;
}

std::vector<ForecastLine> read_forecast() {
  std::vector<ForecastLine> forecast;
  for (const auto& row : pg::query(
           Sql("SELECT resource, object, status, unit, current_value, limit_value, used_pct,"
               "       rate_per_day, extract(epoch FROM eta)::float8,"
               "       extract(epoch FROM eta_low)::float8, extract(epoch FROM eta_high)::float8,"
               "       confidence, note FROM pgscale.forecast LIMIT $1::int"),
           {pg::from_int(kMostForecasts)})) {
    forecast.push_back({pg::utf8(row[0]), pg::utf8(row[1]), *row[2] == "ok",
                        *row[3] == "bytes" ? Quantity::kBytes : Quantity::kCount,
                        pg::to_number(row[4]), pg::to_number(row[5]), pg::to_number(row[6]),
                        pg::to_number(row[7]), to_instant(row[8]), to_instant(row[9]),
                        to_instant(row[10]), pg::utf8(row[11]), pg::utf8(row[12])});
  }
  return forecast;
}

BloatFound read_bloat() {
  const pg::Rows rows = pg::query(
      Sql("SELECT b.relation::text, b.kind, b.bytes, b.bloat_bytes, b.bloat_pct, b.low_pct,"
          "       b.high_pct, count(*) FILTER (WHERE b.status = 'ok') OVER (),"
          "       count(*) FILTER (WHERE b.status <> 'ok') OVER (),"
          "       sum(b.bytes) FILTER (WHERE b.status = 'ok') OVER (), sum(b.bloat_bytes) OVER ()"
          "  FROM pgscale.bloat b WHERE b.kind <> 'foreign table'"
          " ORDER BY b.bloat_bytes DESC NULLS LAST, b.relation LIMIT $1::int"),
      {pg::from_int(kMostBloated)});
  BloatFound found;
  for (const auto& row : rows) {
    found.measured = pg::to_int(row[7]);
    found.unknown = pg::to_int(row[8]);
    found.bytes = pg::to_number(row[9]).value_or(0);
    found.bloat_bytes = pg::to_number(row[10]).value_or(0);
    if (pg::to_number(row[3]).value_or(0) < kWorthARow) continue;
    found.worst.push_back({pg::utf8(row[0]), pg::utf8(row[1]), *pg::to_number(row[2]),
                           *pg::to_number(row[3]), *pg::to_number(row[4]), *pg::to_number(row[5]),
                           *pg::to_number(row[6])});
  }
  return found;
}

Queries read_queries(std::vector<Notice>& notices) {
  Queries queries;
  for (const auto& row : pg::query(
           Sql("SELECT note, CASE WHEN queryid IS NOT NULL THEN query END, role, calls, total_s,"
               "       mean_ms / 1000, pct_of_total, rows, hit_pct,"
               "       extract(epoch FROM min(stats_reset) OVER ())::float8"
               "  FROM pgscale.queries"
               " WHERE note IS NOT NULL OR datname = current_database() AND toplevel IS NOT FALSE"
               " ORDER BY total_s DESC NULLS LAST, queryid LIMIT $1::int"),
           {pg::from_int(kMostQueries)})) {
    if (row[0]) {
      notices.push_back({Section::kQueries, pg::utf8(row[0])});
      continue;
    }
    queries.since = to_instant(row[9]);
    queries.top.push_back({pg::utf8(row[1]), pg::utf8(row[2]), pg::to_number(row[3]).value_or(0),
                           pg::to_number(row[4]).value_or(0), pg::to_number(row[5]).value_or(0),
                           pg::to_number(row[6]), pg::to_number(row[7]), pg::to_number(row[8])});
  }
  return queries;
}

// Runs have real times, and the period is one of the policies' clock.
Maintenance read_maintenance(const Period& period) {
  const Micros shift = pg::real_now() - pg::policy_now();
  const std::vector<pg::Value> parameters{timestamptz_text(period.from + shift),
                                          timestamptz_text(period.to + shift)};
  Maintenance maintenance;
  for (const auto& row :
       pg::query(Sql("SELECT outcome, count(*) FROM pgscale.runs"
                     " WHERE started_at > $1::timestamptz AND started_at <= $2::timestamptz"
                     " GROUP BY 1 ORDER BY array_position('{ok,running,refused,failed,crashed}', "
                     "outcome)"),
                 parameters)) {
    maintenance.counts.push_back({pg::utf8(row[0]), pg::to_int(row[1])});
  }
  for (const auto& row :
       pg::query(Sql("SELECT id, extract(epoch FROM started_at)::float8,"
                     "       extract(epoch FROM duration)::float8, parent, partition, action, who,"
                     "       outcome, sqlstate, message FROM pgscale.runs"
                     " WHERE started_at > $1::timestamptz AND started_at <= $2::timestamptz"
                     " ORDER BY id DESC LIMIT $3::int"),
                 {parameters[0], parameters[1], pg::from_int(kMostRuns)})) {
    maintenance.runs.push_back({pg::to_int(row[0]), to_instant(row[1]).value_or(0),
                                pg::to_number(row[2]), pg::utf8(row[3]), pg::utf8(row[4]),
                                pg::utf8(row[5]), pg::utf8(row[6]), pg::utf8(row[7]),
                                pg::utf8(row[8]), pg::utf8(row[9])});
  }
  if (maintenance.runs.empty()) {
    const pg::Rows last = pg::query(Sql("SELECT extract(epoch FROM max(started_at))::float8"
                                        "  FROM pgscale.runs WHERE started_at <= $1::timestamptz"),
                                    {parameters[0]});
    maintenance.last_before = to_instant(last.front()[0]);
  }
  return maintenance;
}

}  // namespace pgscale::catalog
