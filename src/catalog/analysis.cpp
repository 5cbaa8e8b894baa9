#include "catalog/analysis.h"

#include <map>

#include "catalog/zones.h"
#include "core/schedule.h"
#include "pg/query.h"
#include "pg/server.h"
#include "pg/session.h"

namespace pgscale::catalog {
namespace {

using pg::Rows;
using pg::to_bool;
using pg::to_int;
using pg::to_oid;

// Where counting began, by partition.
using Counts = std::map<std::pair<Oid, Oid>, std::int64_t>;

Counts load_counts(const std::string& parents) {
  Counts counts;
  for (const auto& row : pg::query(Sql("SELECT a.parent::oid, c.leaf, c.changes"
                                       "  FROM unnest($1::oid[]) AS l (oid)"
                                       "  JOIN pgscale.analyzed a ON a.parent = l.oid,"
                                       "       unnest(a.leaves, a.changes) AS c (leaf, changes)"),
                                   {parents})) {
    counts[{to_oid(row[0]), to_oid(row[1])}] = to_int(row[2]);
  }
  return counts;
}

// The tables that have the rows, each with all changes that the server has ever counted.
Sql leaves_of(const Sql& columns) {
  Sql sql(
      "WITH RECURSIVE tree (root, oid) AS ("
      "    SELECT l.oid, l.oid FROM unnest($1::oid[]) AS l (oid)"
      "    UNION ALL"
      "    SELECT t.root, i.inhrelid"
      "      FROM tree t JOIN pg_catalog.pg_inherits i ON i.inhparent = t.oid)"
      "SELECT ");
  sql << columns
      << " FROM (SELECT t.root, t.oid, greatest(c.reltuples, 0) AS rows,"
         "              pg_stat_get_tuples_inserted(t.oid) + pg_stat_get_tuples_updated(t.oid)"
         "              + pg_stat_get_tuples_deleted(t.oid) AS changes"
         "         FROM tree t JOIN pg_catalog.pg_class c ON c.oid = t.oid"
         "        WHERE c.relkind = 'r') leaf";
  return sql;
}

// What is known of the parents themselves: whether counting has begun, and whether somebody has
// analyzed them since.
Rows query_parents(const std::string& parents) {
  return pg::query(
      Sql("SELECT c.oid, c.reltuples::float8, a.parent IS NOT NULL AND c.reltuples >= 0,"
          "       coalesce(pg_stat_get_last_analyze_time(c.oid) > a.at, false)"
          "  FROM unnest($1::oid[]) AS l (oid)"
          "  JOIN pg_catalog.pg_class c ON c.oid = l.oid"
          "  LEFT JOIN pgscale.analyzed a ON a.parent = c.oid"),
      {parents});
}

std::optional<AnalyzeRule> analyze_rule() {
  if (!pg::analyze_parents()) return std::nullopt;
  const Rows rows =
      pg::query(Sql("SELECT current_setting('track_counts')::bool,"
                    "       current_setting('autovacuum_analyze_threshold'),"
                    "       current_setting('autovacuum_analyze_scale_factor'),"
                    "       current_setting('max_locks_per_transaction')::bigint"
                    "       * current_setting('max_connections')::bigint / 2"));
  const auto& row = rows.front();
  if (!to_bool(row[0])) return std::nullopt;
  return AnalyzeRule{std::stod(*row[1]), std::stod(*row[2]),
                     static_cast<std::size_t>(to_int(row[3]))};
}

std::map<Oid, ParentStatistics> look(const std::vector<Oid>& parents) {
  const auto acting = pg::Acting::as_extension();
  const std::string list = pg::array_literal(parents);
  std::map<Oid, ParentStatistics> found;
  for (const auto& row : query_parents(list)) {
    ParentStatistics& statistics = found[to_oid(row[0])];
    statistics.counted = to_bool(row[2]);
    if (statistics.counted) statistics.rows = std::stod(*row[1]);
    statistics.by_others = to_bool(row[3]);
  }
  const Counts counts = load_counts(list);
  for (const auto& row : pg::query(leaves_of(Sql("root, oid, rows::float8, changes")), {list})) {
    ParentStatistics& statistics = found[to_oid(row[0])];
    statistics.partitions++;
    const std::int64_t changes = to_int(row[3]);
    const auto before = counts.find({to_oid(row[0]), to_oid(row[1])});
    // The server counts from 0 again after a crash or a reset.
    const bool goes_on = before != counts.end() && before->second <= changes;
    statistics.changed += goes_on ? changes - before->second : changes;
    if (!statistics.counted) statistics.rows += std::stod(*row[2]);
  }
  return found;
}

std::vector<Oid> sets_to_look_at(Micros real_now, std::optional<Oid> user) {
  std::vector<Oid> parents;
  for (const auto& row :
       pg::query(Sql("SELECT p.parent::oid FROM pgscale.managed_set p"
                     "  JOIN pg_catalog.pg_class c ON c.oid = p.parent"
                     "  LEFT JOIN pgscale.set_state s USING (parent)"
                     " WHERE NOT p.paused AND coalesce(s.crashes, 0) < $2::int"
                     "   AND (s.look_at IS NULL OR s.look_at <= $1::timestamptz)"
                     "   AND ($3 IS NULL OR pg_catalog.pg_has_role($3::oid, c.relowner, 'USAGE'))"
                     " ORDER BY 1"),
                 {timestamptz_text(real_now), pg::from_int(kCrashesToQuarantine),
                  user ? pg::from_oid(*user) : pg::Value()})) {
    parents.push_back(to_oid(row[0]));
  }
  return parents;
}

// Whoever changes the policy in an open transaction holds the row of his set; the others go on.
void set_next_look(const std::vector<Oid>& parents, Micros look_at) {
  pg::execute(Sql("UPDATE pgscale.set_state SET look_at = $2::timestamptz"
                  " WHERE parent IN (SELECT s.parent FROM unnest($1::oid[]) AS l (oid)"
                  "                    JOIN pgscale.set_state s ON s.parent = l.oid"
                  "                     FOR UPDATE OF s SKIP LOCKED)"),
              {pg::array_literal(parents), timestamptz_text(look_at)});
}

}  // namespace

std::optional<Analysis> look_at_statistics(Oid parent) {
  const auto rule = analyze_rule();
  if (!rule) return std::nullopt;
  return Analysis{look({parent})[parent], *rule, pg::analyze_knows_only()};
}

std::vector<Oid> sets_to_analyze(Micros real_now, std::optional<Oid> user) {
  std::vector<Oid> stale;
  const auto rule = analyze_rule();
  if (!rule) return stale;
  const auto acting = pg::Acting::as_extension();
  const std::vector<Oid> parents = sets_to_look_at(real_now, user);
  if (parents.empty()) return stale;
  std::vector<Oid> fresh;
  for (const auto& [parent, statistics] : look(parents)) {
    if (statistics.by_others) begin_counting(parent);
    (is_stale(statistics, *rule) ? stale : fresh).push_back(parent);
  }
  set_next_look(fresh, real_now + kBetweenLooks);
  return stale;
}

void begin_counting(Oid parent) {
  const auto acting = pg::Acting::as_extension();
  Sql sql("INSERT INTO pgscale.analyzed AS a (parent, at, leaves, changes) ");
  sql << leaves_of(
      Sql("$2::oid, clock_timestamp(), coalesce(array_agg(oid), '{}'),"
          " coalesce(array_agg(changes), '{}')"));
  sql << " ON CONFLICT (parent) DO UPDATE SET at = excluded.at, leaves = excluded.leaves,"
         "       changes = excluded.changes";
  pg::execute(sql, {pg::array_literal(std::vector<Oid>{parent}), pg::from_oid(parent)});
}

}  // namespace pgscale::catalog
