#pragma once

#include <string>
#include <vector>

#include "core/inventory.h"
#include "pg/attempt.h"

namespace pgscale::catalog {

// A table on the other side of a foreign key, and how DDL on a partition locks it.
struct KeyLock {
  Oid table;
  bool exclusively;  // ACCESS EXCLUSIVE, else SHARE ROW EXCLUSIVE
};

// What a detach locks: the targets of the partition's foreign keys, and the tables that refer to
// it; in the order of the OIDs, so that no two visits wait for each other.
[[nodiscard]] std::vector<KeyLock> detach_locks(Oid partition);

// Tables with foreign keys to the partitioned table.
[[nodiscard]] std::vector<QualifiedName> referring_tables(Oid parent);

// Foreign keys to the table, and to single partitions of it.
[[nodiscard]] std::vector<TableReference> references_to(Oid table);

// A detach fails where rows refer to the partition. PostgreSQL names the part of the foreign key
// that belongs to the partition; this says which one its owner knows.
void name_foreign_key(Oid partition, pg::Outcome& failure);

}  // namespace pgscale::catalog
