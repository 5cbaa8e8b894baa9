#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/wait_tree.h"
#include "pg/query.h"

namespace pgscale::catalog {

// The lock that a process waits for.
struct WantedLock {
  pg::Value type;
  pg::Value mode;
  pg::Value relation;  // OID; empty where it is not one of this database
  pg::Value since;
};

// Who waits for a lock on this server. Prepared transactions, which have no process, have numbers
// below 0; one whose name was not found is 0.
struct LockWaits {
  std::vector<LockWait> waits;          // in the order in which they began
  std::map<int, WantedLock> wanted;     // by waiter
  std::map<int, std::string> prepared;  // names of prepared transactions, by number
};

// In the current SPI connection. A parallel worker that waits counts as its leader.
[[nodiscard]] LockWaits load_lock_waits();

}  // namespace pgscale::catalog
