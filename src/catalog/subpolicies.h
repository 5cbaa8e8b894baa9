#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/policies.h"
#include "core/sublevel.h"

namespace pgscale::catalog {

// Where a set stands: 0 for a set of its own, whose root it is.
struct Place {
  Oid root;
  int level;
};

// A row of pgscale.subpolicy.
struct SubPolicy {
  int level;
  Method method;
  std::string control;
  bool fills;  // range: from start_at on
  PolicyRow row;
};

// Of a set that follows the policy of a level; empty for one of its own, and for a table that has
// left the tree of its root or is about to.
[[nodiscard]] std::optional<Place> place_below(Oid parent);

// The levels below that one, from the top down.
[[nodiscard]] std::vector<SubPolicy> load_subpolicies(const Place& place);
// The same for plans, below a set with that policy. The table is any of the tree: all have the same
// columns. A level that wishes no storage parameters has those of the one above it,
// and so it is with the template.
[[nodiscard]] std::vector<SubLevel> load_levels_below(const ParentFacts& facts,
                                                      const Policy& policy);
[[nodiscard]] SubLevel interpret(const SubPolicy& subpolicy, const ParentFacts& facts);

void insert_subpolicy(Oid root, const SubPolicy& subpolicy);
void update_subpolicy(Oid root, const SubPolicy& subpolicy);
// Forgets the level with all below it.
void delete_subpolicies(Oid root, int level);

// What follows a policy below the root, level by level, in the order of names; of those below
// `above` only, where that is not the root itself.
[[nodiscard]] std::vector<Oid> sets_below(Oid above);

// Lets partitions that are partitioned as their level wants follow its policy, all levels of the
// tree, and lets go of those that have left it.
void settle_tree(Oid root);

// Lets go of one that no policy is for any more.
void forget_lost_set(Oid parent);

// The policy of the level has changed: look at all its sets at once.
void make_level_due(Oid root, int level);
// As cancel_actions(), for all sets of the level.
void cancel_actions_of_level(Oid root, int level);

}  // namespace pgscale::catalog
