#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "core/analysis.h"
#include "core/axis.h"
#include "core/policy.h"
#include "core/sharded_table.h"
#include "core/sql.h"
#include "core/sublevel.h"
#include "core/table_tree.h"

namespace pgscale {

// A relation's object identifier, as in pg_class.oid.
using Oid = std::uint32_t;

struct ListValues {
  std::vector<std::optional<std::string>> values;  // empty optional: NULL
};

struct HashSlot {
  int modulus;
  int remainder;
};

struct DefaultSlot {};

// What a partition holds, as pg_class.relpartbound says.
using Bound = std::variant<Range, ListValues, HashSlot, DefaultSlot>;

enum class TableKind { kTable, kPartitioned, kForeign };

// A publication that names a table itself; what it publishes through the parent or the schema is
// PostgreSQL's own affair.
struct Publication {
  std::string name;
  Oid owner;
};

// A subscription of this database that knows partitions of the set, each by itself.
struct Subscription {
  Oid oid;
  std::string name;
  Oid owner;
  int unknown;  // partitions that it does not know
};

// What a foreign table of a shard stands for.
struct RemoteTable {
  std::string shard;
  QualifiedName name;
};

// The copy of a partition that is being moved to a shard: a foreign table beside the set, with all
// of its rows.
struct ColdCopy {
  Oid oid;
  QualifiedName name;
  RemoteTable remote;
};

struct Partition {
  Oid oid;
  QualifiedName name;
  TableKind kind;
  Bound bound;
  std::string bound_text;  // as pg_get_expr() shows it
  bool detach_pending;     // pg_inherits.inhdetachpending
  std::vector<Publication> publications = {};
  std::int64_t bytes = 0;  // on disk with all that is below it; only where retention_bytes asks
  std::optional<End> grows_to = std::nullopt;  // while rows are moved to it: its upper bound to be
  std::optional<RemoteTable> remote =
      std::nullopt;                             // a foreign table of a shard: what it stands for
  bool sealed = false;                          // while it is moved to a shard: no row is changed
  std::optional<ColdCopy> copy = std::nullopt;  // while it is moved to a shard: there already
};

// The range that a partition of a range set holds, or is to hold once it has got all its rows.
[[nodiscard]] Range intended_range(const Partition& partition);

// A foreign key, by its tables.
struct TableReference {
  QualifiedName from;
  QualifiedName to;
};

// A partition pgscale took out of its set, or was about to: a row of pgscale.retirement.
struct RetiredTable {
  Oid oid;
  QualifiedName name;
  TableKind kind;
  Retire action;
  bool attached;  // still, or again, a partition
  std::string bound_text;
  std::optional<Range> range = std::nullopt;         // range sets: what it held
  std::optional<Micros> detached_at = std::nullopt;  // by the clock of the policies
  std::vector<Publication> publications = {};        // that it has yet to leave
  bool sealed = false;                               // no row can be added or changed
  bool done = false;                                 // archived or, and sealed since then, exported
  std::optional<RemoteTable> remote =
      std::nullopt;  // a foreign table of a shard: what it stands for
};

// A call of the function that the policy names for what was done with a partition.
struct HookCall {
  QualifiedName partition;
  std::string bounds;
  std::string action;
  std::string file;  // empty for none
};

enum class Privilege {
  kSelect,
  kInsert,
  kUpdate,
  kDelete,
  kTruncate,
  kReferences,
  kTrigger,
  kMaintain,
  kUsage  // sequences
};

struct Grant {
  std::string grantee;  // empty: PUBLIC
  Privilege privilege;
  std::string column;  // empty: the whole table
  bool grantable;
};

// How finely ANALYZE looks at a column; LIKE does not carry it over.
struct ColumnTarget {
  std::string column;
  int value;  // -1: the default
};

enum class ReplicaIdentity { kDefault, kNothing, kFull, kIndex };

// The partitioned table itself and what its partitions must carry over from it.
struct Parent {
  Parent(Oid parent_oid, QualifiedName parent_name, Method parent_method)
      : oid(parent_oid),
        name(std::move(parent_name)),
        method(parent_method),
        base_name(name.name.name()) {}

  Oid oid;
  QualifiedName name;
  Method method;
  // What the names of its partitions are made from: its name, or the one that it is to take over.
  std::string base_name;
  std::vector<std::string> key_columns;
  // By which the key columns are compared, where that is not the collation of the column itself;
  // empty when there is none such.
  std::vector<std::optional<QualifiedName>> key_collations;
  std::string tablespace;     // empty: the default
  std::string access_method;  // empty: the default
  bool unlogged = false;
  bool row_security = false;
  bool attach_brings_identity = false;  // true from server 17 on
  bool has_unique_index = false;        // so that no foreign table can be a partition
  bool in_extension = false;            // pgscale's own history: its partitions are members, too
  ReplicaIdentity replica_identity = ReplicaIdentity::kDefault;
  std::string replica_index;  // for kIndex: the parent's index
  std::vector<Grant> grants;
  std::vector<ColumnTarget> statistics_targets;  // of columns that have one
  std::vector<QualifiedName> referenced;         // targets of its foreign keys
  std::vector<QualifiedName> referring;          // tables with foreign keys to it
};

// What exists of a set at the moment of planning.
struct Inventory {
  explicit Inventory(Parent its_parent) : parent(std::move(its_parent)) {}

  Parent parent;
  std::vector<Partition> partitions;
  std::vector<RetiredTable> retired;
  std::vector<HookCall> calls;        // that earlier visits owe
  std::map<Oid, TableTree> trees;     // of tables that are to be archived or exported
  std::set<std::string> taken_names;  // of relations and types in the parent's schema
  // The lower bound of the newest partition with rows: for number keys, and where retention counts.
  std::optional<Point> reached;
  std::optional<Point> growth;  // number keys: by how much that usually grows in a day
  // Set while nothing may be retired: after a restore or a promotion the clock may be far ahead of
  // what the data was meant to live through.
  std::optional<Micros> hold_until;
  std::optional<Analysis> analysis;  // where it is time to look at the statistics of the parent
  std::vector<Subscription> subscriptions;  // where pgscale is to refresh them
  bool refresh_is_due = false;              // partitions unknown to them may be published by now
  std::optional<Sharding> sharding;         // where its partitions are on shards
  std::map<Oid, ShardedTable> shapes;       // of partitions that are to be copied to a shard
  bool guard_left = false;  // a guard of an earlier, broken run is on the default partition
};

[[nodiscard]] const Partition* default_partition(const Inventory& inventory);

// Policy and inventory of one set; the axis is there for range sets.
struct PartitionSet {
  Policy policy;
  Inventory inventory;
  std::optional<Axis> axis;
  std::vector<SubLevel> below = {};  // how its partitions are partitioned, from the top down
};

}  // namespace pgscale
