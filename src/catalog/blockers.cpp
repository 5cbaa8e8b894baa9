#include "catalog/blockers.h"

#include "pg/query.h"
#include "pg/session.h"

namespace pgscale::catalog {
namespace {

std::vector<int> pids(const pg::Rows& rows) {
  std::vector<int> result;
  for (const auto& row : rows) result.push_back(static_cast<int>(pg::to_int(row[0])));
  return result;
}

// Creating takes a weak lock on the parent, which readers and writers do not stand in the way of.
bool is_weak_on_parent(Action action) {
  return action != Action::kDetach && action != Action::kDrain && action != Action::kSwap;
}

bool is_weak_on_partition(Action action) {
  return action == Action::kBuildIndex || action == Action::kDropIndex ||
         action == Action::kReindex || action == Action::kValidateConstraint ||
         action == Action::kAnalyze;
}

}  // namespace

std::vector<int> lock_holders(const Step& step, const Inventory& inventory) {
  const auto acting = pg::Acting::as_extension();
  std::vector<std::string> others;
  for (const NamedRelation& other : step.others) others.push_back(std::to_string(other.oid));
  if (step.partition_oid != 0) others.push_back(std::to_string(step.partition_oid));
  if (const Partition* rest = default_partition(inventory)) {
    others.push_back(std::to_string(rest->oid));
  }
  const Sql sql(
      "SELECT DISTINCT l.pid FROM pg_catalog.pg_locks l"
      "  JOIN pg_catalog.pg_database d ON d.oid = l.database AND d.datname = current_database()"
      " WHERE l.locktype = 'relation' AND l.granted AND l.pid <> pg_backend_pid()"
      "   AND (l.relation = ANY ($2::oid[]) AND $4::bool OR l.relation = $1::oid AND $3::bool"
      "        OR l.relation = ANY ($2::oid[] || $1::oid) AND l.mode IN"
      "           ('ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock',"
      "            'ExclusiveLock', 'AccessExclusiveLock'))"
      " ORDER BY l.pid");
  return pids(pg::query(sql, {pg::from_oid(inventory.parent.oid), pg::array_literal(others),
                              is_weak_on_parent(step.action) ? "f" : "t",
                              is_weak_on_partition(step.action) ? "f" : "t"}));
}

std::vector<int> old_snapshots(std::chrono::milliseconds age) {
  const auto acting = pg::Acting::as_extension();
  return pids(pg::query(Sql("SELECT pid FROM pg_catalog.pg_stat_activity"
                            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                            "   AND backend_xmin IS NOT NULL"
                            "   AND backend_type <> 'autovacuum worker'"  // reads no partition set
                            "   AND greatest(xact_start, '-infinity')"
                            "       < clock_timestamp() - $1::int * interval '1 millisecond'"
                            " ORDER BY pid"),
                        {pg::from_int(age.count())}));
}

}  // namespace pgscale::catalog
