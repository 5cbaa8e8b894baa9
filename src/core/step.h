#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/inventory.h"

namespace pgscale {

// What a step does. The order of the members is the order in a plan.
enum class Action {
  kFinalize,       // end a concurrent detach that was interrupted
  kUnguard,        // remove a guard that a broken run left on the default partition
  kGuard,          // forbid the coming range in the default partition (CHECK NOT VALID)
  kValidate,       // prove that the default partition holds no row of it
  kCreate,         // make a partition beside the parent and attach it
  kCreateDefault,  // the same for the default partition
  kUnseal,         // let rows be changed again where a partition is not moved to a shard after all
  kDrain,          // move rows of the default partition to one of their own, and attach it
  kBeforeRetire,   // call the owner's function, which may object
  kDetach,
  kUnpublish,  // take a table that was retired out of the publications that name it
  kArchive,    // move it away, and perhaps strip its indexes
  kSeal,       // see to it that no row is added or changed any more
  kExport,     // write its rows to a file
  kCopy,       // its rows to a shard
  kSwap,       // let the copy take its place, once it has proved to be the same
  kDrop,
  kAfterRetire,  // tell the owner's function
  kRefresh,      // tell a subscription of partitions that its publisher has, too
  kAnalyze,      // the statistics of the parent, which autovacuum never gathers
  // In no plan: the end of a set, whose partitions are sealed, detached and dropped after that.
  kMove,  // rows to a plain table
  // In no plan: the adoption of a plain table, which guards and validates it, too, and builds the
  // index of its key as a repair does.
  kPreflight,  // look whether it can be done
  kPrepare,    // make the parent beside the table
  kCutOver,    // let the parent take the table's name and attach the table to it
  kAbandon,    // take back all of it
  // Repairs of what a partition has otherwise than its parent wishes.
  kDropIndex,           // one that CREATE INDEX CONCURRENTLY left half made
  kBuildIndex,          // on the partition alone
  kReindex,             // one that is not valid
  kAttachIndex,         // to that of the parent
  kValidateConstraint,  // prove a constraint that is NOT VALID
  kAlter,               // a change of the catalog alone
};
inline constexpr Action kLastAction = Action::kAlter;
[[nodiscard]] const char* text(Action action);
// Repairs have a claim of their own: building an index may take hours, and the set must be
// maintained meanwhile.
[[nodiscard]] constexpr bool is_repair(Action action) { return action >= Action::kDropIndex; }

// Whether the step is a part of how a partition leaves its set and of what becomes of it.
[[nodiscard]] bool is_retirement(Action action);

// A name that a statement uses, and the relation that it must still mean.
struct NamedRelation {
  Oid oid;
  QualifiedName name;
};

// More are not copied before the first of them are deleted: it bounds the memory.
inline constexpr int kMostCopied = 50'000;

// Rows that a step moves to its partition: before the first strong lock, and what has come in since
// under the last.
struct RowMove {
  Oid from;
  Sql ctids;                  // the query that finds them
  int at_once;                // how many are copied before they are deleted
  std::size_t last_lock = 0;  // the statement after which nobody else can write them
  std::size_t proven = 0;     // the statement before which the guards are known to hold
  std::string grows_to = {};  // the bounds that are still to be reached; empty: all is there
};

// One change, carried out in one transaction (a concurrent detach: in PostgreSQL's own two).
struct Step {
  Action action;
  Oid partition_oid = 0;  // 0: made by this step
  QualifiedName partition;
  std::string bounds;
  std::string reason;
  std::vector<Sql> sql;
  std::string locks;
  std::size_t first_strong = 0;     // the statement from which on others may have to wait behind us
  bool concurrently = false;        // must run as a top-level statement, in no function
  Retire retire = Retire::kDetach;  // kDetach, kFinalize: what follows the detach
  bool sets_replica_index = false;  // kCreate: REPLICA IDENTITY USING INDEX once the index is known
  std::vector<QualifiedName> subtree = {};  // kCreate: tables that are made below the partition
  // repairs: the parent's index; kRefresh: the subscription; kMove: the table
  Oid object_oid = 0;
  std::vector<NamedRelation> others = {};  // further relations that it names or locks
  Oid role = 0;                            // as whom, where it is not the owner of the set
  // kArchive: what it is called then; kDrop: what it is called by then, where that is another name.
  std::optional<QualifiedName> becomes = std::nullopt;
  std::string file = {};                            // kExport
  std::optional<HookCall> call = std::nullopt;      // kBeforeRetire, kAfterRetire
  std::optional<RowMove> move = std::nullopt;       // kDrain, kMove
  std::optional<RemotePart> remote = std::nullopt;  // kCreate, kDrop, kUnseal, kCopy, kSwap
  std::optional<QualifiedName> copy =
      std::nullopt;        // kCopy, kSwap: the foreign table beside the set
  std::size_t proven = 0;  // kSwap: the statement before which the guard is known to hold; 0: none
  std::optional<Sql> look = std::nullopt;  // kGuard: query for a row that breaks it
};

// A step that cannot be planned, and why. It stops no other step.
struct Refusal {
  Action action;
  std::string partition;
  std::string bounds;
  Problem problem;
  std::string message;
  std::string hint;
};

using Item = std::variant<Step, Refusal>;

struct Plan {
  std::vector<Item> items;
  // When the set next needs a visit: a moment, never (empty), or, for number keys, whenever rows
  // have come in, which only a look can tell.
  std::optional<Micros> next_due;
  bool needs_polling = false;
  bool needs_measuring = false;  // retention depends on how large the set is by then
};

}  // namespace pgscale
