#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/inventory.h"

namespace pgscale::catalog {

struct KeyColumn {
  std::string name;
  Oid type;  // a domain's base type
  int typmod;
  std::string type_name;
  bool is_bytewise;  // its texts are known to sort as their bytes do
};

// Whether a collation c in a database d sorts by bytes. The collations of libc named C do, C.UTF-8
// among them, as do all of the server's own (provider b).
inline constexpr char kSortsByBytes[] =
    "CASE WHEN c.collprovider = 'd' THEN d.datlocprovider = 'b' OR"
    "          (d.datlocprovider = 'c' AND d.datcollate ~* '^(C|POSIX)(\\.utf-?8)?$')"
    "     WHEN c.collprovider = 'c' THEN c.collcollate ~* '^(C|POSIX)(\\.utf-?8)?$'"
    "     ELSE coalesce(c.collprovider = 'b', true) END";

// A partitioned table as the system catalogs describe it.
struct ParentFacts {
  Parent parent;
  Oid owner;
  std::vector<KeyColumn> key;
  std::optional<KeyKind> kind;        // range keys that are times or numbers
  std::optional<KeyStorage> storage;  // range keys that moments can be encoded in
};

// Empty for types that moments cannot be encoded in.
[[nodiscard]] std::optional<KeyStorage> storage_of(Oid type);

// Throws Failure when the relation does not exist or cannot be a partition set: a view, a plain or
// temporary table, a key that pgscale does not manage. Of several columns of a range key the first
// one controls the set. Locks nothing.
[[nodiscard]] ParentFacts read_parent(Oid parent);

// Throws Failure when range sets cannot have such a key.
void require_range_key(const ParentFacts& facts);

// What others than the owner may do with a table, its columns or a sequence.
[[nodiscard]] std::vector<Grant> read_grants(Oid relation);

// The columns with a statistics target of their own.
[[nodiscard]] std::vector<ColumnTarget> read_statistics_targets(Oid table);

// The same table as if it were partitioned by that one column: what a level below it needs to know.
// Throws Failure for a column that there is not, or that cannot be such a key.
[[nodiscard]] ParentFacts partitioned_by(const ParentFacts& facts, Method method,
                                         const std::string& control);

// Throws Failure (42501) unless the current user owns the table.
void require_ownership(Oid table);
void require_ownership(const ParentFacts& facts);

// Words of the catalog: relreplident; a privilege of aclexplode(), empty for one that neither
// tables nor sequences have.
[[nodiscard]] ReplicaIdentity to_replica_identity(const std::string& letter);
[[nodiscard]] std::optional<Privilege> to_privilege(const std::string& word);

// The targets of the table's foreign keys, by OID, in a fixed order.
[[nodiscard]] std::vector<Oid> foreign_key_targets(Oid table);

// The kind of a range key of this type; empty for one that pgscale does not manage.
[[nodiscard]] std::optional<KeyKind> key_kind(Oid type);

[[nodiscard]] bool relation_exists(Oid relation);
[[nodiscard]] bool has_column(Oid relation, const std::string& column);

}  // namespace pgscale::catalog
