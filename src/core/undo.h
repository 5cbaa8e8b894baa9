#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/inventory.h"
#include "core/step.h"

namespace pgscale {

// Undoing a set: its rows are moved to a plain table, partition by partition, and each partition is
// closed, emptied for good, detached and dropped.

struct UndoColumn {
  std::string name;
  std::string type;            // as format_type() writes it, and its collation
  std::string generated = {};  // as in CREATE TABLE, from the expression on; empty for a plain one
  bool has_values = true;      // false where they are computed when they are read
};

// The plain table that takes the rows.
struct UndoTarget {
  Oid oid;
  QualifiedName name;
  bool is_plain = true;        // an ordinary table that is neither temporary nor a part of another
  bool has_same_owner = true;  // as the set, in whose name its CHECK constraints are evaluated
  bool has_foreign_keys = false;
  bool has_deferrable_keys = false;  // unique or exclusion constraints
  std::vector<UndoColumn> columns = {};
};

// A table with rows: a partition, or one below it.
struct UndoLeaf {
  Oid oid;
  QualifiedName name;
  TableKind kind = TableKind::kTable;
  std::int64_t pages = 0;
  double rows = -1;  // as ANALYZE counted them; -1: never
  bool is_detaching =
      false;  // it, or a table between it and the partition; queries no longer see it
};

// Throws Failure where rows could be lost on the way, or what must hold for them would not be
// looked at. `references`: foreign keys to the set, and to single partitions of it.
void check_undo(const Parent& parent, const std::vector<UndoColumn>& columns,
                const UndoTarget& target, const std::vector<TableReference>& references);
void check_undo(const Partition& partition, const std::vector<UndoLeaf>& leaves);

// Whether a retired table may be one that undo has taken out and not dropped yet, which is known by
// its being closed and empty, too. What is to be archived or exported stays as it is: an export
// closes its tables as well.
[[nodiscard]] bool may_be_emptied(const RetiredTable& table);

// What an earlier call, or the steps before, have left undone: detaches that were interrupted, and
// the drop of tables that have been `emptied` and are detached.
[[nodiscard]] std::vector<Step> undo_leftovers(const PartitionSet& set, Micros now,
                                               const std::set<Oid>& emptied);

// Ranges from the oldest on; the default partition, which takes what has no other place, at the
// end.
[[nodiscard]] std::vector<const Partition*> undo_order(const Inventory& inventory);

// How many pages hold about so many rows.
[[nodiscard]] std::int64_t pages_for(const UndoLeaf& leaf, int rows);

// Whether to move what has come in meanwhile before the partition is closed: as long as that
// becomes less. Where rows come in as quickly as they are moved it would never be empty. `before`:
// rows that the pass before the last one moved.
[[nodiscard]] bool is_worth_a_pass(std::int64_t moved, std::optional<std::int64_t> before,
                                   int batch);

// Moves the rows of these pages: from `first` up to but not including `end`. Its locks keep what
// check_undo() has looked at from being changed before it is committed.
[[nodiscard]] Step move_step(const Parent& parent, const Partition& partition, const UndoLeaf& leaf,
                             const UndoTarget& target, std::int64_t first, std::int64_t end);
// From here on no row can be added to the partition, so that it stays empty once it is. The tables
// `below` it are locked with it, in their order.
[[nodiscard]] Step close_step(const Partition& partition, const std::vector<NamedRelation>& below);
// Takes that back where it cannot be removed after all.
[[nodiscard]] Step open_step(const Partition& partition, const std::vector<NamedRelation>& below);
// Detaches it; the drop is left over. Only when it is known to be empty and out of the set is a
// drop asked for, so that no request of one stays behind, whatever ends this.
[[nodiscard]] std::vector<Step> detach_steps(const PartitionSet& set, const Partition& partition);

}  // namespace pgscale
