#include <unordered_map>

#include "catalog/relations.h"
#include "catalog/report.h"
#include "catalog/report_values.h"
#include "catalog/zones.h"
#include "pg/query.h"
#include "pg/server.h"

namespace pgscale::catalog {
namespace {

// What the bounds of a set are: "instant", "local" (a time on the clock of the set's zone),
// "number", or NULL where they have no order.
Sql kind() {
  return Sql(
      "CASE WHEN k.partstrat = 'r' THEN"
      " CASE a.atttypid WHEN 'timestamptz'::regtype THEN 'instant'"
      "                 WHEN 'timestamp'::regtype THEN 'local'"
      "                 WHEN 'date'::regtype THEN 'local' ELSE 'number' END END");
}

Sql key_of(const Sql& parent) {
  Sql sql(" JOIN pg_partitioned_table k ON k.partrelid = ");
  sql << parent
      << " LEFT JOIN pg_attribute a ON a.attrelid = k.partrelid AND a.attnum = k.partattrs[0]";
  return sql;
}

// A bound as a number: seconds since the epoch of Unix, on whatever clock, or the number it is.
Sql position(const Sql& bound) {
  Sql sql("CASE WHEN ");
  sql << bound << " IN ('MINVALUE', 'MAXVALUE') THEN NULL ELSE CASE " << kind()
      << " WHEN 'instant' THEN extract(epoch FROM " << bound << "::timestamptz)"
      << " WHEN 'local' THEN extract(epoch FROM " << bound << "::timestamp)"
      << " WHEN 'number' THEN " << bound << "::numeric END END::float8";
  return sql;
}

Sql sets_query() {
  Sql sql("SELECT s.parent::oid, s.parent::text, s.method, s.\"interval\", s.retention, s.retire,");
  sql << "       s.timezone, " << kind() << ", s.paused, s.quarantined,"
      << "       extract(epoch FROM s.hold_until)::float8, s.failures, s.last_error"
      << "  FROM pgscale.partition_sets s" << key_of(Sql("s.parent")) << " ORDER BY s.parent::text";
  return sql;
}

// Not of view partitions, whose sizes wait for whoever has locked a partition.
Sql partitions_query() {
  Sql sql("SELECT h.inhparent::oid, c.oid, c.relname, h.inhdetachpending, b.is_default,");
  sql << " CASE s.method WHEN 'hash' THEN format('remainder %s of %s', b.remainder, b.modulus)"
      << "      WHEN 'list' THEN array_to_string(b.\"values\", ', ', 'NULL') END, " << kind()
      << ", " << position(Sql("b.lower")) << " AS lower, " << position(Sql("b.upper"))
      << ", nullif(c.reltuples, -1), CASE WHEN c.relnamespace = 'pgscale'::regnamespace"
      << "                                THEN pg_total_relation_size(c.oid) END"
      << "  FROM pgscale.partition_sets s JOIN pg_inherits h ON h.inhparent = s.parent"
      << key_of(Sql("s.parent")) << "  JOIN pg_class c ON c.oid = h.inhrelid"
      << " CROSS JOIN LATERAL pgscale.partition_bound(c.oid) b"
      << " WHERE pg_has_role(c.relowner, 'USAGE') OR pg_has_role('pg_read_all_stats', 'USAGE')"
      << " ORDER BY h.inhparent, lower NULLS FIRST, b.remainder, c.relname";
  return sql;
}

Sql detached_query() {
  return Sql(
      "SELECT p.root::oid, count(*), sum(p.bytes)::float8 FROM pgscale.partitions p"
      " WHERE p.state = 'detached' GROUP BY p.root");
}

// What each table and each partitioned table takes, with its TOAST table, its indexes and all
// below.
struct Extent {
  double bytes = 0;
  std::optional<double> rows;
};
using Extents = std::unordered_map<Oid, Extent>;

Extents extents() {
  const Database database = observe_database(Subject::kPartitionTrees, Measures::kSizes);
  Extents result;
  for (const TableUsage& table : table_usage(database)) {
    for (Oid oid = table.table;;) {
      Extent& extent = result[oid];
      extent.bytes += static_cast<double>(table.bytes());
      if (table.rows_estimate) extent.rows = extent.rows.value_or(0) + *table.rows_estimate;
      const Oid* parent = database.parents.find(oid);
      if (parent == nullptr) break;
      oid = *parent;
    }
  }
  return result;
}

std::optional<double> to_position(const Lane& lane, const pg::Value& kind, const pg::Value& value) {
  if (lane.scale == LaneScale::kTime) {
    const std::optional<Micros> time = to_instant(value);
    if (!time) return std::nullopt;
    return static_cast<double>(*kind == "local" ? lane.zone.to_instant(*time) : *time);
  }
  const std::optional<double> number = pg::to_number(value);
  return number && std::isfinite(*number) ? number : std::nullopt;
}

LaneScale scale_of(const pg::Value& kind) {
  if (!kind) return LaneScale::kPlaces;
  return *kind == "number" ? LaneScale::kNumber : LaneScale::kTime;
}

ReportedSet to_set(const std::vector<pg::Value>& row) {
  ReportedSet set;
  set.name = pg::utf8(row[1]);
  set.method = pg::utf8(row[2]);
  set.interval = pg::utf8(row[3]);
  set.retention = pg::utf8(row[4]);
  set.retire = pg::utf8(row[5]);
  set.lane.title = "Partitions of " + set.name;
  set.lane.scale = scale_of(row[7]);
  if (set.lane.scale == LaneScale::kTime) {
    set.lane.zone = server_zone(row[6].value());
    set.lane.now = static_cast<double>(pg::policy_now());
  }
  set.is_paused = pg::to_bool(row[8]);
  set.is_quarantined = pg::to_bool(row[9]);
  set.hold_until = to_instant(row[10]);
  set.failures = pg::to_int(row[11]);
  set.last_error = pg::utf8(row[12]);
  return set;
}

// One row of partitions_query().
void add_partition(ReportedSet& set, const std::vector<pg::Value>& row, const Extents& extents) {
  LanePartition partition;
  partition.name = pg::utf8(row[2]);
  partition.holds = pg::utf8(row[5]);
  // The history of pgscale itself is not among what is observed.
  partition.rows = pg::to_number(row[9]);
  partition.bytes = pg::to_number(row[10]);
  if (const auto extent = extents.find(pg::to_oid(row[1])); extent != extents.end()) {
    partition.rows = extent->second.rows;
    partition.bytes = extent->second.bytes;
  }
  partition.detach_pending = pg::to_bool(row[3]);
  if (pg::to_bool(row[4])) {
    set.has_default = true;
    set.default_rows = partition.rows;
    set.default_bytes = partition.bytes;
    return;
  }
  if (set.lane.scale == LaneScale::kPlaces) {
    partition.lower = static_cast<double>(set.lane.partitions.size());
    partition.upper = *partition.lower + 1;
  } else {
    partition.lower = to_position(set.lane, row[6], row[7]);
    partition.upper = to_position(set.lane, row[6], row[8]);
  }
  set.lane.partitions.push_back(std::move(partition));
}

}  // namespace

std::vector<ReportedSet> read_reported_sets() {
  std::vector<ReportedSet> sets;
  std::unordered_map<Oid, std::size_t> places;
  for (const auto& row : pg::query(sets_query())) {
    places[pg::to_oid(row[0])] = sets.size();
    sets.push_back(to_set(row));
  }
  if (sets.empty()) return sets;
  const Extents sizes = extents();
  // A set may have been created since the first query.
  for (const auto& row : pg::query(partitions_query())) {
    if (const auto place = places.find(pg::to_oid(row[0])); place != places.end()) {
      add_partition(sets[place->second], row, sizes);
    }
  }
  for (const auto& row : pg::query(detached_query())) {
    if (const auto place = places.find(pg::to_oid(row[0])); place != places.end()) {
      sets[place->second].detached = static_cast<std::size_t>(pg::to_int(row[1]));
      sets[place->second].detached_bytes = pg::to_number(row[2]).value_or(0);
    }
  }
  return sets;
}

}  // namespace pgscale::catalog
