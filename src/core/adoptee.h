#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/axis.h"
#include "core/inventory.h"
#include "core/options.h"
#include "core/sql.h"

namespace pgscale {

struct AdopteeIndex {
  std::string name;
  bool is_primary;
  bool is_unique;
  bool is_constraint;
  bool is_exclusion;  // also WITHOUT OVERLAPS
  bool is_deferrable;
  bool is_valid;
  bool is_plain;    // a btree of columns with their usual order, without a predicate
  bool holds_key;   // the partition key is one of its key columns
  bool has_twin;    // another index is defined alike
  bool identifies;  // it is the replica identity
  std::vector<std::string> columns;
  std::vector<std::string> included;
  std::string tablespace;  // empty: the default
  Options options;
};

struct AdopteeCheck {
  std::string name;
  bool is_validated;
  bool is_inheritable;
};

// A foreign key of the table.
struct AdopteeReference {
  std::string name;
  Oid target;
  QualifiedName target_name;
  bool is_validated;
  std::string definition;
};

// A foreign key that points to the table.
struct AdopteeReferrer {
  std::string name;
  QualifiedName from;
  bool holds_key;  // the partition key is one of the columns it points to
};

enum class TriggerState { kOrigin, kReplica, kAlways, kDisabled };

struct AdopteeTrigger {
  std::string name;
  bool is_for_rows;
  bool is_before;
  bool has_transition_tables;
  bool sets_key;     // its function, by its text, assigns to the partition key
  bool is_callable;  // the owner of the table may execute its function, and so create it anew
  bool is_opaque;    // its function is in a language whose text pgscale cannot search
  TriggerState state;
  std::string definition;
  std::optional<std::string> comment;
};

struct AdopteePolicy {
  std::string name;
  bool is_permissive;
  char command;                    // as pg_policy.polcmd
  std::vector<std::string> roles;  // empty string: PUBLIC
  std::string condition;           // USING; empty: none
  std::string check;               // WITH CHECK; empty: none
  std::optional<std::string> comment;
};

// A sequence that belongs to a column.
struct AdopteeSequence {
  Oid oid;
  QualifiedName name;
  std::string column;
  bool is_identity;
  bool is_at_home;         // has the table's owner and schema
  bool is_used_elsewhere;  // something besides the column depends on it
  std::vector<Grant> grants;
  std::optional<std::string> comment;
};

// Something that depends on the table by its OID, and would go on to mean the old table alone.
struct Dependant {
  enum class Kind { kView, kMaterializedView, kRule, kFunction, kPolicy, kOther };
  enum class Reason { kTable, kRowType, kConstraint };
  Kind kind;
  Reason reason;
  Oid oid;
  std::string description;            // as a message shows it
  std::optional<QualifiedName> name;  // views
  bool is_ours;                       // the owner of the table may replace it
  bool says_only;                     // its text has the word ONLY
  std::string definition;             // views: the query; functions: the whole statement
  Options options;                    // views
};

struct AdopteePublication {
  std::string name;
  Oid owner;
  bool names_table;     // not only ALL TABLES or TABLES IN SCHEMA
  bool is_ours_to_add;  // its owner may add the new parent
  bool is_via_root;     // publish_via_partition_root
  std::optional<std::vector<std::string>> columns;
  std::string filter;  // empty: none
};

// What a look at the rows found; nothing where the owner may not see them all.
struct AdopteeRows {
  bool is_beyond = false;       // one has a key above every bound: infinity, NaN
  std::optional<Point> newest;  // the largest key; empty for a table without rows
  std::int64_t without_key = 0;
};

// A plain table that is to become a partition, as the system catalogs describe it.
struct Adoptee {
  Adoptee(Oid table_oid, QualifiedName table_name) : oid(table_oid), name(std::move(table_name)) {}

  Oid oid;
  QualifiedName name;
  std::string owner;

  std::string key;
  std::string key_type;
  std::optional<KeyKind> key_kind;
  bool key_is_nullable = false;
  bool key_is_generated = false;
  std::optional<AdopteeRows> rows;

  bool is_temporary = false;
  bool is_unlogged = false;
  bool is_partition = false;
  bool is_typed = false;
  bool has_relatives = false;  // inheritance
  bool is_subscribed = false;  // the target of a subscription
  bool has_security_label = false;
  bool is_logically_decoded = false;  // the database has a logical replication slot
  std::string extension;              // that it is a member of; empty: none
  std::string access_method;
  std::string tablespace;                   // empty: the default
  std::vector<std::string> missing_rights;  // of the owner: "CREATE on schema app"
  std::vector<std::string> settings;        // of its columns, that stay with the table
  Options storage_parameters;
  std::optional<std::string> comment;
  bool row_security = false;
  bool row_security_forced = false;
  ReplicaIdentity replica_identity = ReplicaIdentity::kDefault;
  std::vector<Grant> grants;
  std::vector<ColumnTarget> statistics_targets;

  std::vector<AdopteeIndex> indexes;
  std::vector<AdopteeCheck> checks;
  std::vector<AdopteeCheck> not_nulls;  // only those that have something wrong
  std::vector<AdopteeReference> references;
  std::vector<AdopteeReferrer> referrers;
  std::vector<AdopteeTrigger> triggers;
  std::vector<AdopteePolicy> policies;
  std::vector<AdopteeSequence> sequences;
  std::vector<Dependant> dependants;
  std::vector<AdopteePublication> publications;
  std::set<std::string> taken_names;  // of those that the adoption is to use
};

// The primary key where it lacks the partition key and so must be built anew; else none.
[[nodiscard]] const AdopteeIndex* key_to_extend(const Adoptee& table);

// Whether the largest key is found without a scan.
[[nodiscard]] bool has_index_on_key(const Adoptee& table);

}  // namespace pgscale
