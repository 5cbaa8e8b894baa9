#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/drift.h"
#include "core/grants.h"
#include "core/sharded_table.h"
#include "core/sql.h"

namespace pgscale {

// What the catalog of one server says of a relation; both ends are asked by the same query, so that
// equal things read the same.
struct ShapeColumn {
  std::string name;
  std::string type;       // without its modifier
  std::string full_type;  // with it
  std::string collation;  // what "default" means there is part of it; empty: none
  bool not_null = false;
  std::string expression;  // of the default, or of a generated column
  bool is_generated = false;
  bool counts_by_itself = false;  // identity, or a default that takes from a sequence
  bool has_own_function = false;  // a default by a function that is not PostgreSQL's own
  bool is_identity = false;
};
struct ShapeConstraint {
  std::string name;
  char type;               // as pg_constraint says it
  std::string definition;  // without NOT VALID
  bool is_valid = true;
};
struct ShapeIndex {
  std::string name;
  std::string definition;  // from USING on
  bool is_unique = false;
  bool is_valid = true;
  bool is_of_constraint = false;
};
struct Shape {
  char kind = 'r';  // as pg_class says it
  bool has_children = false;
  std::string bound;                    // empty: it is no partition
  std::optional<QualifiedName> parent;  // of a partition
  std::string partition_key;
  double rows = -1;  // the last estimate; -1 for none
  std::vector<ShapeColumn> columns;
  std::vector<ShapeConstraint> constraints;
  std::vector<ShapeIndex> indexes;
  std::map<std::string, std::set<std::string>> held;     // what users may do, by whatever way
  std::map<std::string, std::set<std::string>> granted;  // what was granted to these users
};

// A foreign table here.
struct ForeignTable {
  ForeignTable(QualifiedName its_name, QualifiedName its_target)
      : name(std::move(its_name)), target(std::move(its_target)) {}

  QualifiedName name;
  std::string shard;
  QualifiedName target;  // the table there
  bool is_updatable = true;
  bool has_updatable_option = false;
  double rows = -1;  // as last told by the shard
  std::optional<QualifiedName> parent;
  std::string bound;
  std::string
      condition;  // of its partition, as CHECK says it; empty where only this server can say
};

enum class ShardDriftKind {
  kUnreachable,
  kNoForeignTable,
  kNotAttachedHere,
  kOtherShard,
  kOtherTarget,
  kMissing,
  kRemoteParent,
  kNotAttached,
  kBound,
  kColumnMissing,
  kColumnExtra,
  kType,
  kCollation,
  kDefault,
  kOwnNumbers,
  kGenerated,
  kNotNull,
  kConstraint,
  kConstraintMissing,
  kConstraintExtra,
  kConstraintInvalid,
  kUniqueMissing,
  kIndexMissing,
  kIndexExtra,
  kIndexInvalid,
  kPrivilegeMissing,
  kPrivilegeExtra,
};
[[nodiscard]] const char* text(ShardDriftKind kind);

enum class FixSite { kHere, kOnShard };
[[nodiscard]] const char* text(FixSite site);

// Who may have it done. Nothing that is done unasked can lose a row or hide that one is lost.
enum class FixCaution { kUnasked, kOnRequest };

struct ShardFix {
  FixSite site;
  std::vector<Sql> sql;
  FixCaution caution = FixCaution::kOnRequest;
};

// One difference between what is to be and what is, and what ends it; no fix where only a person
// can decide.
struct ShardDrift {
  std::string leaf;  // empty: the sharded table itself
  std::string shard;
  ShardDriftKind kind;
  std::string object;  // the column, constraint, index or user; may be empty
  Severity severity;
  std::string detail;
  std::optional<ShardFix> fix;
};

// A sharded table here: what its tables on the shards are to be like.
struct ShardedDesire {
  explicit ShardedDesire(ShardedTable its_table) : table(std::move(its_table)) {}

  ShardedTable table;
  Shape shape;
  std::map<std::string, std::vector<Grant>> grants;  // by shard
};

// What there is of one placement.
struct PlacementFacts {
  Placement placement;
  std::optional<ForeignTable> here;
  std::optional<Shape> there;
};

// What one shard has of a sharded table, once it has answered.
struct ShardFacts {
  std::string shard;
  std::optional<Shape> parent;
  std::vector<PlacementFacts> leaves;
};

// In the order in which they are to be repaired: parents before their partitions.
[[nodiscard]] std::vector<ShardDrift> compare_shard(const ShardedDesire& desire,
                                                    const ShardFacts& facts);

// A foreign table that somebody has made by hand: only what would damage data.
[[nodiscard]] std::vector<ShardDrift> compare_foreign_table(const ForeignTable& table,
                                                            const std::optional<Shape>& there);

// How the tables on the shard differ in what they hold; part of compare_shard(). `name` is the
// table there.
[[nodiscard]] std::vector<ShardDrift> compare_shapes(const ShardedDesire& desire,
                                                     const Shape& there, const QualifiedName& name);

// What of it matters for health.
struct ShardDriftSummary {
  int warnings = 0;
  int critical = 0;
  std::string worst;  // the first of the worst, in words; empty when there is none
};
[[nodiscard]] ShardDriftSummary summary_of(const std::vector<ShardDrift>& found);

}  // namespace pgscale
