#include "core/undo.h"

#include <algorithm>
#include <cmath>

#include "core/export_file.h"
#include "core/failure.h"
#include "core/retirement.h"

namespace pgscale {
namespace {

constexpr int kMostCopied = 50'000;
constexpr double kUsualRowsOfPage = 50;

const UndoColumn* find(const std::vector<UndoColumn>& columns, const std::string& name) {
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&](const UndoColumn& other) { return other.name == name; });
  return found == columns.end() ? nullptr : &*found;
}

void check_columns(const std::string& set, const std::vector<UndoColumn>& columns,
                   const UndoTarget& target) {
  const std::string table = readable(target.name);
  for (const UndoColumn& column : columns) {
    const UndoColumn* other = find(target.columns, column.name);
    if (other == nullptr) {
      throw Failure(Problem::kUndefinedColumn,
                    "column \"" + column.name + "\" of " + set + " is missing in table " + table);
    }
    if (other->type == column.type) continue;
    throw Failure(Problem::kInvalidDefinition,
                  "column \"" + column.name + "\" of table " + table + " has another type",
                  "It is " + other->type + " there, and " + column.type + " in " + set + ".");
  }
  for (const UndoColumn& column : target.columns) {
    if (find(columns, column.name) != nullptr) continue;
    throw Failure(Problem::kUndefinedColumn,
                  "column \"" + column.name + "\" of table " + table + " is missing in " + set,
                  "The rows have no value for it.", "Add it afterwards.");
  }
}

bool goes_before(const Partition* a, const Partition* b) {
  const bool a_is_rest = std::holds_alternative<DefaultSlot>(a->bound);
  const bool b_is_rest = std::holds_alternative<DefaultSlot>(b->bound);
  if (a_is_rest || b_is_rest) return !a_is_rest && b_is_rest;
  const auto* range = std::get_if<Range>(&a->bound);
  const auto* other = std::get_if<Range>(&b->bound);
  return range != nullptr && other != nullptr && range->lower < other->lower;
}

Sql position(std::int64_t page) {
  Sql sql("'(");
  return sql << page << ",0)'::pg_catalog.tid";
}

}  // namespace

void check_undo(const PartitionSet& set, const std::vector<UndoColumn>& columns,
                const UndoTarget& target) {
  const Parent& parent = set.inventory.parent;
  if (!target.is_plain) {
    throw Failure(Problem::kWrongObjectType, readable(target.name) + " is not an ordinary table",
                  "A table that is temporary, unlogged, partitioned, or a partition or child of "
                  "another, cannot take the rows.",
                  "Use CREATE TABLE (LIKE ... INCLUDING ALL).");
  }
  if (!parent.referring.empty()) {
    throw Failure(Problem::kNotSupported,
                  "table " + readable(parent.referring.front()) + " has a foreign key to " +
                      readable(parent.name),
                  "Its rows would refer to nothing.", "Drop the foreign key first.");
  }
  if (target.has_foreign_keys) {
    throw Failure(Problem::kNotSupported, "table " + readable(target.name) + " has foreign keys",
                  "They are not checked for rows that are moved.", "Add them afterwards.");
  }
  check_columns(readable(parent.name), columns, target);
}

void check_undo(const UndoLeaf& leaf) {
  if (leaf.kind != TableKind::kForeign) return;
  throw Failure(Problem::kNotSupported, readable(leaf.name) + " is a foreign table",
                "Its rows are on another server.", "Detach it first.");
}

std::vector<const Partition*> undo_order(const Inventory& inventory) {
  std::vector<const Partition*> order;
  for (const Partition& partition : inventory.partitions) {
    if (!partition.detach_pending) order.push_back(&partition);
  }
  std::stable_sort(order.begin(), order.end(), goes_before);
  return order;
}

std::int64_t pages_for(const UndoLeaf& leaf, int rows) {
  const bool is_known = leaf.rows > 0 && leaf.pages > 0;
  const double density = is_known ? leaf.rows / static_cast<double>(leaf.pages) : kUsualRowsOfPage;
  return std::max<std::int64_t>(1, std::llround(rows / std::max(density, 1.0)));
}

bool is_worth_a_pass(std::int64_t moved, std::optional<std::int64_t> before, int batch) {
  return moved >= batch && (!before || moved <= *before / 2);
}

Step move_step(const UndoLeaf& leaf, const Partition& partition, const UndoTarget& target,
               std::int64_t first, std::int64_t end) {
  Sql ctids("SELECT ctid FROM ONLY ");
  ctids << leaf.name << " WHERE ctid >= " << position(first) << " AND ctid < " << position(end);
  Step step{Action::kMove,
            leaf.oid,
            leaf.name,
            partition.bound_text,
            "to " + readable(target.name),
            {ctids},
            "ROW EXCLUSIVE on " + readable(leaf.name) + ", " + readable(target.name)};
  step.object_oid = target.oid;
  step.others = {{target.oid, target.name}};
  step.move = RowMove{leaf.oid, ctids, kMostCopied};
  return step;
}

Step close_step(const Partition& partition) {
  return {Action::kSeal,
          partition.oid,
          partition.name,
          partition.bound_text,
          "so that it stays empty",
          {seal_statement(partition.name)},
          "ACCESS EXCLUSIVE on " + readable(partition.name)};
}

Step open_step(const Partition& partition) {
  Sql open("ALTER TABLE ");
  open << partition.name << " DROP CONSTRAINT " << Identifier(kSealName);
  return {Action::kUnseal,
          partition.oid,
          partition.name,
          partition.bound_text,
          "it could not be removed",
          {open},
          "ACCESS EXCLUSIVE on " + readable(partition.name)};
}

std::vector<Step> remove_steps(const PartitionSet& set, const Partition& partition) {
  PartitionSet undone = set;
  undone.policy.retire = Retire::kDrop;
  undone.policy.keep_for.reset();
  undone.policy.before_retire.reset();
  undone.policy.after_retire.reset();
  return retirement_steps(undone, partition, "its rows have been moved");
}

}  // namespace pgscale
