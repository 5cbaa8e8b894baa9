#include "api/subparent.h"

#include <algorithm>

#include "api/claim.h"
#include "api/progress.h"
#include "apply/step_runner.h"
#include "catalog/retirements.h"
#include "catalog/state.h"
#include "catalog/subkeys.h"
#include "catalog/subpolicies.h"
#include "core/failure.h"
#include "core/grid.h"
#include "core/plan.h"
#include "core/replacement.h"
#include "core/schedule.h"
#include "core/tree.h"
#include "pg/contain.h"
#include "pg/server.h"

namespace pgscale::api {
namespace {

using catalog::ManagedSet;
using catalog::ParentFacts;
using catalog::PolicyRow;
using catalog::SubPolicy;

Method method_of(const PolicyArguments& given) {
  if (given.method) {
    if (*given.method == "range") return Method::kRange;
    if (*given.method == "list") return Method::kList;
    if (*given.method == "hash") return Method::kHash;
    throw Failure(Problem::kInvalidParameter, "invalid value for method: \"" + *given.method + "\"",
                  {}, "Available values: range, list, hash.");
  }
  if (given.lists) return Method::kList;
  return given.partitions ? Method::kHash : Method::kRange;
}

// In the words of the server, and with the bound from which all sets of the level count.
void complete(SubPolicy& subpolicy, const PolicyArguments& given, const ParentFacts& facts) {
  const ParentFacts below = catalog::partitioned_by(facts, subpolicy.method, subpolicy.control);
  const Policy policy = catalog::interpret(subpolicy.row, below);
  check_start(given, subpolicy.row, policy, below);
  subpolicy.row = catalog::canonical(subpolicy.row, policy, below);
  const auto axis = catalog::axis_of(subpolicy.row, below);
  if (!axis || subpolicy.row.origin) return;
  subpolicy.row.origin = axis->text(default_origin(*axis, *policy.interval, pg::policy_now()));
}

void check_size(const PartitionSet& set, Oid parent) {
  const std::size_t most = catalog::most_tables_in_a_tree(parent);
  const std::size_t tables = tables_in_tree(set, pg::policy_now(), most);
  if (tables <= most) return;
  throw Failure(Problem::kLimitExceeded,
                "a new partition would come with more than " + std::to_string(most) + " tables",
                "They are made in one transaction, whose locks must fit into the lock table.",
                "Choose fewer partitions or a longer interval, or raise "
                "max_locks_per_transaction.");
}

// The declaration as a plan sees it, below the levels above it.
void check(const SubPolicy& subpolicy, const ParentFacts& facts, const ManagedSet& managed) {
  PartitionSet set = managed.set;
  set.below.erase(set.below.begin() + (subpolicy.level - 1), set.below.end());
  const SubLevel level = catalog::interpret(subpolicy, facts);
  check_below(set, level);
  set.below.push_back(level);
  for (std::size_t i = set.below.size(); i < managed.set.below.size(); i++) {
    set.below.push_back(managed.set.below[i]);
  }
  check_size(set, facts.parent.oid);
}

// Gives levels below to partitions that exist already: those that hold nothing are made anew.
class Renewal {
 public:
  // The budget is how many tables may yet be made in this transaction.
  Renewal(pg::Session& session, Oid set, std::size_t& budget, Progress& progress)
      : managed_(catalog::load_set(set)),
        runner_(session, managed_, catalog::session_user()),
        budget_(budget),
        progress_(progress) {}

  void run() {
    for (const Partition& partition : managed_.set.inventory.partitions) {
      if (catalog::place_below(partition.oid)) {
        progress_.adopt(partition);
      } else if (partition.kind == TableKind::kPartitioned) {
        progress_.keep(partition, "it is partitioned otherwise");
      } else if (!std::holds_alternative<DefaultSlot>(partition.bound)) {
        renew(partition);
      }
    }
  }

 private:
  void renew(const Partition& partition) {
    const auto steps = replacement_steps(managed_.set, partition, pg::policy_now());
    if (steps.empty() || !catalog::has_no_page(partition.oid)) {
      progress_.keep(partition, "a table that stays as it is");
      return;
    }
    const std::size_t tables = 1 + steps.back().subtree.size();
    if (tables > budget_) {
      progress_.keep(partition, "too many for one transaction; declare the level anew to go on");
      return;
    }
    budget_ -= tables;
    const auto trouble = pg::attempt([&] { carry_out(steps, partition); });
    if (trouble) {
      progress_.keep(partition, trouble->message);
    } else {
      progress_.done(steps.back());
    }
  }

  // Once it is locked nobody can put rows into it.
  void carry_out(const std::vector<Step>& steps, const Partition& partition) {
    {
      const pg::LockTimeout limit(pg::lock_timeout());
      pg::call(pgs_lock_exclusively, managed_.facts.parent.oid);
      pg::call(pgs_lock_exclusively, partition.oid);
    }
    if (!catalog::has_no_page(partition.oid)) {
      throw Failure(Problem::kInUse, "it has been written to meanwhile");
    }
    for (const Step& step : steps) (void)runner_.run(step);
  }

  const ManagedSet managed_;
  apply::StepRunner runner_;
  std::size_t& budget_;
  Progress& progress_;
};

std::vector<Oid> sets_above(Oid root, int level) {
  std::vector<Oid> sets;
  if (level == 1) sets.push_back(root);
  for (Oid set : catalog::sets_below(root)) {
    const auto place = catalog::place_below(set);
    if (place && place->level == level - 1) sets.push_back(set);
  }
  return sets;
}

void create_subparent(PgsCall* call) {
  const pg::Arguments arguments(call);
  const Oid parent = arguments.relation(0, "parent");
  const PolicyArguments given = policy_arguments(arguments);
  (void)pg::not_null(given.control, "control");
  pg::Session session(pg::Venue::kFunction);

  const ParentFacts facts = catalog::read_parent(parent);
  catalog::require_ownership(facts);
  (void)catalog::require_policy(facts);
  refuse_below(facts);
  claim_in_transaction(facts);
  const SubPolicy subpolicy = new_level(catalog::load_set(parent), given);
  catalog::insert_subpolicy(parent, subpolicy);

  catalog::settle_tree(parent);
  Progress progress;
  std::size_t budget = catalog::most_tables_in_a_tree(parent);
  for (Oid set : sets_above(parent, subpolicy.level)) {
    Renewal(session, set, budget, progress).run();
  }
  catalog::settle_tree(parent);
  session.end();
  progress.give(call);
}

SubPolicy require_level(const ParentFacts& facts, std::optional<int> level) {
  const int wanted = pg::not_null(level, "level");
  for (SubPolicy& subpolicy : catalog::load_subpolicies({facts.parent.oid, 0})) {
    if (subpolicy.level == wanted) return subpolicy;
  }
  throw Failure(
      Problem::kUndefinedObject,
      "set \"" + facts.parent.name.name.name() + "\" has no level " + std::to_string(*level), {},
      "View pgscale.subpartitions shows its levels.");
}

void tell_plan(Oid set, Progress& progress) {
  ManagedSet managed = catalog::load_set(set);
  for (const Item& item : catalog::plan_set(managed, pg::policy_now()).items) {
    if (const auto* step = std::get_if<Step>(&item)) {
      progress.defer(*step);
    } else {
      progress.refuse(std::get<Refusal>(item));
    }
  }
}

void alter_subparent(PgsCall* call) {
  const pg::Arguments arguments(call);
  const Oid parent = arguments.relation(0, "parent");
  const auto number = arguments.integer(1);
  PolicyArguments given = policy_arguments(arguments);
  given.control.reset();  // where this function has the level
  pg::Session session(pg::Venue::kFunction);

  const ParentFacts facts = catalog::read_parent(parent);
  catalog::require_ownership(facts);
  (void)catalog::require_policy(facts);
  refuse_below(facts);
  const SubPolicy before = require_level(facts, number);
  SubPolicy subpolicy = before;
  subpolicy.row = changed(before.row, given, facts);
  if (given.start_at) subpolicy.fills = subpolicy.row.origin.has_value();
  complete(subpolicy, given, facts);
  if (subpolicy.method == Method::kHash) refuse_new_modulus(given, before.row);
  check(subpolicy, facts, catalog::load_set(parent));
  catalog::update_subpolicy(parent, subpolicy);
  if (given.retention || given.retention_count || given.retention_bytes || given.retire)
    catalog::cancel_actions_of_level(parent, subpolicy.level);
  catalog::make_level_due(parent, subpolicy.level);

  Progress progress;
  for (Oid set : sets_above(parent, subpolicy.level + 1)) {
    if (given.start_at && subpolicy.fills) catalog::create_state(set, false);
    tell_plan(set, progress);
  }
  session.end();
  progress.give(call);
}

void forget_subparent(PgsCall* call) {
  const pg::Arguments arguments(call);
  const Oid parent = arguments.relation(0, "parent");
  const auto number = arguments.integer(1);
  pg::Session session(pg::Venue::kFunction);
  const ParentFacts facts = catalog::read_parent(parent);
  catalog::require_ownership(facts);
  (void)catalog::require_policy(facts);
  refuse_below(facts);
  catalog::delete_subpolicies(parent, require_level(facts, number).level);
  session.end();
  pg::call(pgs_return_void, call);
}

}  // namespace

SubPolicy new_level(const ManagedSet& managed, const PolicyArguments& given) {
  const ParentFacts& facts = managed.facts;
  SubPolicy subpolicy{static_cast<int>(managed.set.below.size()) + 1, method_of(given),
                      *given.control, given.start_at.has_value(), policy_row(given, facts)};
  complete(subpolicy, given, facts);
  catalog::require_in_unique_keys(facts, subpolicy.control);
  check(subpolicy, facts, managed);
  return subpolicy;
}

}  // namespace pgscale::api

extern "C" {
bool body_pgscale_create_subparent(PgsCall* call, PgsFailure* failure);
bool body_pgscale_alter_subparent(PgsCall* call, PgsFailure* failure);
bool body_pgscale_forget_subparent(PgsCall* call, PgsFailure* failure);

bool body_pgscale_create_subparent(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::create_subparent(call); });
}

bool body_pgscale_alter_subparent(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::alter_subparent(call); });
}

bool body_pgscale_forget_subparent(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::forget_subparent(call); });
}
}
