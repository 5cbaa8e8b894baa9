#include "catalog/state.h"

#include <algorithm>

#include "catalog/zones.h"
#include "pg/query.h"
#include "pg/server.h"
#include "pg/session.h"

namespace pgscale::catalog {
namespace {

using pg::Rows;
using pg::Value;

Value from_micros(std::optional<Micros> instant) {
  return instant ? Value(timestamptz_text(*instant)) : Value();
}

std::string cluster_identity() { return pg::call(pgs_cluster_identity); }

Value from_oids(const std::optional<std::vector<Oid>>& oids) {
  if (!oids) return Value();
  std::vector<Value> values;
  for (Oid oid : *oids) values.push_back(pg::from_oid(oid));
  return pg::array_literal(values);
}

}  // namespace

SetState load_state(Oid parent) {
  const auto acting = pg::Acting::as_extension();
  const Rows rows = pg::query_often(
      Sql("SELECT filled, polled, ")
          << micros_of("next_due") << ", " << micros_of("retry_at")
          << ", coalesce(refusals, ''), failures, crashes, coalesce(cluster, ''), "
          << micros_of("hold_until") << ", " << micros_of("look_at") << ", "
          << micros_of("refreshed_at")
          << ", (SELECT array_agg(c.id) FROM pgscale.change c WHERE c.parent = $1::oid)"
             "  FROM pgscale.set_state WHERE parent = $1::oid",
      {pg::from_oid(parent)});
  SetState state;
  state.hold_until = pg::real_now() + kHoldAfterRestore;
  if (rows.empty()) return state;
  const auto& row = rows.front();
  state.filled = pg::to_bool(row[0]);
  state.polled = pg::to_bool(row[1]);
  state.next_due = pg::to_integer(row[2]);
  state.retry_at = pg::to_integer(row[3]);
  state.refusals = *row[4];
  state.failures = static_cast<int>(pg::to_int(row[5]));
  state.crashes = static_cast<int>(pg::to_int(row[6]));
  state.look_at = pg::to_integer(row[9]);
  state.refreshed_at = pg::to_integer(row[10]);
  state.changes = row[11];
  if (*row[7] != cluster_identity()) return state;
  state.hold_until = pg::to_integer(row[8]);
  if (state.hold_until && *state.hold_until <= pg::real_now()) state.hold_until.reset();
  return state;
}

void settle(Oid parent, const SetState& state) {
  const auto acting = pg::Acting::as_extension();
  const auto moved =
      pg::execute(Sql("INSERT INTO pgscale.set_state AS s (parent, cluster, hold_until)"
                      " VALUES ($1::oid, $2, $3::timestamptz)"
                      " ON CONFLICT (parent) DO UPDATE SET cluster = excluded.cluster,"
                      "       hold_until = excluded.hold_until"
                      " WHERE s.cluster IS DISTINCT FROM excluded.cluster"),
                  {pg::from_oid(parent), cluster_identity(), from_micros(state.hold_until)});
  if (moved == 0) return;
  // The files are where the server was.
  pg::execute(Sql("UPDATE pgscale.retirement SET done_at = NULL, file = NULL"
                  " WHERE parent = $1::oid AND action = 'export'"),
              {pg::from_oid(parent)});
}

void create_state(Oid parent, bool filled) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("INSERT INTO pgscale.set_state AS s (parent, filled, cluster)"
                  " VALUES ($1::oid, $2::bool, $3)"
                  " ON CONFLICT (parent) DO UPDATE SET filled = excluded.filled"),
              {pg::from_oid(parent), filled ? "t" : "f", cluster_identity()});
}

void begin_visit(Oid parent) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("INSERT INTO pgscale.set_state AS s (parent, crashes) VALUES ($1::oid, 1)"
                  " ON CONFLICT (parent) DO UPDATE SET crashes = s.crashes + 1"),
              {pg::from_oid(parent)});
}

void record_visit(Oid parent, const VisitRecord& visit) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(
      Sql("INSERT INTO pgscale.set_state AS s (parent, filled, next_due, polled, retry_at,"
          "       visited_at, last_run, last_success, last_error, last_sqlstate, refusals,"
          "       failures, look_at, watched)"
          " SELECT $1::oid, $2::bool, $3::timestamptz, $4::bool, $5::timestamptz,"
          "       clock_timestamp(), CASE WHEN $6::bool THEN clock_timestamp() END,"
          "       CASE WHEN $7::bool THEN clock_timestamp() END, $8, $9, $10,"
          "       CASE WHEN $7::bool THEN 0 ELSE 1 END, $11::timestamptz, $12::oid[]"
          "  FROM pgscale.managed_set WHERE parent = $1::oid"
          " ON CONFLICT (parent) DO UPDATE SET"
          "       filled = s.filled OR excluded.filled, next_due = excluded.next_due,"
          "       polled = excluded.polled, retry_at = excluded.retry_at,"
          "       visited_at = excluded.visited_at,"
          "       last_run = coalesce(excluded.last_run, s.last_run),"
          "       last_success = coalesce(excluded.last_success, s.last_success),"
          "       last_error = excluded.last_error, last_sqlstate = excluded.last_sqlstate,"
          "       refusals = excluded.refusals, crashes = 0,"
          "       look_at = coalesce(excluded.look_at, s.look_at),"
          "       watched = excluded.watched,"
          "       failures = CASE WHEN $7::bool THEN 0 ELSE s.failures + 1 END"),
      {pg::from_oid(parent), visit.filled ? "t" : "f", from_micros(visit.next_due),
       visit.polled ? "t" : "f", from_micros(visit.retry_at), visit.worked ? "t" : "f",
       visit.clean ? "t" : "f", pg::from_text(visit.error), pg::from_text(visit.sqlstate),
       pg::from_text(visit.refusals), from_micros(visit.look_at), from_oids(visit.watched)});
  if (!visit.changes) return;
  pg::execute(Sql("DELETE FROM pgscale.change WHERE parent = $1::oid AND id = ANY ($2::bigint[])"),
              {pg::from_oid(parent), *visit.changes});
}

void record_refresh(Oid parent) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("UPDATE pgscale.set_state SET refreshed_at = clock_timestamp()"
                  " WHERE parent = $1::oid"),
              {pg::from_oid(parent)});
}

void make_due(Oid parent) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("UPDATE pgscale.set_state SET visited_at = NULL WHERE parent = $1::oid"),
              {pg::from_oid(parent)});
}

// A row each, and no update of one that somebody else may hold: their statement must neither wait
// nor fail for it.
void note_changes(const std::vector<Oid>& parents) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("INSERT INTO pgscale.change (parent)"
                  " SELECT parent FROM pgscale.managed_set WHERE parent = ANY ($1::oid[])"),
              {from_oids(parents)});
}

// The server is known from here on, or the next visit would find it new and hold retirement again.
void reset_state(Oid parent) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("INSERT INTO pgscale.set_state AS s (parent, cluster) VALUES ($1::oid, $2)"
                  " ON CONFLICT (parent) DO UPDATE SET crashes = 0, failures = 0,"
                  "       visited_at = NULL, retry_at = NULL, hold_until = NULL,"
                  "       cluster = excluded.cluster"),
              {pg::from_oid(parent), cluster_identity()});
}

Visit next_visit() {
  const Rows rows =
      pg::query(Sql("SELECT ")
                    << micros_of("min(s.next_due)") << ", "
                    << micros_of("min(least(s.retry_at, CASE WHEN $2::bool"
                                 "           THEN s.look_at END))")
                    << ", coalesce(bool_or(s.watched <> '{}' OR EXISTS ("
                       "           SELECT FROM pgscale.change c WHERE c.parent = s.parent)), false)"
                       "  FROM pgscale.managed_set p JOIN pgscale.set_state s USING (parent)"
                       "  JOIN pg_catalog.pg_class c ON c.oid = p.parent"
                       " WHERE NOT p.paused AND s.crashes < $1::int",
                {pg::from_int(kCrashesToQuarantine), pg::analyze_parents() ? "t" : "f"});
  const auto& row = rows.front();
  Visit next{pg::to_integer(row[0]), pg::to_integer(row[1])};
  if (pg::to_bool(row[2])) {
    const Micros after_nap = pg::real_now() + pg::naptime().count() * kMicrosPerSecond;
    next.retry = std::min(next.retry.value_or(after_nap), after_nap);
  }
  return next;
}

}  // namespace pgscale::catalog
