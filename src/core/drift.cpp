#include "core/drift.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "core/grants.h"
#include "core/repairs.h"
#include "core/statements.h"

namespace pgscale {
namespace {

std::string or_none(const std::string& text) { return text.empty() ? "none" : text; }

std::string reason_of(const Drift& drift) {
  const std::string object = drift.object.empty() ? "" : " " + drift.object;
  return std::string(text(drift.kind)) + object + ": " + or_none(drift.actual);
}

const char* text(ReplicaIdentity identity) {
  switch (identity) {
    case ReplicaIdentity::kNothing: return "nothing";
    case ReplicaIdentity::kFull: return "full";
    case ReplicaIdentity::kIndex: return "index";
    case ReplicaIdentity::kDefault: break;
  }
  return "default";
}

DriftKind kind_of(ColumnProperty property) {
  switch (property) {
    case ColumnProperty::kNotNull: return DriftKind::kConstraint;
    case ColumnProperty::kDefault: return DriftKind::kDefault;
    case ColumnProperty::kIdentity: return DriftKind::kIdentity;
    case ColumnProperty::kGenerated: return DriftKind::kGenerated;
    case ColumnProperty::kStatistics: return DriftKind::kStatistics;
    case ColumnProperty::kStorage:
    case ColumnProperty::kCompression: break;
  }
  return DriftKind::kStorage;
}

// What PostgreSQL keeps in step by itself can only differ by a fault or by a catalog changed by
// hand, and what it was meant to be nobody knows.
Severity severity_of(ColumnProperty property) {
  if (property == ColumnProperty::kNotNull) return Severity::kCritical;
  return property == ColumnProperty::kGenerated ? Severity::kWarning : Severity::kInfo;
}

using GrantKey = std::tuple<std::string, std::string, Privilege>;  // who, column, what

std::map<GrantKey, GrantFact> keyed(const std::vector<GrantFact>& grants) {
  std::map<GrantKey, GrantFact> result;
  for (const GrantFact& fact : grants) {
    GrantFact& held =
        result.try_emplace({fact.grant.grantee, fact.grant.column, fact.grant.privilege}, fact)
            .first->second;
    held.grant.grantable = held.grant.grantable || fact.grant.grantable;
    held.by_owner = held.by_owner && fact.by_owner;
  }
  return result;
}

class Comparison {
 public:
  Comparison(const PartitionFacts& facts, Oid caller) : facts_(facts), caller_(caller) {}

  std::vector<Drift> run() {
    compare_owner();
    compare_security();
    compare_grants();
    for (const ColumnFacts& column : facts_.columns) compare_column(column);
    for (const ConstraintFacts& constraint : facts_.constraints) compare_constraint(constraint);
    for (const IndexFacts& index : facts_.indexes) compare_index(index);
    compare_replica_identity();
    for (const TriggerFacts& trigger : facts_.triggers) compare_trigger(trigger);
    compare_storage();
    if (table().kind == TableKind::kTable) {
      for (const auto& [name, value] : parent().storage_parameters) compare_parameter(name, value);
    }
    return std::move(found_);
  }

 private:
  [[nodiscard]] const TableFacts& parent() const { return *facts_.parent; }
  [[nodiscard]] const TableFacts& table() const { return facts_.table; }

  Drift& add(DriftKind kind, const std::string& object, const std::string& expected,
             const std::string& actual, Severity severity) {
    found_.push_back({kind, object, expected, actual, severity, table().oid, table().name, {}});
    return found_.back();
  }

  void compare_owner() {
    if (table().owner == parent().owner) return;
    Drift& drift = add(DriftKind::kOwner, "", parent().owner, table().owner, Severity::kWarning);
    Sql change("OWNER TO ");
    change << Identifier(parent().owner);
    Step step = alter_step(table(), {alter_table(table().name, change)}, reason_of(drift));
    step.role = caller_;  // the owner of the parent may not give himself somebody's table
    drift.repair = {step};
  }

  // A partition without row security can be read around the policies of its parent.
  void compare_security() {
    if (!parent().row_security || table().row_security) return;
    Drift& drift = add(DriftKind::kRowSecurity, "", "enabled", "disabled", Severity::kCritical);
    drift.repair = {alter_step(
        table(), {alter_table(table().name, Sql("ENABLE ROW LEVEL SECURITY"))}, reason_of(drift))};
  }

  void compare_grants() {
    const auto wish = keyed(parent().grants);
    const auto held = keyed(table().grants);
    std::set<std::string> grantees;
    for (const auto* side : {&wish, &held}) {
      for (const auto& [key, fact] : *side) grantees.insert(std::get<0>(key));
    }
    for (const std::string& grantee : grantees) compare_grants(grantee, wish, held);
  }

  void compare_grants(const std::string& grantee, const std::map<GrantKey, GrantFact>& wish,
                      const std::map<GrantKey, GrantFact>& held) {
    std::vector<Grant> expected, actual, missing, excess, excess_option;
    bool can_revoke = true;
    for (const auto& [key, fact] : wish) {
      if (std::get<0>(key) != grantee) continue;
      expected.push_back(fact.grant);
      const auto found = held.find(key);
      if (found == held.end() || (fact.grant.grantable && !found->second.grant.grantable)) {
        missing.push_back(fact.grant);
      }
    }
    for (const auto& [key, fact] : held) {
      if (std::get<0>(key) != grantee) continue;
      actual.push_back(fact.grant);
      const auto found = wish.find(key);
      if (found != wish.end() && (found->second.grant.grantable || !fact.grant.grantable)) continue;
      (found == wish.end() ? excess : excess_option).push_back(fact.grant);
      can_revoke = can_revoke && fact.by_owner;
    }
    for (Grant& grant : excess) grant.grantable = false;
    const bool exceeds = !excess.empty() || !excess_option.empty();
    if (missing.empty() && !exceeds) return;
    Drift& drift = add(DriftKind::kGrant, grantee.empty() ? "PUBLIC" : grantee, readable(expected),
                       readable(actual), exceeds ? Severity::kWarning : Severity::kInfo);
    if (!can_revoke) return;
    std::vector<Sql> sql = grant_statements(missing, table().name);
    for (auto [list, what] : {std::pair(&excess, Revocation::kPrivilege),
                              std::pair(&excess_option, Revocation::kGrantOption)}) {
      for (const Sql& revoke : revoke_statements(*list, table().name, what)) sql.push_back(revoke);
    }
    drift.repair = {unlocked_step(table(), sql, reason_of(drift))};
  }

  void compare_column(const ColumnFacts& column) {
    if (column.expected == column.actual) return;
    const std::string object =
        column.property == ColumnProperty::kNotNull ? column.column + " NOT NULL" : column.column;
    Drift& drift = add(kind_of(column.property), object, column.expected, column.actual,
                       severity_of(column.property));
    const std::string reason = reason_of(drift);
    const QualifiedName& name = table().name;
    switch (column.property) {
      case ColumnProperty::kDefault: {
        Sql change("DROP DEFAULT");
        if (!column.expected.empty()) change = Sql("SET DEFAULT ");
        change << Definition{column.expected};
        drift.repair = {alter_step(table(), {alter_column(name, column.column, change)}, reason)};
        return;
      }
      case ColumnProperty::kStorage:
      case ColumnProperty::kCompression: {
        Sql change("SET ");
        change << Definition{column.property == ColumnProperty::kStorage ? "STORAGE "
                                                                         : "COMPRESSION "}
               << Definition{column.expected};
        drift.repair = {alter_step(table(), {alter_column(name, column.column, change)}, reason)};
        return;
      }
      case ColumnProperty::kStatistics: {
        const ColumnTarget target{column.column, std::stoi(column.expected)};
        Step step = unlocked_step(table(), {statistics_target_statement(name, target)}, reason);
        step.locks = "SHARE UPDATE EXCLUSIVE on " + readable(name);
        drift.repair = {step};
        return;
      }
      case ColumnProperty::kNotNull:
      case ColumnProperty::kIdentity:
      case ColumnProperty::kGenerated: return;
    }
  }

  void compare_constraint(const ConstraintFacts& constraint) {
    if (!constraint.present) {
      add(DriftKind::kConstraint, constraint.name, constraint.definition, "missing",
          Severity::kCritical);
      return;
    }
    // That of a partitioned table is validated after those of its partitions.
    if (constraint.valid || table().kind == TableKind::kPartitioned) return;
    Drift& drift = add(DriftKind::kConstraint, constraint.name, constraint.definition, "not valid",
                       constraint.parent_valid ? Severity::kWarning : Severity::kInfo);
    drift.repair = {validate_constraint_step(table(), constraint.name, reason_of(drift))};
  }

  void compare_index(const IndexFacts& given) {
    const IndexFacts facts = given.wish->of_template ? with_own_index(given) : given;
    const IndexWish& wish = *facts.wish;
    if (facts.attached && facts.attached->valid) {
      compare_leftovers(facts);
      compare_index_options(facts);
      return;
    }
    // Its own partitions tell more.
    if (facts.attached && table().kind == TableKind::kPartitioned) return;
    std::string actual = facts.attached ? "invalid" : "missing";
    bool being_built = facts.attached && facts.attached->being_built;
    for (const PartitionIndex& index : facts.alike) {
      being_built = being_built || index.being_built;
      const char* lack = wish.of_template ? "no constraint: " : "not attached: ";
      actual = (index.valid ? lack : "invalid: ") + readable(index.name);
    }
    if (being_built) actual = "being built";
    const std::string expected = facts.attached ? " valid"
                                 : wish.unique && !wish.definition.empty()
                                     ? " UNIQUE" + wish.definition
                                     : wish.definition;
    Drift& drift =
        add(DriftKind::kIndex, wish.of_template ? readable(wish.name) : wish.name.name.name(),
            expected.empty() ? "" : expected.substr(1), actual,
            wish.unique && !being_built ? Severity::kCritical : Severity::kWarning);
    drift.repair = index_repair(table(), facts, reason_of(drift));
  }

  // An index of the template is attached to none; the one that does its service takes that place.
  static IndexFacts with_own_index(IndexFacts facts) {
    const bool needs_constraint = facts.wish->backing != Backing::kNone;
    const auto own = std::find_if(facts.alike.begin(), facts.alike.end(), [=](const auto& index) {
      return index.valid && (index.constrained || !needs_constraint);
    });
    if (own == facts.alike.end()) return facts;
    facts.attached = *own;
    facts.alike.erase(own);
    return facts;
  }

  // What a REINDEX CONCURRENTLY that broke leaves behind costs every write and serves no query.
  void compare_leftovers(const IndexFacts& facts) {
    for (const PartitionIndex& index : facts.alike) {
      if (index.valid || index.being_built || index.constrained) continue;
      Drift& drift =
          add(DriftKind::kIndex, index.name.name.name(), "", "invalid", Severity::kWarning);
      drift.repair = {drop_index_step(table(), *facts.wish, index, reason_of(drift))};
    }
  }

  void compare_index_options(const IndexFacts& facts) {
    const IndexWish& wish = *facts.wish;
    if (wish.options.empty() || wish.options == facts.attached->options) return;
    Drift& drift = add(DriftKind::kStorage, facts.attached->name.name.name(), wish.options,
                       facts.attached->options, Severity::kInfo);
    Sql sql("ALTER INDEX ");
    sql << facts.attached->name << " SET (" << Definition{wish.options} << ")";
    Step step = unlocked_step(table(), {sql}, reason_of(drift));
    step.others = {{facts.attached->oid, facts.attached->name}};
    step.locks = "SHARE UPDATE EXCLUSIVE on " + readable(facts.attached->name);
    drift.repair = {step};
  }

  // Where the parent says nothing a partition may have good reasons: without an identity its
  // updates could not be published.
  void compare_replica_identity() {
    const ReplicaIdentity wish = parent().replica_identity;
    const ReplicaIdentity fact = table().replica_identity;
    const bool same_index =
        wish != ReplicaIdentity::kIndex ||
        (facts_.wished_replica_index != 0 && facts_.wished_replica_index == table().replica_index);
    if (wish == fact && same_index) return;
    const bool is_stated = wish != ReplicaIdentity::kDefault;
    Drift& drift = add(DriftKind::kReplicaIdentity, "", text(wish),
                       wish == fact ? "another index" : text(fact),
                       is_stated ? Severity::kWarning : Severity::kInfo);
    const std::string reason = reason_of(drift);
    if (wish == ReplicaIdentity::kFull) {
      set_identity(drift, Sql("REPLICA IDENTITY FULL"), reason);
    } else if (wish == ReplicaIdentity::kNothing) {
      set_identity(drift, Sql("REPLICA IDENTITY NOTHING"), reason);
    } else if (wish == ReplicaIdentity::kIndex && facts_.wished_replica_index != 0) {
      drift.repair = {alter_step(
          table(), {replica_index_statement(table().name, Identifier(facts_.replica_index_name))},
          reason)};
    }
  }

  void set_identity(Drift& drift, const Sql& change, const std::string& reason) const {
    drift.repair = {alter_step(table(), {alter_table(table().name, change)}, reason)};
  }

  // Somebody may have disabled it on purpose, and what it would do to the next rows nobody knows.
  void compare_trigger(const TriggerFacts& trigger) {
    if (trigger.actual == trigger.expected) return;
    add(DriftKind::kTrigger, trigger.name, trigger.expected, trigger.actual.value_or("missing"),
        trigger.actual ? Severity::kWarning : Severity::kCritical);
  }

  // To change any of these is to write the whole table anew, behind a lock that stops everybody.
  void compare_storage() {
    if (parent().unlogged != table().unlogged) {
      auto persistence = [](const TableFacts& t) { return t.unlogged ? "unlogged" : "logged"; };
      add(DriftKind::kPersistence, "", persistence(parent()), persistence(table()),
          table().unlogged ? Severity::kCritical : Severity::kInfo);
    }
    if (!parent().tablespace.empty() && parent().tablespace != table().tablespace) {
      add(DriftKind::kTablespace, "", parent().tablespace,
          table().tablespace.empty() ? "default" : table().tablespace, Severity::kInfo);
    }
    if (!parent().access_method.empty() && table().kind == TableKind::kTable &&
        parent().access_method != table().access_method) {
      add(DriftKind::kAccessMethod, "", parent().access_method, table().access_method,
          Severity::kInfo);
    }
  }

  // What the policy does not name a partition may have by itself.
  void compare_parameter(const std::string& name, const std::string& wish) {
    if (is_of_toast(name) && !table().has_toast_table) return;
    const Options& held = table().storage_parameters;
    const auto found = std::find_if(held.begin(), held.end(),
                                    [&name](const auto& option) { return option.first == name; });
    const std::string fact = found == held.end() ? "" : found->second;
    if (fact == wish) return;
    Drift& drift = add(DriftKind::kStorage, name, wish, fact, Severity::kInfo);
    drift.repair = {parameter_step(table(), name, wish, reason_of(drift))};
  }

  const PartitionFacts& facts_;
  Oid caller_;
  std::vector<Drift> found_;
};

}  // namespace

const char* text(DriftKind kind) {
  switch (kind) {
    case DriftKind::kIndex: return "index";
    case DriftKind::kConstraint: return "constraint";
    case DriftKind::kOwner: return "owner";
    case DriftKind::kGrant: return "grant";
    case DriftKind::kStorage: return "storage";
    case DriftKind::kTablespace: return "tablespace";
    case DriftKind::kAccessMethod: return "access method";
    case DriftKind::kTrigger: return "trigger";
    case DriftKind::kReplicaIdentity: return "replica identity";
    case DriftKind::kRowSecurity: return "row security";
    case DriftKind::kPersistence: return "persistence";
    case DriftKind::kDefault: return "default";
    case DriftKind::kIdentity: return "identity";
    case DriftKind::kGenerated: return "generated";
    case DriftKind::kStatistics: return "statistics";
    case DriftKind::kGap: return "gap";
    case DriftKind::kOverlap: return "overlap";
    case DriftKind::kGuard: return "guard";
    case DriftKind::kSet: break;
  }
  return "set";
}

const std::vector<DriftKind>& all_drift_kinds() {
  static const auto* kinds = new std::vector<DriftKind>([] {
    std::vector<DriftKind> all;
    for (int i = 0; i <= static_cast<int>(DriftKind::kSet); i++) {
      all.push_back(static_cast<DriftKind>(i));
    }
    return all;
  }());
  return *kinds;
}

const char* text(Severity severity) {
  switch (severity) {
    case Severity::kInfo: return "info";
    case Severity::kWarning: return "warning";
    case Severity::kCritical: break;
  }
  return "critical";
}

std::string locks_of(const Drift& drift) {
  std::string locks;
  std::set<std::string> told;
  for (const Step& step : drift.repair) {
    if (step.locks.empty() || !told.insert(step.locks).second) continue;
    locks += (locks.empty() ? "" : "; ") + step.locks;
  }
  return locks;
}

std::vector<Drift> compare(const PartitionFacts& facts, Oid caller) {
  return Comparison(facts, caller).run();
}

Drift invalid_parent_index(const TableFacts& parent, const ParentIndexFacts& facts) {
  Drift drift{DriftKind::kIndex, facts.index.name.name(), "valid", "not valid", Severity::kWarning};
  drift.rests_on_partitions = true;
  if (facts.all_attached && facts.any_attached) {
    drift.repair = {attach_again_step(parent, facts.index, *facts.any_attached, reason_of(drift))};
  }
  return drift;
}

Drift invalid_parent_constraint(const TableFacts& parent, const ParentConstraintFacts& facts) {
  Drift drift{DriftKind::kConstraint, facts.name, facts.definition, "not valid", Severity::kInfo};
  drift.rests_on_partitions = true;
  if (facts.all_valid) {
    drift.repair = {validate_constraint_step(parent, facts.name, reason_of(drift))};
  }
  return drift;
}

}  // namespace pgscale
