#include <map>

#include "catalog/drift_facts.h"
#include "pg/query.h"
#include "shim/definitions.h"

namespace pgscale::catalog {
namespace {

using pg::Rows;
using pg::to_bool;
using pg::to_oid;

struct Constraint {
  Oid oid;
  Oid table;
  std::string name;
  bool is_check;
  bool valid;
};

std::string definition_of(Oid constraint) {
  const char* definition = pg::call(pgs_constraint_definition, constraint);
  return definition == nullptr ? "" : definition;
}

// Those of a foreign key whose target is partitioned, one for each partition of the target, stand
// beside it on the same table and are nobody's wish.
std::vector<Constraint> query_wishes(const DriftTree& tree) {
  const Rows rows =
      pg::query_often(Sql("SELECT k.oid, k.conrelid, k.conname, k.contype = 'c', k.convalidated"
                          "  FROM pg_catalog.pg_constraint k"
                          "  LEFT JOIN pg_catalog.pg_constraint q ON q.oid = k.conparentid"
                          " WHERE k.conrelid = ANY ($1::oid[]) AND k.contype IN ('c', 'f')"
                          // From server 18 on there are some that nobody wants to hold.
                          "   AND coalesce((to_jsonb(k)->>'conenforced')::bool, true)"
                          "   AND q.conrelid IS DISTINCT FROM k.conrelid"
                          " ORDER BY k.conrelid, k.conname"),
                      {tree.parent_list()});
  std::vector<Constraint> wishes;
  for (const auto& row : rows) {
    wishes.push_back({to_oid(row[0]), to_oid(row[1]), *row[2], to_bool(row[3]), to_bool(row[4])});
  }
  return wishes;
}

// A CHECK constraint is known to be that of the parent by its name, a foreign key by its parent.
struct Held {
  std::map<std::pair<Oid, std::string>, std::pair<std::string, bool>> checks;
  std::map<std::pair<Oid, Oid>, std::pair<std::string, bool>> foreign_keys;
};

Held query_held(const DriftTree& tree) {
  Held held;
  const Rows rows =
      pg::query_often(Sql("SELECT conrelid, conname, contype = 'c', convalidated, conparentid"
                          "  FROM unnest($1::oid[]) AS l (oid)"
                          "  JOIN pg_catalog.pg_constraint ON conrelid = l.oid"
                          " WHERE contype IN ('c', 'f')"),
                      {tree.partition_list()});
  for (const auto& row : rows) {
    const Oid table = to_oid(row[0]);
    const std::pair<std::string, bool> constraint(*row[1], to_bool(row[3]));
    if (to_bool(row[2])) {
      held.checks[{table, *row[1]}] = constraint;
    } else {
      held.foreign_keys[{table, to_oid(row[4])}] = constraint;
    }
  }
  return held;
}

const std::pair<std::string, bool>* find(const Held& held, Oid table, const Constraint& wish) {
  if (wish.is_check) {
    const auto found = held.checks.find({table, wish.name});
    return found == held.checks.end() ? nullptr : &found->second;
  }
  const auto found = held.foreign_keys.find({table, wish.oid});
  return found == held.foreign_keys.end() ? nullptr : &found->second;
}

const char* trigger_word(char letter) {
  switch (letter) {
    case 'D': return "disabled";
    case 'R': return "replica";
    case 'A': return "always";
    default: return "enabled";
  }
}

}  // namespace

std::vector<Drift> load_constraints(DriftTree& tree) {
  std::vector<Drift> of_parents;
  const std::vector<Constraint> wishes = query_wishes(tree);
  if (wishes.empty()) return of_parents;
  const Held held = query_held(tree);
  for (const Constraint& wish : wishes) {
    std::string definition;
    bool all_valid = true;
    for (PartitionFacts& facts : tree.partitions()) {
      if (facts.parent->oid != wish.table) continue;
      const auto* own = find(held, facts.table.oid, wish);
      if (own != nullptr && own->second) continue;
      all_valid = false;
      if (definition.empty()) definition = definition_of(wish.oid);
      facts.constraints.push_back(
          {own != nullptr ? own->first : wish.name, definition, wish.valid, own != nullptr, false});
    }
    if (wish.valid) continue;
    const TableFacts& parent = tree.parents().at(wish.table);
    of_parents.push_back(tree.of_parent(
        parent,
        invalid_parent_constraint(parent, {wish.name, definition_of(wish.oid), all_valid})));
  }
  return of_parents;
}

void load_triggers(DriftTree& tree) {
  const Rows wishes = pg::query_often(Sql("SELECT oid, tgrelid, tgname, tgenabled"
                                          "  FROM pg_catalog.pg_trigger"
                                          " WHERE tgrelid = ANY ($1::oid[]) AND tgtype & 1 = 1"
                                          "   AND NOT tgisinternal ORDER BY tgrelid, tgname"),
                                      {tree.parent_list()});
  if (wishes.empty()) return;
  std::map<std::pair<Oid, Oid>, std::string> held;  // by table and trigger of the parent
  for (const auto& row : pg::query_often(Sql("SELECT tgrelid, tgparentid, tgenabled"
                                             "  FROM unnest($1::oid[]) AS l (oid)"
                                             "  JOIN pg_catalog.pg_trigger ON tgrelid = l.oid"
                                             " WHERE tgparentid <> 0"),
                                         {tree.partition_list()})) {
    held[{to_oid(row[0]), to_oid(row[1])}] = trigger_word(row[2]->front());
  }
  for (const auto& wish : wishes) {
    const std::string expected = trigger_word(wish[3]->front());
    for (PartitionFacts& facts : tree.partitions()) {
      if (facts.parent->oid != to_oid(wish[1])) continue;
      const auto own = held.find({facts.table.oid, to_oid(wish[0])});
      if (own != held.end() && own->second == expected) continue;
      facts.triggers.push_back(
          {*wish[2], expected,
           own == held.end() ? std::optional<std::string>() : std::optional(own->second)});
    }
  }
}

}  // namespace pgscale::catalog
