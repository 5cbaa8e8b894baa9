#include "catalog/past_sizes.h"

#include <algorithm>
#include <string>

#include "catalog/zones.h"
#include "pg/query.h"
#include "pg/session.h"

namespace pgscale::catalog {
namespace {

using pg::Value;

// A size of the past is that of the last row at or before its time. It need not be sought before
// the last frame, which has every table; and where the last frame is older than the day before,
// the history has a hole.
struct Past {
  Micros at = 0;
  std::optional<Micros> frame;
};
constexpr Micros kOldestFrame = 2 * kMicrosPerDay;

struct Reach {
  Past day, week, month;
  std::optional<Micros> first;  // frame in the last week
  bool sees_all = false;
};

// Literals, so that a statement is not even planned for the other partitions.
Sql& operator<<(Sql& sql, const std::string& moment) {
  return sql << "timestamptz " << Literal{moment};
}

Sql sampled(Micros after, Micros until) {
  Sql sql("scope = 'table' AND at > ");
  sql << timestamptz_text(after) << " AND at <= " << timestamptz_text(until);
  return sql;
}

Sql frame_time(const Sql& which) {
  Sql sql("(SELECT ");
  sql << micros_of("at") << "  FROM pgscale.sample WHERE frame AND ";
  return sql << which << " LIMIT 1)";
}

Sql last_frame(Micros at) {
  Sql sql = sampled(at - kOldestFrame, at);
  return frame_time(sql << " ORDER BY at DESC");
}

Reach find_reach(Micros now, Oid reader) {
  Reach reach;
  reach.day.at = now - kMicrosPerDay;
  reach.week.at = now - 7 * kMicrosPerDay;
  reach.month.at = now - 30 * kMicrosPerDay;
  Sql first = sampled(reach.week.at, now);
  Sql sql("SELECT ");
  sql << last_frame(reach.day.at) << ", " << last_frame(reach.week.at) << ", "
      << last_frame(reach.month.at) << ", " << frame_time(first << " ORDER BY at")
      << ", pg_has_role($1::oid, 'pg_read_all_stats', 'USAGE')";
  const pg::Rows rows = pg::query(sql, {pg::from_oid(reader)});
  const auto& row = rows.front();
  reach.day.frame = pg::to_integer(row[0]);
  reach.week.frame = pg::to_integer(row[1]);
  reach.month.frame = pg::to_integer(row[2]);
  reach.first = pg::to_integer(row[3]);
  reach.sees_all = pg::to_bool(row[4]);
  return reach;
}

// The tables that are no partitions.
Sql roots(const Reach& reach, Tables tables) {
  Sql sql("(SELECT oid::bigint AS object FROM pg_class WHERE relkind IN ");
  if (tables == Tables::kAll) {
    sql << "('r', 'm', 'p')";
  } else {
    sql << "('p')";
  }
  sql << " AND NOT relispartition AND relpersistence <> 't' AND oid >= 16384";
  if (!reach.sees_all) sql << " AND pg_has_role($1::oid, relowner, 'USAGE')";
  return sql << ")";
}

// The size of a root `r` at that time.
Sql size_at(const Past& past) {
  Sql sql("LEFT JOIN LATERAL (SELECT bytes FROM pgscale.sample WHERE object = r.object AND ");
  if (past.frame) {
    sql << sampled(*past.frame - 1, past.at);
  } else {
    sql << "false";
  }
  return sql << " ORDER BY at DESC LIMIT 1)";
}

std::vector<PastSizes> sizes_of_roots(const Reach& reach, Oid reader, Tables tables) {
  Sql sql("SELECT r.object, d.bytes, w.bytes, m.bytes FROM ");
  sql << roots(reach, tables) << " r " << size_at(reach.day) << " d ON true " << size_at(reach.week)
      << " w ON true " << size_at(reach.month) << " m ON true WHERE $1 IS NOT NULL";
  std::vector<PastSizes> sizes;
  for (const auto& row : pg::query(sql, {pg::from_oid(reader)})) {
    PastSizes& table = sizes.emplace_back();
    table.table = pg::to_oid(row[0]);
    table.day_ago = pg::to_integer(row[1]);
    table.week_ago = pg::to_integer(row[2]);
    table.month_ago = pg::to_integer(row[3]);
    if (!table.week_ago) continue;
    table.since = reach.week.at;
    table.since_bytes = table.week_ago;
  }
  return sizes;
}

std::string objects(const std::vector<PastSizes>& tables) {
  std::vector<Value> oids;
  oids.reserve(tables.size());
  for (const PastSizes& table : tables) oids.push_back(pg::from_oid(table.table));
  return pg::array_literal(oids);
}

// Tables that the history does not know a week ago: their first size in it.
void add_first_sizes(std::vector<PastSizes>& sizes, const Reach& reach, Micros now) {
  const auto is_young = [](const PastSizes& table) { return !table.week_ago; };
  const auto young = std::partition(sizes.begin(), sizes.end(), is_young);
  if (young == sizes.begin()) return;
  Sql sql("SELECT o.position, ");
  sql << micros_of("f.at")
      << ", f.bytes"
         "  FROM unnest($1::bigint[]) WITH ORDINALITY AS o (object, position)"
         " CROSS JOIN LATERAL (SELECT at, bytes FROM pgscale.sample WHERE object = o.object AND ";
  sql << sampled(reach.week.at, now) << " ORDER BY at LIMIT 1) f";
  const std::vector<PastSizes> unknown(sizes.begin(), young);
  for (const auto& row : pg::query(sql, {objects(unknown)})) {
    PastSizes& table = sizes[static_cast<std::size_t>(pg::to_int(row[0]) - 1)];
    table.since = pg::to_integer(row[1]);
    table.since_bytes = pg::to_integer(row[2]);
  }
}

Sql in_frame(Micros frame) {
  Sql sql("FROM pgscale.sample s WHERE frame AND ");
  return sql << sampled(frame - 1, frame);
}

// All tables at that time: those of today, and those of the last frame that are gone.
std::optional<std::int64_t> total_at(const Past& past, const std::vector<PastSizes>& tables,
                                     std::optional<std::int64_t> PastSizes::*size) {
  if (!past.frame) return std::nullopt;
  Sql sql("SELECT coalesce(sum(bytes), 0)::bigint ");
  sql << in_frame(*past.frame)
      << " AND NOT EXISTS (SELECT FROM unnest($1::bigint[]) r (object) WHERE r.object = s.object)";
  std::int64_t total = pg::to_int(pg::query(sql, {objects(tables)}).front()[0]);
  for (const PastSizes& table : tables) total += (table.*size).value_or(0);
  return total;
}

PastSizes sizes_of_database(const Reach& reach, const std::vector<PastSizes>& tables) {
  PastSizes database;
  database.day_ago = total_at(reach.day, tables, &PastSizes::day_ago);
  database.week_ago = total_at(reach.week, tables, &PastSizes::week_ago);
  database.month_ago = total_at(reach.month, tables, &PastSizes::month_ago);
  if (database.week_ago) {
    database.since = reach.week.at;
    database.since_bytes = database.week_ago;
  } else if (reach.first) {
    Sql sql("SELECT sum(bytes)::bigint ");
    database.since = reach.first;
    database.since_bytes = pg::to_integer(pg::query(sql << in_frame(*reach.first)).front()[0]);
  }
  return database;
}

}  // namespace

std::vector<PastSizes> past_sizes(Micros now, Oid reader, Tables tables) {
  const auto acting = pg::Acting::as_extension();
  const Reach reach = find_reach(now, reader);
  std::vector<PastSizes> sizes = sizes_of_roots(reach, reader, tables);
  add_first_sizes(sizes, reach, now);
  if (reach.sees_all && tables == Tables::kAll) sizes.push_back(sizes_of_database(reach, sizes));
  return sizes;
}

}  // namespace pgscale::catalog
