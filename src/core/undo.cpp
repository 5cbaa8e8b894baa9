#include "core/undo.h"

#include <algorithm>
#include <cmath>

#include "core/export_file.h"
#include "core/failure.h"
#include "core/retirement.h"
#include "core/statements.h"

namespace pgscale {
namespace {

constexpr double kUsualRowsOfPage = 50;

const UndoColumn* find(const std::vector<UndoColumn>& columns, const std::string& name) {
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&](const UndoColumn& other) { return other.name == name; });
  return found == columns.end() ? nullptr : &*found;
}

// A row is copied with the values that it has.
void check_generated(const std::string& set, const UndoColumn& column, const std::string& table,
                     const UndoColumn& other) {
  const bool is_same = other.generated == column.generated;
  const bool becomes_plain = other.generated.empty() && column.has_values;
  if (is_same || becomes_plain) return;
  const auto describe = [](const UndoColumn& one) {
    return one.generated.empty() ? std::string("not generated") : one.generated;
  };
  throw Failure(Problem::kInvalidDefinition,
                "column \"" + column.name + "\" of table " + table + " is generated in another way",
                "It is " + describe(other) + " there, and " + describe(column) + " in " + set + ".",
                "Use CREATE TABLE (LIKE ... INCLUDING ALL).");
}

void check_columns(const std::string& set, const std::vector<UndoColumn>& columns,
                   const UndoTarget& target) {
  const std::string table = readable(target.name);
  for (const UndoColumn& column : columns) {
    const UndoColumn* other = find(target.columns, column.name);
    if (other == nullptr) {
      throw Failure(Problem::kUndefinedColumn,
                    "column \"" + column.name + "\" of " + set + " is missing in table " + table,
                    "",
                    "Use ALTER TABLE ... ADD COLUMN, or CREATE TABLE (LIKE ... INCLUDING ALL).");
    }
    if (other->type == column.type) {
      check_generated(set, column, table, *other);
      continue;
    }
    throw Failure(Problem::kInvalidDefinition,
                  "column \"" + column.name + "\" of table " + table + " has another type",
                  "It is " + other->type + " there, and " + column.type + " in " + set + ".",
                  "Use CREATE TABLE (LIKE ... INCLUDING ALL).");
  }
  for (const UndoColumn& column : target.columns) {
    if (find(columns, column.name) != nullptr) continue;
    throw Failure(Problem::kUndefinedColumn,
                  "column \"" + column.name + "\" of table " + table + " is missing in " + set,
                  "The rows have no value for it.", "Drop it, and add it afterwards.");
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

// What the policy says of retirement does not count, nor that somebody is to look first whether
// retention is right.
PartitionSet undone(const PartitionSet& set) {
  PartitionSet undone = set;
  undone.policy.retire = Retire::kDetach;
  undone.policy.keep_for.reset();
  undone.policy.before_retire.reset();
  undone.policy.after_retire.reset();
  undone.inventory.hold_until.reset();
  return undone;
}

// ALTER TABLE takes the locks of all below by itself, but each with a lock timeout of its own.
Step with_locks(Action action, const Partition& partition, const std::vector<NamedRelation>& below,
                const std::string& reason, const Sql& statement) {
  Step step{action,
            partition.oid,
            partition.name,
            partition.bound_text,
            reason,
            {lock_statement(partition.name, LockMode::kAccessExclusive)},
            "ACCESS EXCLUSIVE on " + readable(partition.name)};
  step.others = below;
  for (const NamedRelation& table : below) {
    step.sql.push_back(lock_statement(table.name, LockMode::kAccessExclusive));
    step.locks += ", " + readable(table.name);
  }
  step.sql.push_back(statement);
  return step;
}

Sql position(std::int64_t page) {
  Sql sql("'(");
  return sql << page << ",0)'::pg_catalog.tid";
}

}  // namespace

void check_undo(const Parent& parent, const std::vector<UndoColumn>& columns,
                const UndoTarget& target, const std::vector<TableReference>& references) {
  if (!target.is_plain) {
    throw Failure(Problem::kWrongObjectType, readable(target.name) + " is not an ordinary table",
                  "A table that is temporary, unlogged, partitioned, or a partition or child of "
                  "another, cannot take the rows.",
                  "Use CREATE TABLE (LIKE ... INCLUDING ALL).");
  }
  if (!target.has_same_owner) {
    throw Failure(
        Problem::kInsufficientPrivilege,
        "table " + readable(target.name) + " must belong to the owner of " + readable(parent.name),
        "", "Use ALTER TABLE ... OWNER TO.");
  }
  if (!references.empty()) {
    const TableReference& reference = references.front();
    throw Failure(
        Problem::kNotSupported,
        "table " + readable(reference.from) + " has a foreign key to " + readable(reference.to),
        "Its rows would refer to nothing.", "Drop the foreign key first.");
  }
  if (target.has_foreign_keys) {
    throw Failure(Problem::kNotSupported, "table " + readable(target.name) + " has foreign keys",
                  "They are not checked for rows that are moved.", "Add them afterwards.");
  }
  if (target.has_deferrable_keys) {
    throw Failure(Problem::kNotSupported,
                  "table " + readable(target.name) + " has deferrable constraints",
                  "They are not checked for rows that are moved.", "Add them afterwards.");
  }
  check_columns(readable(parent.name), columns, target);
}

void check_undo(const Partition& partition, const std::vector<UndoLeaf>& leaves) {
  for (const UndoLeaf& leaf : leaves) {
    if (leaf.kind == TableKind::kForeign) {
      throw Failure(Problem::kNotSupported, readable(leaf.name) + " is a foreign table",
                    "Its rows are on another server.", "Detach it first.");
    }
    if (!leaf.is_detaching) continue;
    throw Failure(Problem::kNotInPrerequisiteState,
                  "table " + readable(leaf.name) + " is being detached from " +
                      readable(partition.name) + " or from a partition of it",
                  "It would be dropped with the partition.",
                  "Use ALTER TABLE ... DETACH PARTITION ... FINALIZE first.");
  }
  if (!partition.sealed && !partition.copy) return;
  throw Failure(
      Problem::kNotInPrerequisiteState,
      "partition " + readable(partition.name) + " is being moved to a shard", "",
      "Let maintenance end that, or give the set another way to retire partitions first.");
}

bool may_be_emptied(const RetiredTable& table) {
  return !table.attached && (table.action == Retire::kDetach || table.action == Retire::kDrop);
}

std::vector<Step> undo_leftovers(const PartitionSet& set, Micros now,
                                 const std::set<Oid>& emptied) {
  PartitionSet wanted = undone(set);
  for (RetiredTable& table : wanted.inventory.retired) {
    if (emptied.count(table.oid) > 0) table.action = Retire::kDrop;
  }
  std::vector<Step> steps;
  for (Item& item : plan_leftovers(wanted, now).items) {
    auto* step = std::get_if<Step>(&item);
    if (step == nullptr) continue;
    const bool drops_emptied =
        step->action == Action::kDrop && emptied.count(step->partition_oid) > 0;
    if (step->action == Action::kFinalize || drops_emptied) steps.push_back(std::move(*step));
  }
  return steps;
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

Step move_step(const Parent& parent, const Partition& partition, const UndoLeaf& leaf,
               const UndoTarget& target, std::int64_t first, std::int64_t end) {
  Sql ctids("SELECT ctid FROM ONLY ");
  ctids << leaf.name << " WHERE ctid >= " << position(first) << " AND ctid < " << position(end);
  Step step{Action::kMove,
            leaf.oid,
            leaf.name,
            partition.bound_text,
            "to " + readable(target.name),
            {lock_statement(parent.name, LockMode::kRowExclusive),
             lock_statement(target.name, LockMode::kRowExclusive)},
            "ROW EXCLUSIVE on " + readable(parent.name) + ", " + readable(leaf.name) + ", " +
                readable(target.name)};
  step.object_oid = target.oid;
  step.others = {{target.oid, target.name}};
  step.move = RowMove{leaf.oid, ctids, kMostCopied};
  return step;
}

Step close_step(const Partition& partition, const std::vector<NamedRelation>& below) {
  return with_locks(Action::kSeal, partition, below, "so that it stays empty",
                    seal_statement(partition.name));
}

Step open_step(const Partition& partition, const std::vector<NamedRelation>& below) {
  Sql open("ALTER TABLE ");
  open << partition.name << " DROP CONSTRAINT " << Identifier(kSealName);
  return with_locks(Action::kUnseal, partition, below, "it could not be removed", open);
}

std::vector<Step> detach_steps(const PartitionSet& set, const Partition& partition) {
  return retirement_steps(undone(set), partition, "its rows have been moved");
}

}  // namespace pgscale
