#include <map>

#include "catalog/report.h"
#include "catalog/report_values.h"
#include "catalog/zones.h"
#include "pg/query.h"
#include "pg/server.h"

namespace pgscale::catalog {
namespace {

// Points of a plot, and of one the size of a word.
constexpr int kPoints = 288;
constexpr int kSparkPoints = 48;
constexpr int kMostTables = 25;
constexpr int kMostReaders = 15;

// $1 and $2: the period; $3: how long a step of the plot is.
std::vector<pg::Value> in_steps(const Period& period, int points) {
  const Micros step = std::max<Micros>((period.to - period.from) / points, 1);
  return {timestamptz_text(period.from), timestamptz_text(period.to),
          std::to_string(step) + " microseconds"};
}

// The size of all tables at the start and whenever it was sampled. A frame holds every table, so
// each begins anew from it and adds up what has changed since; a table that was dropped is gone
// with the next.
Sql total_query() {
  return Sql(
      "WITH sampled AS ("
      "  SELECT h.at, h.frame, h.object, h.bytes FROM pgscale.history h"
      "   WHERE h.scope = 'table' AND h.bytes IS NOT NULL AND h.at <= $2::timestamptz AND h.at >="
      "         (SELECT coalesce(max(f.at) FILTER (WHERE f.at <= $1::timestamptz), min(f.at))"
      "            FROM pgscale.history f"
      "           WHERE f.scope = 'table' AND f.frame AND f.at <= $2::timestamptz)"
      "   UNION ALL"
      // a sample in which no table had changed
      "  SELECT h.at, false, NULL, NULL FROM pgscale.history h"
      "   WHERE h.scope = 'database' AND h.at > $1::timestamptz AND h.at <= $2::timestamptz),"
      "framed AS ("
      "  SELECT *, max(at) FILTER (WHERE frame) OVER (ORDER BY at) AS frame_at FROM sampled),"
      "change AS ("
      "  SELECT at, frame_at, bytes - coalesce(lag(bytes) OVER (PARTITION BY frame_at, object "
      "ORDER BY at), 0) AS change"
      "    FROM framed WHERE frame_at IS NOT NULL),"
      "total AS ("
      "  SELECT at, sum(coalesce(sum(change), 0)) OVER (PARTITION BY frame_at ORDER BY at) AS bytes"
      "    FROM change GROUP BY frame_at, at)"
      "SELECT DISTINCT ON (step) extract(epoch FROM greatest(at, $1::timestamptz))::float8, bytes"
      "  FROM (SELECT at, bytes, CASE WHEN at > $1::timestamptz"
      "               THEN date_bin($3::interval, at, $1::timestamptz) END AS step FROM total) t"
      " ORDER BY step NULLS FIRST, at DESC");
}

// The largest tables with their size at the end and at the beginning, and a day's growth. What the
// first frame does not hold was not there then. Leaves are counted without pg_partition_tree(),
// which locks what it finds.
Sql tables_query() {
  return Sql(
      "WITH RECURSIVE below (root, oid) AS ("
      "  SELECT inhparent, inhrelid FROM pg_inherits"
      "   WHERE inhparent IN (SELECT oid FROM pg_class WHERE relkind = 'p' AND NOT relispartition)"
      "   UNION ALL"
      "  SELECT b.root, h.inhrelid FROM below b JOIN pg_inherits h ON h.inhparent = b.oid),"
      "begin AS ("
      "  SELECT coalesce(max(f.at) FILTER (WHERE f.at <= $1::timestamptz), min(f.at)) AS at"
      "    FROM pgscale.history f"
      "   WHERE f.scope = 'table' AND f.frame AND f.at <= $2::timestamptz),"
      "clock AS ("
      "  SELECT greatest(b.at, $1::timestamptz) AS first, max(h.at) AS last"
      "    FROM begin b JOIN pgscale.history h ON h.at >= b.at"
      "   WHERE h.scope IN ('table', 'database') AND h.at <= $2::timestamptz"
      "   GROUP BY b.at),"
      "sized AS ("
      "  SELECT h.object, (array_agg(h.bytes ORDER BY h.at DESC))[1] AS bytes,"
      "         coalesce((array_agg(h.bytes ORDER BY h.at DESC)"
      "                     FILTER (WHERE h.at <= greatest(b.at, $1::timestamptz)))[1], 0) AS "
      "before"
      "    FROM begin b JOIN pgscale.history h ON h.at >= b.at"
      "   WHERE h.scope = 'table' AND h.bytes IS NOT NULL AND h.at <= $2::timestamptz"
      "   GROUP BY h.object)"
      "SELECT s.object, c.oid::regclass::text, s.bytes, s.before, extract(epoch FROM "
      "k.first)::float8,"
      "       extract(epoch FROM k.last - k.first)::float8,"
      "       CASE WHEN c.relkind = 'p' THEN (SELECT count(*) FROM below b"
      "                                         JOIN pg_class l ON l.oid = b.oid"
      "                                        WHERE b.root = c.oid AND l.relkind <> 'p') END"
      "  FROM sized s JOIN pg_class c ON c.oid::bigint = s.object CROSS JOIN clock k"
      " ORDER BY s.bytes DESC, 2 LIMIT $3::int");
}

std::vector<Measurement> measurements(const pg::Rows& rows) {
  std::vector<Measurement> points;
  for (const auto& row : rows) {
    const auto at = to_instant(row[0]);
    const auto value = pg::to_number(row[1]);
    if (at && value) points.push_back({*at, *value});
  }
  return points;
}

// By table, as often as one changed.
std::map<std::string, std::vector<Measurement>> changes_of(const std::vector<std::string>& objects,
                                                           const Period& period) {
  std::vector<pg::Value> parameters = in_steps(period, kSparkPoints);
  parameters.push_back(pg::array_literal(objects));
  std::map<std::string, std::vector<Measurement>> changes;
  for (const auto& row : pg::query(
           Sql("SELECT DISTINCT ON (h.object, date_bin($3::interval, h.at, $1::timestamptz))"
               "       h.object, extract(epoch FROM h.at)::float8, h.bytes"
               "  FROM pgscale.history h"
               " WHERE h.scope = 'table' AND h.object = ANY ($4::bigint[]) AND h.bytes IS NOT NULL"
               "   AND h.at >= $1::timestamptz AND h.at <= $2::timestamptz"
               " ORDER BY h.object, date_bin($3::interval, h.at, $1::timestamptz), h.at DESC"),
           parameters)) {
    changes[row[0].value()].push_back({to_instant(row[1]).value_or(0), *pg::to_number(row[2])});
  }
  return changes;
}

// One row of tables_query().
SizedTable to_table(const std::vector<pg::Value>& row, std::vector<Measurement> changes) {
  constexpr double kHour = 3600;
  constexpr double kDay = 24 * kHour;
  SizedTable table;
  table.name = pg::utf8(row[1]);
  table.bytes = pg::to_number(row[2]).value_or(0);
  if (row[6]) table.partitions = pg::to_int(row[6]);
  table.sizes = std::move(changes);
  const double seconds = pg::to_number(row[5]).value_or(0);
  if (seconds <= 0) return table;  // one sample says nothing of change

  const double before = pg::to_number(row[3]).value_or(0);
  const Micros first = to_instant(row[4]).value_or(0);
  table.change = table.bytes - before;
  if (seconds >= kHour) table.per_day = *table.change / seconds * kDay;
  if (table.sizes.empty() || table.sizes.front().at > first) {
    table.sizes.insert(table.sizes.begin(), {first, before});
  }
  return table;
}

std::vector<SizedTable> read_tables(const Period& period) {
  const pg::Rows rows = pg::query(
      tables_query(),
      {timestamptz_text(period.from), timestamptz_text(period.to), pg::from_int(kMostTables)});
  std::vector<std::string> objects;
  for (const auto& row : rows) objects.push_back(row[0].value());
  auto changes = changes_of(objects, period);
  std::vector<SizedTable> tables;
  for (const auto& row : rows) tables.push_back(to_table(row, std::move(changes[row[0].value()])));
  return tables;
}

double block_size() {
  const pg::Rows rows = pg::query(Sql("SELECT current_setting('block_size')"));
  return *pg::to_number(rows.front()[0]);
}

void read_hit_history(CacheUse& cache, const Period& period, double block) {
  for (const auto& row : pg::query(
           Sql("SELECT extract(epoch FROM max(h.at))::float8, sum(h.hit)::float8, "
               "sum(h.read)::float8"
               "  FROM pgscale.history h JOIN pg_database d ON d.oid::bigint = h.object"
               " WHERE h.scope = 'database' AND d.datname = current_database() AND h.seconds > 0"
               "   AND h.at > $1::timestamptz AND h.at <= $2::timestamptz"
               " GROUP BY date_bin($3::interval, h.at, $1::timestamptz) ORDER BY 1"),
           in_steps(period, kPoints))) {
    const double hit = pg::to_number(row[1]).value_or(0);
    const double read = pg::to_number(row[2]).value_or(0);
    cache.hit_bytes += hit * block;
    cache.read_bytes += read * block;
    // Where nothing was asked for there is no share.
    if (hit + read > 0) {
      cache.hit_pct.push_back({to_instant(row[0]).value_or(0), 100 * hit / (hit + read)});
    }
  }
}

void read_readers(CacheUse& cache, const Period& period, double block) {
  for (const auto& row :
       pg::query(Sql("SELECT c.oid::regclass::text, sum(h.hit)::float8, sum(h.read)::float8"
                     "  FROM pgscale.history h JOIN pg_class c ON c.oid::bigint = h.object"
                     " WHERE h.scope = 'table' AND h.seconds > 0"
                     "   AND h.at > $1::timestamptz AND h.at <= $2::timestamptz"
                     " GROUP BY c.oid HAVING sum(h.read) > 0"
                     " ORDER BY sum(h.read) DESC, 1 LIMIT $3::int"),
                 {timestamptz_text(period.from), timestamptz_text(period.to),
                  pg::from_int(kMostReaders)})) {
    cache.relations.push_back({pg::utf8(row[0]), pg::to_number(row[1]).value_or(0) * block,
                               pg::to_number(row[2]).value_or(0) * block});
  }
}

std::vector<Measurement> read_replay_history(const Period& period) {
  return measurements(pg::query(
      Sql("SELECT extract(epoch FROM max(h.at))::float8,"
          "       max((h.gauges->>'replay_lag_seconds')::float8)"
          "  FROM pgscale.history h"
          " WHERE h.scope = 'server' AND h.at > $1::timestamptz AND h.at <= $2::timestamptz"
          " GROUP BY date_bin($3::interval, h.at, $1::timestamptz) ORDER BY 1"),
      in_steps(period, kPoints)));
}

}  // namespace

Sizes read_sizes(const Period& period) {
  return {measurements(pg::query(total_query(), in_steps(period, kPoints))), read_tables(period)};
}

CacheUse read_cache_use(const ReportHead& head) {
  CacheUse cache;
  const pg::Rows rows =
      pg::query(Sql("SELECT 100 * blks_hit::float8 / nullif(blks_hit + blks_read, 0)"
                    "  FROM pg_stat_database WHERE datname = current_database()"));
  if (!rows.empty()) cache.pct_since_reset = pg::to_number(rows.front()[0]);
  // The history of a standby is that of its primary.
  if (head.is_standby) return cache;
  const double block = block_size();
  read_hit_history(cache, head.period, block);
  read_readers(cache, head.period, block);
  return cache;
}

Replication read_replication(const ReportHead& head) {
  Replication replication;
  for (const auto& row : pg::query(
           Sql("SELECT kind, name, host(client_addr), status, replay_lag_bytes, replay_lag_seconds,"
               "       extract(epoch FROM since)::float8, explanation"
               "  FROM pgscale.lag ORDER BY kind DESC, name, slot_name"))) {
    replication.receivers.push_back({pg::utf8(row[0]), pg::utf8(row[1]), pg::utf8(row[2]),
                                     pg::utf8(row[3]), pg::to_number(row[4]), pg::to_number(row[5]),
                                     to_instant(row[6]), pg::utf8(row[7])});
  }
  for (const auto& row : pg::query(
           Sql("SELECT slot_name, slot_type, active, wal_status, retained_bytes, safe_wal_size,"
               "       invalidation_reason FROM pgscale.replication_slots ORDER BY slot_name"))) {
    replication.slots.push_back({pg::utf8(row[0]), pg::utf8(row[1]), pg::to_bool(row[2]),
                                 pg::utf8(row[3]), pg::to_number(row[4]), pg::to_number(row[5]),
                                 pg::utf8(row[6])});
  }
  if (!head.is_standby) replication.replay_seconds = read_replay_history(head.period);
  return replication;
}

}  // namespace pgscale::catalog
