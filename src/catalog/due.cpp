#include "catalog/due.h"

#include <algorithm>

#include "catalog/analysis.h"
#include "catalog/zones.h"
#include "core/schedule.h"
#include "pg/query.h"
#include "pg/server.h"
#include "pg/session.h"
#include "shim/partitions.h"
#include "shim/session.h"

namespace pgscale::catalog {
namespace {

using pg::Rows;

// Columns of the query: the set, whether it is due as it stands, and a partition that makes it due
// once it has rows.
std::vector<Oid> chosen(const Rows& rows) {
  std::vector<Oid> sets;
  for (const auto& row : rows) {
    const Oid parent = pg::to_oid(row[0]);
    if (!sets.empty() && sets.back() == parent) continue;
    const bool is_due = pg::to_bool(row[1]) ||
                        (row[2] && pg::call(pgs_has_rows, pg::to_oid(row[2])) == PGS_ROWS_SOME);
    if (is_due) sets.push_back(parent);
  }
  return sets;
}

// For a user: also what waits for another try, or is to be told that nobody may visit it.
std::vector<Oid> due(Micros policy_now, Micros real_now, std::optional<Oid> user) {
  return chosen(pg::query(
      // only what is due is looked up in pg_class, which may be large
      Sql("WITH visit AS MATERIALIZED ("
          "    SELECT p.parent, s.next_due, b.barred, d.due, s.watched"
          "      FROM pgscale.managed_set p"
          "      LEFT JOIN pgscale.set_state s USING (parent)"
          "     CROSS JOIN LATERAL"
          "           (SELECT p.paused OR coalesce(s.crashes >= $3::int, false) AS barred) b"
          "     CROSS JOIN LATERAL (SELECT b.barred OR coalesce("
          "           s.visited_at IS NULL"
          "           OR EXISTS (SELECT FROM pgscale.change c WHERE c.parent = p.parent)"
          "           OR s.next_due <= $1::timestamptz"
          "           OR s.retry_at <= $2::timestamptz"
          "           OR (s.retry_at IS NOT NULL AND $4 IS NOT NULL)"
          "           OR s.visited_at <= $2::timestamptz - interval '1 hour', false) AS due) d"
          "     WHERE d.due OR s.watched <> '{}')"
          "SELECT v.parent::oid, v.due, w.partition"
          "  FROM visit v"
          " CROSS JOIN LATERAL (SELECT c.relnamespace, c.relname, c.relowner"
          "                       FROM pg_catalog.pg_class c WHERE c.oid = v.parent OFFSET 0) c"
          "  LEFT JOIN LATERAL unnest(v.watched) AS w (partition) ON NOT v.due"
          " WHERE (v.due OR w.partition IS NOT NULL)"
          "   AND CASE WHEN $4 IS NULL THEN NOT v.barred"
          "            ELSE pg_catalog.pg_has_role($4::oid, c.relowner, 'USAGE') END"
          " ORDER BY CASE WHEN $4 IS NULL THEN v.next_due END NULLS FIRST,"
          "       c.relnamespace::regnamespace::text, c.relname, v.parent"),
      {timestamptz_text(policy_now), timestamptz_text(real_now), pg::from_int(kCrashesToQuarantine),
       user ? pg::from_oid(*user) : pg::Value()}));
}

// Sets that nothing else is due for, but whose parents are to be analyzed.
void add_stale(std::vector<Oid>& sets, Micros real_now, std::optional<Oid> user) {
  const auto trouble = pg::attempt([&] {
    for (Oid parent : sets_to_analyze(real_now, user)) {
      if (std::find(sets.begin(), sets.end(), parent) == sets.end()) sets.push_back(parent);
    }
  });
  if (!trouble) return;
  const std::string message =
      "could not look at the statistics of partition sets: " + trouble->message;
  pg::call(pgs_log, message.c_str());
}

}  // namespace

bool may_be_due(Micros policy_now, Micros real_now) {
  const auto acting = pg::Acting::as_extension();
  Sql sql(
      "SELECT EXISTS (SELECT FROM pgscale.set_state s"
      "                WHERE (s.visited_at > $3::timestamptz AND s.retry_at IS NULL"
      "                       AND s.crashes = 0 AND s.watched IS NULL"
      "                       AND (s.next_due IS NULL OR s.next_due > $1::timestamptz)");
  if (pg::analyze_parents()) sql << " AND s.look_at > $2::timestamptz";
  sql << ") IS NOT TRUE)"
         "    OR EXISTS (SELECT FROM pgscale.policy p LEFT JOIN pgscale.set_state s USING (parent)"
         "                WHERE p.paused OR s.parent IS NULL)"
         "    OR EXISTS (SELECT FROM pgscale.change)"
         "    OR EXISTS (SELECT FROM pgscale.adoption)";
  constexpr Micros kHour = 3600 * kMicrosPerSecond;
  return pg::to_bool(pg::query(sql, {timestamptz_text(policy_now), timestamptz_text(real_now),
                                     timestamptz_text(real_now - kHour)})
                         .front()[0]);
}

std::vector<Oid> due_sets(Micros policy_now, Micros real_now) {
  std::vector<Oid> sets = due(policy_now, real_now, std::nullopt);
  add_stale(sets, real_now, std::nullopt);
  return sets;
}

std::vector<Oid> own_due_sets(Micros policy_now, Micros real_now) {
  const Oid user = pg::current_user();
  const auto acting = pg::Acting::as_extension();
  std::vector<Oid> sets = due(policy_now, real_now, user);
  add_stale(sets, real_now, user);
  return sets;
}

}  // namespace pgscale::catalog
