#pragma once

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "builders.h"
#include "core/report.h"

// A report in which every section has something to show, from made data.

namespace pgscale::testing {

// Goes up and down without chance, so that the page is the same each time.
inline double wave(double i) { return std::sin(i / 9) * 0.6 + std::sin(i / 2.3) * 0.4; }

inline Period sample_period() { return {moment("2026-11-02 14:00"), moment("2026-11-03 14:00")}; }

// One value for each five minutes, less those of an hour in which the server was down.
template <typename Value>
std::vector<Measurement> each_five_minutes(Value value) {
  std::vector<Measurement> points;
  const Period period = sample_period();
  for (int i = 1; i <= 288; i++) {
    if (i > 120 && i < 133) continue;
    points.push_back({period.from + i * 300 * kMicrosPerSecond, value(i)});
  }
  return points;
}

inline LanePartition month_partition(const std::string& set, Micros lower, double bytes) {
  const Micros upper = add(lower, months(1), 1, Zone::utc());
  const Civil civil = to_civil(lower);
  LanePartition partition;
  partition.name = set + "_p" + std::to_string(civil.year) + (civil.month < 10 ? "_0" : "_") +
                   std::to_string(civil.month);
  partition.lower = static_cast<double>(lower);
  partition.upper = static_cast<double>(upper);
  partition.rows = std::floor(bytes / 190);
  partition.bytes = bytes;
  return partition;
}

inline ReportedSet monthly_set(const std::string& name, const char* first, int count,
                               double bytes) {
  ReportedSet set;
  set.name = name;
  set.method = "range";
  set.interval = "1 mon";
  set.retention = "24 mons";
  set.retire = "drop";
  set.lane.title = "Partitions of " + name;
  set.lane.now = static_cast<double>(sample_period().to);
  for (int i = 0; i < count; i++) {
    const Micros lower = add(moment(first), months(1), i, Zone::utc());
    const double age = std::min(1.0, 0.4 + 0.025 * i) * (1 + 0.15 * wave(4 * i));
    const bool is_ahead = lower > sample_period().to;
    set.lane.partitions.push_back(month_partition(name, lower, is_ahead ? 16384 : bytes * age));
  }
  return set;
}

inline ReportedSet hourly_set() {
  ReportedSet set = monthly_set("public.events", "2026-10-01", 0, 0);
  set.interval = "01:00:00";
  set.retention = "14 days";
  set.retire = "detach";
  set.detached = 2;
  set.detached_bytes = 640e6;
  for (int i = 0; i < 14 * 24 + 20; i++) {
    const Micros lower = moment("2026-10-20") + i * kMicrosPerHour;
    if (i == 100 || i == 101) continue;
    LanePartition partition;
    partition.name = "events_p" + std::to_string(i);
    partition.lower = static_cast<double>(lower);
    partition.upper = static_cast<double>(lower + kMicrosPerHour);
    const double day = std::sin((i % 24 - 8) * 3.14159 / 12);
    partition.bytes = lower > sample_period().to ? 8192 : 42e6 * (1.2 + day);
    partition.rows = *partition.bytes / 140;
    set.lane.partitions.push_back(partition);
  }
  return set;
}

inline ReportedSet number_set() {
  ReportedSet set;
  set.name = "audit.\"Entries\"";
  set.method = "range";
  set.interval = "10000000";
  set.lane.title = "Partitions of audit.\"Entries\"";
  set.lane.scale = LaneScale::kNumber;
  set.has_default = true;
  set.default_rows = 1843;
  set.default_bytes = 262144;
  for (int i = 0; i < 24; i++) {
    LanePartition partition;
    partition.name = "Entries_p" + std::to_string(i * 10000000);
    partition.lower = i * 1e7;
    partition.upper = (i + 1) * 1e7;
    partition.bytes = i < 19 ? 1.9e9 * (1 + 0.04 * wave(7 * i)) : (i == 19 ? 0.7e9 : 16384);
    partition.rows = i < 19 ? 1e7 : 0;
    set.lane.partitions.push_back(partition);
  }
  return set;
}

inline ReportedSet hash_set_of_sessions() {
  ReportedSet set;
  set.name = "public.sessions";
  set.method = "hash";
  set.lane.title = "Partitions of public.sessions";
  set.lane.scale = LaneScale::kPlaces;
  for (int i = 0; i < 8; i++) {
    LanePartition partition;
    partition.name = "sessions_p" + std::to_string(i);
    partition.holds = "remainder " + std::to_string(i) + " of 8";
    partition.lower = i;
    partition.upper = i + 1;
    partition.bytes = 310e6 * (1 + 0.05 * wave(11 * i));
    partition.rows = 2.1e6;
    set.lane.partitions.push_back(partition);
  }
  return set;
}

inline std::vector<HealthCheck> sample_health() {
  const Micros now = sample_period().to;
  return {{"slot_retention", "critical", "standby_b", 0, "WAL that a slot keeps",
           "keeps 38 GB of WAL, and the disk has 61 GB left", now - 31 * kMicrosPerHour,
           "Bring its receiver back, or SELECT pg_drop_replication_slot('standby_b')"},
          {"default_rows", "warning", "audit.\"Entries\"", 2, "Default partitions that hold rows",
           "1843 rows have no partition of their own", now - 5 * kMicrosPerHour,
           "Move the rows into partitions of their own"},
          {"checksum_failures", "unknown", "", 0, "Pages whose checksum was wrong",
           "data checksums are off", std::nullopt,
           "pg_checksums --enable turns them on while the server is stopped"},
          {"next_partition", "ok", "public.orders", 0,
           "How far ahead of the present a set is covered", "4 intervals ahead", std::nullopt, ""},
          {"wraparound", "ok", "shop", 0, "Age of the oldest transaction ID", "41 M of 2.1 G",
           std::nullopt, ""},
          {"blockers", "ok", "", 0, "How long a session has held up others",
           "nothing to complain of", std::nullopt, ""}};
}

inline Sizes sample_sizes() {
  Sizes sizes;
  sizes.total = each_five_minutes([](int i) { return 121.4e9 + i * 4.1e6 + 12e6 * wave(i); });
  const struct {
    const char* name;
    int partitions;
    double bytes, change;
  } tables[] = {{"public.orders", 52, 48.2e9, 412e6},  {"audit.\"Entries\"", 25, 36.9e9, 640e6},
                {"public.events", 354, 17.6e9, 96e6},  {"public.order_items", 0, 11.2e9, 31e6},
                {"public.sessions", 8, 2.5e9, -120e6}, {"public.customers", 0, 810e6, 0},
                {"public.products", 0, 96e6, 16384}};
  for (const auto& table : tables) {
    SizedTable sized;
    sized.name = table.name;
    if (table.partitions > 0) sized.partitions = table.partitions;
    sized.bytes = table.bytes;
    sized.change = table.change;
    sized.per_day = table.change;
    for (int i = 0; i <= 48 && table.change != 0; i++) {
      sized.sizes.push_back({sample_period().from + i * 1800 * kMicrosPerSecond,
                             table.bytes - table.change * (1 - i / 48.0) +
                                 std::abs(table.change) * 0.05 * wave(3 * i + table.partitions)});
    }
    sizes.tables.push_back(sized);
  }
  return sizes;
}

inline std::vector<ForecastLine> sample_forecast() {
  const Micros now = sample_period().to;
  const auto in_days = [now](int days) { return now + days * kMicrosPerDay; };
  const std::nullopt_t none = std::nullopt;
  return {{"sequence", "public.order_items_id_seq", true, Quantity::kCount, 1.98e9, 2147483647.0,
           92.2, 9.1e6, in_days(18), in_days(17), in_days(20), "high", "the column is an integer"},
          {"disk", "data", true, Quantity::kBytes, 188e9, 250e9, 75.2, 1.2e9, in_days(51),
           in_days(39), none, "medium", ""},
          {"partitions", "public.orders", true, Quantity::kCount, none, none, none, none,
           moment("2027-04-01"), none, none, "", "pgscale makes more in time"},
          {"transaction ids", "failsafe", true, Quantity::kCount, 4.1e7, 1.6e9, 2.6, 1.4e6, none,
           none, none, "", ""},
          {"connections", "", false, Quantity::kCount, 61, 197, 31, none, none, none, none, "",
           "less than a day of history"}};
}

inline CacheUse sample_cache() {
  CacheUse cache;
  cache.hit_pct = each_five_minutes([](int i) {
    const double dip = i > 200 && i < 212 ? 3.8 : 0;
    return 99.1 + 0.5 * wave(i) - dip;
  });
  cache.hit_bytes = 8.43e12;
  cache.read_bytes = 71.4e9;
  cache.pct_since_reset = 99.42;
  cache.relations = {{"public.events", 420e9, 38.1e9},
                     {"audit.\"Entries\"", 96e9, 21.7e9},
                     {"public.orders", 5.1e12, 9.2e9},
                     {"public.customers", 2.4e12, 1.1e9}};
  return cache;
}

inline BloatFound sample_bloat() {
  BloatFound bloat;
  bloat.measured = 1204;
  bloat.unknown = 3;
  bloat.bytes = 122.1e9;
  bloat.bloat_bytes = 9.7e9;
  bloat.worst = {{"public.order_items_pkey", "index", 3.1e9, 1.36e9, 43.9, 41.2, 46.6},
                 {"public.sessions_p3", "table", 310e6, 148e6, 47.7, 47.2, 48.3},
                 {"public.events_p112", "table", 92e6, 21e6, 22.8, 21.9, 23.9},
                 {"pg_catalog.pg_attribute", "table", 46e6, 6.1e6, 13.3, 13.3, 13.3}};
  return bloat;
}

inline Replication sample_replication() {
  const Micros now = sample_period().to;
  Replication replication;
  replication.receivers = {
      {"physical", "standby_a", "10.0.0.12", "caught_up", 0, 0, std::nullopt,
       "all WAL known here is replayed"},
      {"logical", "warehouse", "10.0.4.3", "behind", 48e6, 2.4, now - 90 * kMicrosPerSecond,
       "WAL is still to be replayed"},
      {"physical", "standby_b", "", "disconnected", 38e9, 111600, now - 31 * kMicrosPerHour,
       "nobody is connected; the bytes are at least what the receiver misses"}};
  replication.slots = {{"standby_a", "physical", true, "reserved", 16e6, std::nullopt, ""},
                       {"warehouse", "logical", true, "reserved", 96e6, std::nullopt, ""},
                       {"standby_b", "physical", false, "extended", 38e9, 61e9, ""}};
  replication.replay_seconds = each_five_minutes(
      [](int i) { return std::max(0.0, 0.4 + 0.9 * wave(i) + (i == 240 ? 11 : 0)); });
  return replication;
}

inline Queries sample_queries() {
  Queries queries;
  queries.since = moment("2026-10-01 08:12");
  queries.top = {
      {"SELECT o.id, o.total, c.name FROM orders o JOIN customers c ON c.id = o.customer_id WHERE "
       "o.order_date >= $1 AND o.order_date < $2 AND o.state = $3 ORDER BY o.order_date DESC LIMIT "
       "$4",
       "shop", 812345, 9120, 0.01123, 41.2, 8.1e6, 99.7},
      {"INSERT INTO events (at, kind, payload) VALUES ($1, $2, $3)", "ingest", 2.41e7, 5340,
       0.000222, 24.1, 2.41e7, 99.99},
      {"UPDATE sessions SET seen_at = $1 WHERE user_id = $2", "shop", 4.2e6, 3110, 0.00074, 14.0,
       4.2e6, 98.2},
      {"", "report", 24, 1802, 75.1, 8.1, 2.4e7, 12.4}};
  return queries;
}

inline Maintenance sample_maintenance() {
  const Micros now = sample_period().to;
  Maintenance maintenance;
  maintenance.counts = {{"ok", 31}, {"failed", 2}, {"refused", 1}};
  maintenance.runs = {{4012, now - kMicrosPerHour, 0.0021, "public.events", "public.events_p356",
                       "create", "pgscale worker", "ok", "", ""},
                      {4011, now - 2 * kMicrosPerHour, 0.604, "public.orders",
                       "public.orders_p2024_10", "finalize", "pgscale worker", "ok", "", ""},
                      {4010, now - 2 * kMicrosPerHour - 60 * kMicrosPerSecond, 1.714,
                       "public.orders", "public.orders_p2024_10", "detach", "pgscale worker",
                       "failed", "55P03", "canceling statement due to lock timeout"},
                      {4009, now - 4 * kMicrosPerHour, std::nullopt, "audit.\"Entries\"",
                       "audit.\"Entries_p240000000\"", "create", "alice", "refused", "42P07",
                       "relation \"audit.Entries_p240000000\" already exists and is no partition "
                       "for these bounds"}};
  return maintenance;
}

inline ReportData sample_report() {
  ReportData data;
  data.head.database = "shop";
  data.head.server = "15.18";
  data.head.role = "monitor";
  data.head.sees_all = true;
  data.head.zone_name = "UTC";
  data.head.period = sample_period();
  data.head.now = sample_period().to;
  data.head.made_at = sample_period().to;
  data.head.database_bytes = 122.6e9;
  data.health = sample_health();
  data.sets = {monthly_set("public.orders", "2022-12-01", 52, 1.4e9), hourly_set(), number_set(),
               hash_set_of_sessions()};
  data.sets[1].failures = 2;
  data.sets[1].last_error = "canceling statement due to lock timeout";
  data.sizes = sample_sizes();
  data.forecast = sample_forecast();
  data.cache = sample_cache();
  data.bloat = sample_bloat();
  data.replication = sample_replication();
  data.queries = sample_queries();
  data.maintenance = sample_maintenance();
  return data;
}

}  // namespace pgscale::testing
