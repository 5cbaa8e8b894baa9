#include "catalog/relation_history.h"

#include <vector>

#include "catalog/sampling.h"
#include "catalog/zones.h"
#include "pg/query.h"
#include "pg/server.h"
#include "pg/session.h"

namespace pgscale::catalog {

// As view recent has it. The start is a literal, so that the partitions of all other days are not
// even planned for.
Sql recent_relations(const std::string& scope, Micros window_start, Oid reader) {
  const std::string start = timestamptz_text(window_start);
  Sql sql(
      "SELECT s.object::oid, round(sum(s.hit * s.share))::bigint,"
      "       round(sum(s.read * s.share))::bigint, round(sum(s.scans * s.share))::bigint,"
      "       round(sum(s.idx_scans * s.share))::bigint, round(sum(s.rows * s.share))::bigint,"
      "       round(sum(s.inserted * s.share))::bigint, round(sum(s.updated * s.share))::bigint,"
      "       round(sum(s.deleted * s.share))::bigint"
      "  FROM pgscale.recent_sample s"
      " WHERE s.scope IN ('table', 'index') AND s.scope = ");
  sql << Literal{scope} << " AND s.at > timestamptz " << Literal{start}
      << "   AND ((SELECT pg_has_role(" << std::int64_t{reader}
      << "::oid, 'pg_read_all_stats', 'USAGE'))"
         "        OR EXISTS (SELECT FROM pg_class c"
         "                    WHERE c.oid = s.object::oid AND pg_has_role("
      << std::int64_t{reader} << "::oid, c.relowner, 'USAGE')))"
      << " GROUP BY s.object";
  return sql;
}

ObservedIndexes ObservedIndexes::load() {
  ObservedIndexes observed;
  if (pg::in_recovery()) return observed;  // unlogged tables cannot be read
  const auto acting = pg::Acting::as_extension();
  const auto last = load_sample_state();
  if (!last || !relations_continue(*last)) return observed;

  observed.series_start_ = last->series_start;
  const auto found = pg::query_bigints_often(
      Sql("SELECT array_agg(object),"
          "       array_agg(object) FILTER (WHERE observed_since IS NOT NULL),"
          "       array_agg(")
      << micros_of("observed_since")
      << ") FILTER (WHERE observed_since IS NOT NULL)"
         "  FROM pgscale.sample_baseline WHERE scope = 'index'");
  const auto& seen = found[0];
  const auto& later = found[1];
  const auto& since = found[2];
  observed.seen_.reserve(seen.size());
  for (const std::int64_t index : seen) observed.seen_.insert(static_cast<Oid>(index));
  for (std::size_t i = 0; i < later.size(); i++) {
    observed.later_[static_cast<Oid>(later[i])] = since[i];
  }
  return observed;
}

RecentIndexes RecentIndexes::load() {
  const Oid reader = pg::current_user();
  const auto acting = pg::Acting::as_extension();
  RecentIndexes recent;
  recent.counted_since = pg::to_integer(
      pg::query_often(Sql("SELECT ")
                      << micros_of("z.since")
                      << "  FROM pgscale.counted_since z JOIN pg_catalog.pg_database d"
                         "    ON d.oid = z.datid AND d.datname = pg_catalog.current_database()")
          .front()[0]);
  const pg::Rows window = pg::query_often(
      Sql("SELECT ") << micros_of("since") << ", window_s::text FROM pgscale.recent_window");
  recent.since = pg::to_integer(window.front()[0]);
  recent.window_s = pg::to_number(window.front()[1]);
  for (const auto& row : pg::query(recent_relations("index", pg::window_start(), reader))) {
    recent.scans[pg::to_oid(row[0])] = pg::to_int(row[3]);
  }
  return recent;
}

bool HistoryReader::may_see(Oid owner) {
  if (reads_all_) return true;
  std::optional<bool>& known = owners_[owner];
  if (!known) known = pg::call(pgs_has_rights_of, owner);
  return *known;
}

std::optional<Micros> ObservedIndexes::since(Oid index) const {
  if (!seen_.contains(index)) return std::nullopt;
  const Micros* later = later_.find(index);
  return later == nullptr ? series_start_ : *later;
}

}  // namespace pgscale::catalog
