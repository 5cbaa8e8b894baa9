#include "catalog/retirements.h"

#include "core/policy.h"
#include "pg/query.h"
#include "pg/session.h"

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
          "       published = excluded.published"),
      {pg::from_oid(partition), pg::from_oid(parent), text(action), bounds});
}

void mark_detached(Oid partition) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("UPDATE pgscale.retirement SET detached_at = clock_timestamp()"
                  " WHERE partition = $1::oid AND detached_at IS NULL"),
              {pg::from_oid(partition)});
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

void request_drop(Oid table) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("UPDATE pgscale.retirement SET action = 'drop' WHERE partition = $1::oid"),
              {pg::from_oid(table)});
}

void cancel_drops(Oid parent) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("UPDATE pgscale.retirement SET action = 'detach'"
                  " WHERE parent = $1::oid AND action = 'drop'"),
              {pg::from_oid(parent)});
}

bool may_drop(Oid table) {
  const auto acting = pg::Acting::as_extension();
  return !pg::query_latest(Sql("SELECT FROM pgscale.retirement r"
                               "  JOIN pg_catalog.pg_class c ON c.oid = r.partition"
                               " WHERE r.partition = $1::oid AND r.action = 'drop'"
                               "   AND NOT c.relispartition"),
                           {pg::from_oid(table)})
              .empty();
}

}  // namespace pgscale::catalog
