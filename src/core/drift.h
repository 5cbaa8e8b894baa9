#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/inventory.h"
#include "core/step.h"

namespace pgscale {

// What of a partition can be otherwise than its parent wishes.
enum class DriftKind {
  kIndex,
  kConstraint,
  kOwner,
  kGrant,
  kStorage,
  kTablespace,
  kAccessMethod,
  kTrigger,
  kReplicaIdentity,
  kRowSecurity,
  kPersistence,
  kDefault,
  kIdentity,
  kGenerated,
  kStatistics,
  kGap,      // a range, value or remainder that no partition holds
  kOverlap,  // a detached table whose range a partition has taken
  kGuard,    // a guard that a broken run left on the default partition
  kSet,      // the set cannot be looked at
};
[[nodiscard]] const char* text(DriftKind kind);
[[nodiscard]] const std::vector<DriftKind>& all_drift_kinds();

enum class Severity { kInfo, kWarning, kCritical };
[[nodiscard]] const char* text(Severity severity);

// One difference, and the steps that end it; no steps where none is safe.
struct Drift {
  DriftKind kind;
  std::string object;  // the index, constraint, column, role, trigger, or the bounds
  std::string expected;
  std::string actual;
  Severity severity = Severity::kInfo;
  Oid partition_oid = 0;  // 0: a matter of the parent
  std::optional<QualifiedName> partition = std::nullopt;
  std::vector<Step> repair = {};
  bool rests_on_partitions =
      false;  // said of a partitioned table, because of what its partitions are
};

// The locks of all its steps, in the words of a plan.
[[nodiscard]] std::string locks_of(const Drift& drift);

struct GrantFact {
  Grant grant;
  bool by_owner = true;  // else only the role that granted it can take it back
};

// What a table has as a whole, be it the wish of a parent or the fact of a partition.
struct TableFacts {
  TableFacts(Oid its_oid, QualifiedName its_name) : oid(its_oid), name(std::move(its_name)) {}

  Oid oid;
  QualifiedName name;
  TableKind kind = TableKind::kTable;
  std::string owner;
  bool unlogged = false;
  bool row_security = false;
  ReplicaIdentity replica_identity = ReplicaIdentity::kDefault;
  Oid replica_index = 0;      // kIndex
  std::string tablespace;     // empty: the default
  std::string access_method;  // empty: not told
  std::vector<GrantFact> grants;
  Options storage_parameters;    // as they are; of a parent what the policy wishes for partitions
  bool has_toast_table = false;  // without one there is nothing that its parameters could be set on
  Oid index_template = 0;        // of a parent: the table whose indexes its partitions have as well
};

enum class Backing { kNone, kPrimaryKey, kUnique, kExclusion };

// An index of the parent: each partition should have one like it, valid and attached to it. Or one
// of the template, which partitions have by themselves.
struct IndexWish {
  Oid oid;
  QualifiedName name;
  bool unique = false;
  Backing backing = Backing::kNone;
  std::string constraint = {};             // its name, where a constraint stands on the index
  std::string constraint_definition = {};  // "PRIMARY KEY (id)", as the server writes it
  bool deferrable = false;
  bool initially_deferred = false;
  std::string definition = {};  // from USING on, as the server writes it; empty: not known
  std::string options = {};     // as SQL: "fillfactor='70'"
  bool of_template = false;
};

struct PartitionIndex {
  Oid oid;
  QualifiedName name;
  bool valid = true;
  bool being_built = false;  // by somebody, at this moment
  bool constrained = false;  // a constraint stands on it
  std::string options = {};
};

struct IndexFacts {
  const IndexWish* wish;
  std::optional<PartitionIndex> attached;
  std::vector<PartitionIndex> alike = {};  // of the same definition, attached to none
  // A primary key of the template: whether the partition has no other one, and no column of the key
  // that may be NULL, which PostgreSQL would have to look for behind a lock that stops everybody.
  bool can_be_primary = true;
};

struct ConstraintFacts {
  std::string name;
  std::string definition;
  bool parent_valid = true;
  bool present = true;
  bool valid = true;
};

enum class ColumnProperty {
  kNotNull,
  kDefault,
  kIdentity,
  kGenerated,
  kStorage,
  kCompression,
  kStatistics,
};

// A column that differs; the texts as SQL says them, empty for none.
struct ColumnFacts {
  std::string column;
  ColumnProperty property;
  std::string expected;
  std::string actual;
};

struct TriggerFacts {
  std::string name;
  std::string expected;               // enabled, disabled, replica, always
  std::optional<std::string> actual;  // empty: the partition does not have it
};

// A partition beside its parent. Of indexes, constraints, columns and triggers only those need be
// listed that may differ.
struct PartitionFacts {
  explicit PartitionFacts(TableFacts its_table) : table(std::move(its_table)) {}

  TableFacts table;
  const TableFacts* parent = nullptr;
  Oid wished_replica_index = 0;  // the partition's index that belongs to that of the parent
  std::string replica_index_name;
  std::vector<IndexFacts> indexes;
  std::vector<ConstraintFacts> constraints;
  std::vector<ColumnFacts> columns;
  std::vector<TriggerFacts> triggers;
};

// The differences, in the order in which they are to be repaired: the owner comes first, because
// all else is done in his name. `caller` is who asks, in whose name an owner is changed.
[[nodiscard]] std::vector<Drift> compare(const PartitionFacts& facts, Oid caller);

// An index or a constraint of a partitioned table that is not valid becomes so with the last of its
// partitions; where they all are, PostgreSQL must be told to look again.
struct ParentIndexFacts {
  QualifiedName index;
  bool all_attached = false;  // each partition has a valid one
  std::optional<PartitionIndex> any_attached = std::nullopt;
};
struct ParentConstraintFacts {
  std::string name;
  std::string definition;
  bool all_valid = false;  // each partition's is
};
[[nodiscard]] Drift invalid_parent_index(const TableFacts& parent, const ParentIndexFacts& facts);
[[nodiscard]] Drift invalid_parent_constraint(const TableFacts& parent,
                                              const ParentConstraintFacts& facts);

}  // namespace pgscale
