#include "catalog/lock_waits.h"

#include <algorithm>
#include <sstream>
#include <string>

namespace pgscale::catalog {
namespace {

// Who waits for a row waits for the transaction that holds it, and holds the lock of the row
// meanwhile, which tells the table.
pg::Rows waiting() {
  return pg::query(
      Sql("WITH lock AS MATERIALIZED (SELECT * FROM pg_catalog.pg_locks)"
          " SELECT coalesce(a.leader_pid, l.pid),"
          "        array_to_string(pg_blocking_pids(l.pid), ' '),"
          "        l.locktype, l.mode,"
          "        (SELECT r.relation FROM lock r"
          "          WHERE r.pid = l.pid AND r.database IN (0, d.oid) AND r.relation IS NOT NULL"
          "            AND (NOT r.granted OR r.locktype = 'tuple')"
          "          ORDER BY r.granted LIMIT 1),"
          "        l.waitstart"
          "   FROM lock l"
          "  CROSS JOIN pg_catalog.pg_database d"
          "   LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid"
          "  WHERE NOT l.granted AND d.datname = current_database()"
          "  ORDER BY l.waitstart, l.pid"));
}

// All locks of a prepared transaction, that on its own number among them, have one virtual
// transaction. The conflicts are those of the server's lock table.
pg::Rows behind_prepared() {
  return pg::query(
      Sql("WITH lock AS MATERIALIZED (SELECT * FROM pg_catalog.pg_locks),"
          " mode (level, name, conflicts) AS (VALUES"
          "   (1, 'AccessShareLock', '{8}'), (2, 'RowShareLock', '{7,8}'),"
          "   (3, 'RowExclusiveLock', '{5,6,7,8}'),"
          "   (4, 'ShareUpdateExclusiveLock', '{4,5,6,7,8}'), (5, 'ShareLock', '{3,4,6,7,8}'),"
          "   (6, 'ShareRowExclusiveLock', '{3,4,5,6,7,8}'),"
          "   (7, 'ExclusiveLock', '{2,3,4,5,6,7,8}'),"
          "   (8, 'AccessExclusiveLock', '{1,2,3,4,5,6,7,8}'))"
          " SELECT DISTINCT coalesce(a.leader_pid, w.pid), p.gid"
          "   FROM lock w"
          "   JOIN lock h ON h.pid IS NULL AND h.granted AND h.locktype = w.locktype"
          "    AND (h.database, h.relation, h.page, h.tuple, h.virtualxid, h.transactionid,"
          "         h.classid, h.objid, h.objsubid)"
          "        IS NOT DISTINCT FROM"
          "        (w.database, w.relation, w.page, w.tuple, w.virtualxid, w.transactionid,"
          "         w.classid, w.objid, w.objsubid)"
          "   JOIN mode held ON held.name = h.mode"
          "   JOIN mode wanted ON wanted.name = w.mode"
          "    AND held.level = ANY (wanted.conflicts::int[])"
          "   JOIN lock t ON t.pid IS NULL AND t.locktype = 'transactionid'"
          "    AND t.virtualtransaction = h.virtualtransaction"
          "   JOIN pg_catalog.pg_prepared_xacts p ON p.transaction = t.transactionid"
          "   LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = w.pid"
          "  WHERE NOT w.granted"
          "  ORDER BY p.gid"));
}

// pg_blocking_pids() tells any prepared transaction as 0; here each gets its number.
void name_prepared(LockWaits& all) {
  std::map<std::string, int> numbers;
  std::map<int, std::vector<int>> blockers;
  for (const auto& row : behind_prepared()) {
    const int number =
        numbers.emplace(*row[1], -static_cast<int>(numbers.size()) - 1).first->second;
    all.prepared.emplace(number, *row[1]);
    blockers[static_cast<int>(pg::to_int(row[0]))].push_back(number);
  }
  for (LockWait& wait : all.waits) {
    const auto zero = std::find(wait.blockers.begin(), wait.blockers.end(), 0);
    const auto named = blockers.find(wait.waiter);
    if (zero == wait.blockers.end() || named == blockers.end()) continue;
    wait.blockers.erase(std::remove(zero, wait.blockers.end(), 0), wait.blockers.end());
    wait.blockers.insert(wait.blockers.end(), named->second.begin(), named->second.end());
  }
}

}  // namespace

LockWaits load_lock_waits() {
  LockWaits all;
  bool prepared = false;
  for (const auto& row : waiting()) {
    LockWait wait{static_cast<int>(pg::to_int(row[0])), {}};
    std::istringstream blockers(row[1].value_or(""));
    for (int blocker = 0; blockers >> blocker;) {
      wait.blockers.push_back(blocker);
      prepared = prepared || blocker == 0;
    }
    if (wait.blockers.empty()) continue;  // it has just got the lock
    all.wanted.emplace(wait.waiter, WantedLock{row[2], row[3], row[4], row[5]});
    all.waits.push_back(wait);
  }
  if (prepared) name_prepared(all);
  return all;
}

}  // namespace pgscale::catalog
