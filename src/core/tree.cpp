#include "core/tree.h"

#include <algorithm>

#include "core/failure.h"
#include "core/plan.h"
#include "core/statements.h"

namespace pgscale {
namespace {

// The partition as a set of its own that has no partition yet.
PartitionSet set_below(const PartitionSet& set, const QualifiedName& partition) {
  const SubLevel& level = set.below.front();
  Parent parent = set.inventory.parent;
  parent.oid = 0;
  parent.name = partition;
  parent.base_name = partition.name.name();
  parent.method = level.method;
  parent.key_columns = {level.control};
  parent.key_collations = {std::nullopt};
  PartitionSet below{level.policy,
                     Inventory(std::move(parent)),
                     level.axis,
                     {set.below.begin() + 1, set.below.end()}};
  below.inventory.taken_names = set.inventory.taken_names;
  return below;
}

Refusal refusal_of_tree(const Refusal& below, const QualifiedName& partition,
                        const Sql& bound_clause) {
  Refusal refusal = below;
  refusal.partition = readable(partition);
  refusal.bounds = bound_clause.text();
  return refusal;
}

}  // namespace

Tree make_apart(const PartitionSet& set, const QualifiedName& partition, const Sql& bound_clause,
                Micros now) {
  const Parent& parent = set.inventory.parent;
  Tree tree;
  if (set.below.empty()) {
    tree.refusal = refusal_of_template(set, Action::kCreate, partition, bound_clause);
    if (!tree.refusal) tree.sql = table_statements(parent, partition, set.policy);
    return tree;
  }
  tree.sql = partitioned_table_statements(parent, partition, set.below.front());
  for (const Item& item : plan(set_below(set, partition), now).items) {
    if (const auto* refusal = std::get_if<Refusal>(&item)) {
      tree.refusal = refusal_of_tree(*refusal, partition, bound_clause);
      return tree;
    }
    const auto& step = std::get<Step>(item);
    tree.subtree.push_back(step.partition);
    tree.subtree.insert(tree.subtree.end(), step.subtree.begin(), step.subtree.end());
    tree.sql.insert(tree.sql.end(), step.sql.begin(), step.sql.end());
  }
  return tree;
}

Tree make_tree(const PartitionSet& set, const QualifiedName& partition, const Sql& bound_clause,
               Micros now) {
  Tree tree = make_apart(set, partition, bound_clause, now);
  if (!tree.refusal) {
    tree.sql.push_back(attach_statement(set.inventory.parent.name, partition, bound_clause));
  }
  return tree;
}

std::optional<Refusal> refusal_of_template(const PartitionSet& set, Action action,
                                           const QualifiedName& partition,
                                           const Sql& bound_clause) {
  const auto& trouble = set.policy.index_template.trouble;
  if (!trouble) return std::nullopt;
  return Refusal{action,          readable(partition), bound_clause.text(), trouble->problem(),
                 trouble->what(), trouble->hint()};
}

std::size_t tables_in_tree(const PartitionSet& set, Micros now, std::size_t most) {
  if (set.below.empty()) return 1;
  const PartitionSet below = set_below(set, set.inventory.parent.name);
  PartitionSet flat = below;
  flat.below.clear();
  const std::size_t width = plan(flat, now).items.size();
  const std::size_t each = width > most ? 1 : tables_in_tree(below, now, most);
  return std::min(most, width * each) + 1;
}

void check_below(const PartitionSet& set, const SubLevel& level) {
  const auto& key = set.inventory.parent.key_columns;
  bool is_used = std::find(key.begin(), key.end(), level.control) != key.end();
  for (const SubLevel& above : set.below) is_used = is_used || above.control == level.control;
  if (is_used) {
    throw Failure(Problem::kNotSupported,
                  "column \"" + level.control + "\" is the key of a level above",
                  "Each level of a set has a key column of its own.");
  }
  if (!level.policy.naming.empty() && level.policy.naming.find("{parent}") == std::string::npos) {
    throw Failure(Problem::kInvalidParameter,
                  "invalid name template \"" + level.policy.naming + "\"",
                  "Below the first level it must contain {parent}, or two partitions would be "
                  "given one name.");
  }
}

}  // namespace pgscale
