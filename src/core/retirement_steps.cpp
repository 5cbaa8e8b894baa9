#include "core/retirement_steps.h"

#include "core/archive.h"
#include "core/cold_shard.h"
#include "core/export_file.h"
#include "core/statements.h"

namespace pgscale {
namespace {

const RetiredTable* retirement_of(const Inventory& inventory, Oid oid) {
  for (const RetiredTable& table : inventory.retired) {
    if (table.oid == oid) return &table;
  }
  return nullptr;
}

std::string detach_locks(const Inventory& inventory, const QualifiedName& partition,
                         DetachMode mode) {
  const std::string parent = readable(inventory.parent.name);
  std::string locks;
  if (mode != DetachMode::kPlain) {
    locks = "SHARE UPDATE EXCLUSIVE on " + parent + "; ACCESS EXCLUSIVE on " + readable(partition);
  } else {
    locks = "ACCESS EXCLUSIVE on " + parent + ", " + readable(partition);
    if (const Partition* rest = default_partition(inventory)) locks += ", " + readable(rest->name);
  }
  // The foreign keys become the partition's own, with triggers on their targets.
  for (const QualifiedName& table : inventory.parent.referenced) {
    locks += "; SHARE ROW EXCLUSIVE on " + readable(table);
  }
  // The part of their foreign keys that is about the partition is dropped.
  for (const QualifiedName& table : inventory.parent.referring) {
    locks += "; ACCESS EXCLUSIVE on " + readable(table);
  }
  return locks;
}

Step step_for(Action action, const Leaver& table, const std::string& reason) {
  Step step{action, table.oid, table.name, table.bounds, reason, {}, ""};
  step.retire = table.retire;
  return step;
}

// What the catalog says of the table by then; before that is known, of the table alone.
const TableTree& tree_of(const Inventory& inventory, Oid table) {
  static const TableTree kUnknown{};
  const auto found = inventory.trees.find(table);
  return found == inventory.trees.end() ? kUnknown : found->second;
}

}  // namespace

Leaver leaver(const Partition& partition, Retire retire) {
  Leaver leaver{partition.oid,        partition.name,         partition.kind,
                partition.bound_text, partition.publications, retire};
  leaver.remote = partition.remote;
  return leaver;
}

Leaver leaver(const RetiredTable& table) {
  return {table.oid,          table.name,   table.kind,  table.bound_text,
          table.publications, table.action, true,        table.detached_at,
          table.sealed,       table.done,   table.remote};
}

Step finalize_step(const PartitionSet& set, const Partition& partition) {
  Step step{Action::kFinalize,
            partition.oid,
            partition.name,
            partition.bound_text,
            "a concurrent detach was interrupted",
            {detach_statement(set.inventory.parent.name, partition.name, DetachMode::kFinalize)},
            detach_locks(set.inventory, partition.name, DetachMode::kFinalize)};
  const RetiredTable* retired = retirement_of(set.inventory, partition.oid);
  step.retire = retired != nullptr ? retired->action : Retire::kDetach;
  return step;
}

Step detach_step(const PartitionSet& set, const Partition& partition, const std::string& reason) {
  // PostgreSQL refuses CONCURRENTLY beside a default partition.
  const DetachMode mode =
      default_partition(set.inventory) == nullptr ? DetachMode::kConcurrently : DetachMode::kPlain;
  Step detach{Action::kDetach,
              partition.oid,
              partition.name,
              partition.bound_text,
              reason,
              {detach_statement(set.inventory.parent.name, partition.name, mode)},
              detach_locks(set.inventory, partition.name, mode)};
  detach.concurrently = mode == DetachMode::kConcurrently;
  if (!detach.concurrently) detach.sql = plain_detach_statements(set.inventory, partition);
  detach.retire = set.policy.retire;
  return detach;
}

Step drop_step(const PartitionSet& set, const Leaver& table) {
  const Inventory& inventory = set.inventory;
  Step step = step_for(Action::kDrop, table, std::string("retire = ") + text(table.retire));
  step.sql = drop_statements(inventory.parent, table.kind, table.name);
  if (table.remote) step.remote = drop_on_shard(table.remote->shard, table.remote->name);
  step.locks = "ACCESS EXCLUSIVE on " + readable(table.name);
  for (const QualifiedName& target : inventory.parent.referenced) {
    step.locks += ", " + readable(target);
  }
  return step;
}

std::vector<Step> unpublish_steps(const Leaver& table) {
  std::vector<Step> steps;
  for (const Publication& publication : table.publications) {
    Step step =
        step_for(Action::kUnpublish, table, "publication " + publication.name + " names it");
    step.sql = {unpublish_statement(publication.name, table.name)};
    step.locks = "SHARE UPDATE EXCLUSIVE on " + readable(table.name);
    step.role = publication.owner;
    steps.push_back(std::move(step));
  }
  return steps;
}

Step archive_step(const PartitionSet& set, const Leaver& table) {
  Step step = step_for(Action::kArchive, table, "retire = archive");
  step.sql = archive_statements(*set.policy.archive, tree_of(set.inventory, table.oid));
  step.locks = "ACCESS EXCLUSIVE on " + readable(table.name);
  step.becomes = archived_name(*set.policy.archive, table.name);
  return step;
}

std::vector<Step> export_steps(const PartitionSet& set, const Leaver& table) {
  std::vector<Step> steps;
  if (!table.sealed) {
    Step seal = step_for(Action::kSeal, table, "so that no row is added or changed any more");
    seal.sql = {seal_statement(table.name)};
    seal.locks = "ACCESS EXCLUSIVE on " + readable(table.name);
    steps.push_back(std::move(seal));
  }
  const ExportPolicy& policy = *set.policy.exported;
  Step step = step_for(Action::kExport, table, "retire = export");
  step.sql = {export_lock_statement(table.name),
              export_statement(policy, table.name, tree_of(set.inventory, table.oid).columns),
              count_statement(table.name)};
  step.locks = "SHARE on " + readable(table.name);
  step.file = export_file(policy, table.name);
  steps.push_back(std::move(step));
  return steps;
}

Step hook_step(const PartitionSet& set, Action action, const QualifiedName& function,
               const HookCall& call) {
  const bool is_before = action == Action::kBeforeRetire;
  Step step{action,
            0,
            call.partition,
            call.bounds,
            std::string(is_before ? "before_retire = " : "after_retire = ") + readable(function),
            {hook_statement(function, set.inventory.parent.name, call)},
            ""};
  step.call = call;
  return step;
}

Step before_step(const PartitionSet& set, const Leaver& table) {
  Step step = hook_step(set, Action::kBeforeRetire, *set.policy.before_retire,
                        {table.name, table.bounds, text(table.retire), ""});
  step.partition_oid = table.oid;
  return step;
}

}  // namespace pgscale
