#include "catalog/drift_watch.h"

#include "pg/query.h"
#include "pg/session.h"

namespace pgscale::catalog {

std::vector<WatchedSet> load_watched_sets() {
  const auto acting = pg::Acting::as_extension();
  std::vector<WatchedSet> sets;
  for (const auto& row :
       pg::query(Sql("SELECT p.parent::oid,"
                     "       (SELECT count(*) FROM pg_catalog.pg_inherits i"
                     "         WHERE i.inhparent = p.parent"
                     "            OR i.inhparent IN (SELECT s.parent FROM pgscale.set_state s"
                     "                                WHERE s.root = p.parent)), ")
                 << micros_of("w.looked_at")
                 << "  FROM pgscale.policy p JOIN pg_catalog.pg_class c ON c.oid = p.parent"
                    "  LEFT JOIN pgscale.drift_watch w USING (parent)")) {
    sets.push_back(
        {pg::to_oid(row[0]), static_cast<std::size_t>(pg::to_int(row[1])), pg::to_integer(row[2])});
  }
  return sets;
}

// It has been so since the first look in a row that found anything.
void record_drift(Oid parent, const DriftSummary& summary) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("INSERT INTO pgscale.drift_watch AS w (parent, looked_at, warnings, critical, "
                  "worst, since)"
                  " SELECT p.parent, clock_timestamp(), $2::int, $3::int, nullif($4, ''),"
                  "        CASE WHEN $4 <> '' THEN clock_timestamp() END"
                  "   FROM pgscale.policy p WHERE p.parent = $1::oid"
                  " ON CONFLICT (parent) DO UPDATE SET looked_at = excluded.looked_at,"
                  "       warnings = excluded.warnings, critical = excluded.critical,"
                  "       worst = excluded.worst,"
                  "       since = CASE WHEN $4 <> '' THEN coalesce(w.since, excluded.since) END"),
              {pg::from_oid(parent), pg::from_int(summary.warnings), pg::from_int(summary.critical),
               summary.worst});
}

}  // namespace pgscale::catalog
