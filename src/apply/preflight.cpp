#include "apply/preflight.h"

#include "core/statements.h"
#include "pg/server.h"

namespace pgscale::apply {

using catalog::AdopteeFacts;
using catalog::AdoptionRow;
using catalog::Guard;
using catalog::ManagedSet;

ManagedSet as_set(const AdopteeFacts& facts, const AdoptionRow& row) {
  return {facts.as_parent,
          row.policy,
          {catalog::interpret(row.policy, facts.as_parent), Inventory(facts.as_parent.parent),
           catalog::axis_of(row.policy, facts.as_parent)}};
}

AdoptionNames names_of(const AdopteeFacts& facts, const AdoptionRow& row) {
  AdoptionNames names = adoption_names(facts.table, row.policy.naming.value_or(""));
  // After a rename or a restore the index still has the name that it was given.
  if (!row.key_index.empty()) names.key_index = Identifier(row.key_index);
  return names;
}

AdoptionRequest request_of(const AdopteeFacts& facts, const AdoptionRow& row) {
  const ManagedSet set = as_set(facts, row);
  AdoptionRequest request{set.set.policy, set.set.axis.value(), pg::policy_now(), std::nullopt};
  if (row.boundary_asked) {
    request.boundary =
        catalog::read_position("boundary", *row.boundary_asked, row.policy, facts.as_parent);
  }
  return request;
}

ManagedSet set_to_be(const AdopteeFacts& facts, const AdoptionRow& row, Point boundary) {
  ManagedSet managed = as_set(facts, row);
  if (row.parent) {
    const catalog::ParentFacts parent = catalog::read_parent(*row.parent);
    managed = catalog::load_set(parent, row.policy, catalog::interpret(row.policy, parent));
  }
  managed.facts.parent.base_name = facts.table.name.name.name();
  managed.set.inventory.parent.base_name = facts.table.name.name.name();
  managed.set.inventory.partitions.push_back(
      partition_to_be(facts.table, names_of(facts, row).old, boundary));
  return managed;
}

Findings examine(AdopteeFacts& facts, const AdoptionRow& row) {
  const AdoptionNames names = names_of(facts, row);
  AdoptionRequest request = request_of(facts, row);
  facts.table.rows = catalog::look_at_rows(facts, request.axis, catalog::Look::kNewestAndNulls);
  const bool is_guarded = catalog::guard_of(facts.table.oid) != Guard::kAbsent;
  if (is_guarded && row.boundary) {
    request.boundary =
        catalog::read_position("boundary", *row.boundary, row.policy, facts.as_parent);
  }
  if (!row.parent) {
    facts.table.taken_names = catalog::taken_names(names.old.schema, {names.old.name.name()});
  }
  Findings found = findings(facts.table, names);
  const BoundaryChoice choice = choose_boundary(facts.table, request);
  found.push_back(choice.finding);
  if (is_guarded && !row.boundary) {
    found.push_back({"check constraint", kGuardName, Verdict::kBlocker,
                     "its name is that of the guard, and no adoption is under way", "drop it"});
  }
  if (!choice.boundary) return found;
  ManagedSet to_be = set_to_be(facts, row, *choice.boundary);
  for (Finding& finding : findings_on_partitions(catalog::plan_set(to_be, request.now))) {
    found.push_back(std::move(finding));
  }
  return found;
}

}  // namespace pgscale::apply
