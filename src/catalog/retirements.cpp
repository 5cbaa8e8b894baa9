#include "catalog/retirements.h"

#include "catalog/zones.h"
#include "core/export_file.h"
#include "core/policy.h"
#include "pg/query.h"
#include "pg/server.h"
#include "pg/session.h"
#include "shim/export_files.h"

namespace pgscale::catalog {

void request_retirement(Oid partition, Oid parent, Retire action, const std::string& bounds) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(
      Sql("INSERT INTO pgscale.retirement AS r (partition, parent, action, bounds, published)"
          " VALUES ($1::oid, $2::oid, $3, $4, EXISTS (SELECT FROM"
          "       pg_catalog.pg_publication_rel WHERE prrelid = $1::oid))"
          " ON CONFLICT (partition) DO UPDATE SET parent = excluded.parent,"
          "       action = excluded.action, bounds = excluded.bounds,"
          "       requested_at = excluded.requested_at, detached_at = NULL,"
          "       done_at = NULL, file = NULL,"
          "       published = excluded.published"),
      {pg::from_oid(partition), pg::from_oid(parent), text(action), bounds});
}

void mark_detached(Oid partition) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("UPDATE pgscale.retirement SET detached_at = $2::timestamptz"
                  " WHERE partition = $1::oid"),
              {pg::from_oid(partition), timestamptz_text(pg::policy_now())});
}

void mark_unpublished(Oid partition) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("UPDATE pgscale.retirement SET published = false"
                  " WHERE partition = $1::oid AND NOT EXISTS (SELECT FROM"
                  "       pg_catalog.pg_publication_rel WHERE prrelid = $1::oid)"),
              {pg::from_oid(partition)});
}

void forget_retirement(Oid partition) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("DELETE FROM pgscale.retirement WHERE partition = $1::oid"),
              {pg::from_oid(partition)});
}

void forget_stale_retirements(Oid parent) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(
      Sql("DELETE FROM pgscale.retirement r"
          " WHERE r.parent = $1::oid"
          "   AND (NOT EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = r.partition)"
          "        OR EXISTS (SELECT FROM pg_catalog.pg_inherits i"
          "                    WHERE i.inhrelid = r.partition AND NOT i.inhdetachpending))"),
      {pg::from_oid(parent)});
}

void end_interrupted_detaches(Oid parent) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(
      Sql("WITH ended AS ("
          "    UPDATE pgscale.retirement r SET detached_at = $2::timestamptz"
          "     WHERE r.parent = $1::oid AND r.detached_at IS NULL AND NOT EXISTS"
          "           (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = r.partition)"
          "    RETURNING r.partition, r.action, r.bounds)"
          "INSERT INTO pgscale.hook_call (parent, partition_schema, partition_name, action, bounds)"
          "SELECT $1::oid, n.nspname, c.relname, e.action, e.bounds FROM ended e"
          "  JOIN pg_catalog.pg_class c ON c.oid = e.partition"
          "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
          " WHERE e.action = 'detach' AND EXISTS (SELECT FROM pgscale.managed_set p"
          "        WHERE p.parent = $1::oid AND p.after_retire IS NOT NULL)"
          "    ON CONFLICT (parent, partition_schema, partition_name, action) DO NOTHING"),
      {pg::from_oid(parent), timestamptz_text(pg::policy_now())});
}

void note_file(Oid table, const std::string& file) {
  if (pg::call(pgs_file_exists, file.c_str())) return;
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("UPDATE pgscale.retirement SET file = $2 WHERE partition = $1::oid"),
              {pg::from_oid(table), file});
}

bool is_noted(Oid table, const std::string& file) {
  const auto acting = pg::Acting::as_extension();
  return !pg::query(Sql("SELECT FROM pgscale.retirement WHERE partition = $1::oid AND file = $2"),
                    {pg::from_oid(table), file})
              .empty();
}

void mark_done(Oid table) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("UPDATE pgscale.retirement SET done_at = clock_timestamp()"
                  " WHERE partition = $1::oid"),
              {pg::from_oid(table)});
}

void request_action(Oid table, Retire action) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("UPDATE pgscale.retirement SET action = $2 WHERE partition = $1::oid"),
              {pg::from_oid(table), text(action)});
}

void cancel_actions(Oid parent) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("UPDATE pgscale.retirement SET action = 'detach' WHERE parent = $1::oid"),
              {pg::from_oid(parent)});
}

bool may_drop(Oid table) {
  const auto acting = pg::Acting::as_extension();
  return !pg::query_latest(Sql("SELECT FROM pgscale.retirement r"
                               "  JOIN pg_catalog.pg_class c ON c.oid = r.partition"
                               " WHERE r.partition = $1::oid AND NOT c.relispartition"
                               "   AND (r.action = 'drop'"
                               "        OR r.action = 'export' AND r.done_at IS NOT NULL"
                               "           AND EXISTS (SELECT FROM pg_catalog.pg_constraint s"
                               "                WHERE s.conrelid = c.oid AND s.conname = $2))"),
                           {pg::from_oid(table), kSealName})
              .empty();
}

}  // namespace pgscale::catalog
