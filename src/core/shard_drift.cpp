#include "core/shard_drift.h"

#include <algorithm>

namespace pgscale {
namespace {

bool is_same(const QualifiedName& left, const QualifiedName& right) {
  return left.schema.name() == right.schema.name() && left.name.name() == right.name.name();
}

// A row is known by its ctid, which is unique in one table only.
bool has_parts(const Shape& shape) { return shape.kind == 'p' || shape.has_children; }

// Bounds as we write them and as the server shows them, as far as that tells them apart.
std::string plain(const std::string& bound) {
  std::string text;
  bool quoted = false;
  for (char c : bound) {
    if (c == '\'') {
      quoted = !quoted;
    } else if (quoted || c != ' ') {
      text += !quoted && c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
  }
  return text;
}

Sql attach_statement(const QualifiedName& parent, const QualifiedName& leaf,
                     const std::string& bound) {
  Sql sql("ALTER TABLE ");
  sql << parent << " ATTACH PARTITION " << leaf << " " << Definition{bound};
  return sql;
}

Sql detach_statement(const QualifiedName& parent, const QualifiedName& leaf) {
  Sql sql("ALTER TABLE ");
  sql << parent << " DETACH PARTITION " << leaf;
  return sql;
}

ShardFix no_more_updates(const ForeignTable& table) {
  Sql sql("ALTER FOREIGN TABLE ");
  sql << table.name << " OPTIONS (";
  if (table.has_updatable_option) {
    sql << "SET";
  } else {
    sql << "ADD";
  }
  sql << " updatable 'false')";
  return {FixSite::kHere, {sql}};
}

const char kHitsOthers[] =
    "the table on the shard has partitions or children of its own: UPDATE and DELETE would hit "
    "other rows than those meant";

class ShardComparison {
 public:
  ShardComparison(const ShardedDesire& desire, const ShardFacts& facts)
      : desire_(desire), facts_(facts), schema_(desire.table.name.schema) {}

  std::vector<ShardDrift> run() {
    compare_parent();
    for (const PlacementFacts& leaf : facts_.leaves) compare_leaf(leaf);
    return std::move(found_);
  }

 private:
  void add(const std::string& leaf, ShardDriftKind kind, Severity severity,
           const std::string& detail, std::optional<ShardFix> fix = std::nullopt) {
    found_.push_back({leaf, facts_.shard, kind, {}, severity, detail, std::move(fix)});
  }

  [[nodiscard]] QualifiedName name_of(const PlacementFacts& leaf) const {
    return {schema_, Identifier(leaf.placement.leaf)};
  }

  // The shard has told that it is empty, so that nothing can be lost with it.
  static bool was_empty(const PlacementFacts& leaf) { return leaf.here && leaf.here->rows == 0; }

  void compare_parent() {
    if (!facts_.parent) {
      const bool was_all_empty = std::all_of(facts_.leaves.begin(), facts_.leaves.end(), was_empty);
      add({}, ShardDriftKind::kMissing, Severity::kCritical, "the shard has no such table",
          ShardFix{FixSite::kOnShard, remote_table_statements(desire_.table),
                   was_all_empty ? FixCaution::kUnasked : FixCaution::kOnRequest});
    } else if (facts_.parent->kind != 'p') {
      add({}, ShardDriftKind::kNotAttached, Severity::kCritical,
          "the table on the shard is not partitioned, so nothing keeps a row in its place");
    } else if (facts_.parent->partition_key != desire_.shape.partition_key) {
      add({}, ShardDriftKind::kBound, Severity::kCritical,
          "it is partitioned by " + desire_.shape.partition_key + " here and by " +
              facts_.parent->partition_key + " there");
    } else {
      take(compare_shapes(desire_, *facts_.parent, desire_.table.name), {});
      compare_privileges(*facts_.parent, desire_.table.name, {});
      of_parent_ = found_;
    }
  }

  // What a partition has from its parent is told once.
  void take(std::vector<ShardDrift> drifts, const std::string& leaf) {
    for (ShardDrift& drift : drifts) {
      const bool is_told =
          std::any_of(of_parent_.begin(), of_parent_.end(), [&](const ShardDrift& told) {
            return told.kind == drift.kind && told.object == drift.object &&
                   told.detail == drift.detail;
          });
      if (is_told) continue;
      drift.leaf = leaf;
      drift.shard = facts_.shard;
      found_.push_back(std::move(drift));
    }
  }

  void compare_leaf(const PlacementFacts& leaf) {
    if (leaf.here && leaf.here->shard != leaf.placement.shard) {
      add(leaf.placement.leaf, ShardDriftKind::kOtherShard, Severity::kCritical,
          "the foreign table leads to shard \"" + leaf.here->shard + "\"");
      return;
    }
    if (leaf.here && !is_same(leaf.here->target, name_of(leaf))) {
      add(leaf.placement.leaf, ShardDriftKind::kOtherTarget, Severity::kCritical,
          "the foreign table leads to " + readable(leaf.here->target));
      return;
    }
    if (!leaf.there) {
      missing_leaf(leaf);
      return;
    }
    compare_there(leaf);
    compare_here(leaf);
    compare_bounds(leaf);
  }

  void missing_leaf(const PlacementFacts& leaf) {
    const bool may_have_had_rows = !was_empty(leaf);
    std::optional<ShardFix> fix;
    if (!may_have_had_rows) {
      fix = ShardFix{FixSite::kOnShard, remote_leaf_statements(desire_.table, leaf.placement),
                     FixCaution::kUnasked};
    }
    add(leaf.placement.leaf, ShardDriftKind::kMissing, Severity::kCritical,
        may_have_had_rows ? "the shard has no such table, which may have had rows"
                          : "the shard has no such table, which was empty",
        fix);
  }

  // A partition of the right parent, so that the shard itself refuses what does not belong there.
  [[nodiscard]] bool is_in_place(const Shape& there) const {
    return there.parent && is_same(*there.parent, desire_.table.name);
  }

  void compare_there(const PlacementFacts& leaf) {
    const Shape& there = *leaf.there;
    if (has_parts(there)) {
      const bool is_safe = leaf.here && !leaf.here->is_updatable;
      std::optional<ShardFix> fix;
      if (leaf.here && !is_safe) fix = no_more_updates(*leaf.here);
      add(leaf.placement.leaf, ShardDriftKind::kRemoteParent,
          is_safe ? Severity::kInfo : Severity::kCritical,
          is_safe ? "the table on the shard has partitions or children; it cannot be written "
                    "through the foreign table"
                  : kHitsOthers,
          fix);
      return;
    }
    if (!is_in_place(there)) {
      std::optional<ShardFix> fix;
      if (!there.parent && facts_.parent && facts_.parent->kind == 'p') {
        fix = ShardFix{FixSite::kOnShard,
                       {attach_statement(desire_.table.name, name_of(leaf), leaf.placement.bound)}};
      }
      add(leaf.placement.leaf, ShardDriftKind::kNotAttached, Severity::kCritical,
          "the table on the shard is no partition of its parent, so that it keeps rows that "
          "belong elsewhere",
          fix);
    }
    Shape as_leaf = there;
    if (as_leaf.bound.empty()) as_leaf.bound = leaf.placement.bound;
    take(compare_shapes(desire_, as_leaf, name_of(leaf)), leaf.placement.leaf);
    compare_privileges(there, name_of(leaf), leaf.placement.leaf);
  }

  void compare_here(const PlacementFacts& leaf) {
    const bool is_sound = is_in_place(*leaf.there) && !has_parts(*leaf.there) &&
                          plain(leaf.there->bound) == plain(leaf.placement.bound);
    const FixCaution caution = is_sound ? FixCaution::kUnasked : FixCaution::kOnRequest;
    if (!leaf.here) {
      std::optional<ShardFix> fix;
      if (is_in_place(*leaf.there)) {
        fix = ShardFix{FixSite::kHere, foreign_leaf_statements(desire_.table, leaf.placement),
                       caution};
      }
      add(leaf.placement.leaf, ShardDriftKind::kNoForeignTable, Severity::kCritical,
          "there is no foreign table for it, so that its rows are not seen", fix);
    } else if (!leaf.here->parent || !is_same(*leaf.here->parent, desire_.table.name)) {
      std::optional<ShardFix> fix;
      if (!leaf.here->parent) {
        fix =
            ShardFix{FixSite::kHere,
                     {attach_statement(desire_.table.name, leaf.here->name, leaf.placement.bound)},
                     caution};
      }
      add(leaf.placement.leaf, ShardDriftKind::kNotAttachedHere, Severity::kCritical,
          "the foreign table is no partition, so that its rows are not seen", fix);
    }
  }

  void compare_bounds(const PlacementFacts& leaf) {
    if (!leaf.here || !leaf.here->parent || leaf.there->bound.empty()) return;
    if (leaf.here->bound == leaf.there->bound) return;
    const std::string wanted = plain(leaf.placement.bound);
    const std::vector<Sql> anew = {
        detach_statement(desire_.table.name, name_of(leaf)),
        attach_statement(desire_.table.name, name_of(leaf), leaf.placement.bound)};
    std::optional<ShardFix> fix;
    if (plain(leaf.there->bound) == wanted) fix = ShardFix{FixSite::kHere, anew};
    if (plain(leaf.here->bound) == wanted) fix = ShardFix{FixSite::kOnShard, anew};
    add(leaf.placement.leaf, ShardDriftKind::kBound, Severity::kCritical,
        "it is " + leaf.here->bound + " here and " + leaf.there->bound + " there", fix);
  }

  void compare_privileges(const Shape& there, const QualifiedName& name, const std::string& leaf) {
    std::map<std::string, std::vector<Grant>> wanted;
    const auto grants = desire_.grants.find(facts_.shard);
    if (grants != desire_.grants.end()) {
      for (const Grant& grant : grants->second) wanted[grant.grantee].push_back(grant);
    }
    for (const auto& [user, list] : wanted) {
      std::vector<Grant> missing;
      const auto held = there.held.find(user);
      for (const Grant& grant : list) {
        if (held == there.held.end() || held->second.count(text(grant.privilege)) == 0)
          missing.push_back(grant);
      }
      if (missing.empty()) continue;
      found_.push_back(
          {leaf, facts_.shard, ShardDriftKind::kPrivilegeMissing, user, Severity::kWarning,
           "the user lacks " + words(missing),
           ShardFix{FixSite::kOnShard, grant_statements(missing, name), FixCaution::kUnasked}});
    }
    for (const auto& [user, list] : there.granted) extra_privileges(user, list, wanted[user], leaf);
  }

  static std::string words(const std::vector<Grant>& grants) {
    std::string list;
    for (const Grant& grant : grants)
      list += (list.empty() ? "" : ", ") + std::string(text(grant.privilege));
    return list;
  }

  void extra_privileges(const std::string& user, const std::set<std::string>& granted,
                        const std::vector<Grant>& wanted, const std::string& leaf) {
    std::string list;
    for (const std::string& privilege : granted) {
      const bool is_wanted = std::any_of(wanted.begin(), wanted.end(), [&](const Grant& grant) {
        return text(grant.privilege) == privilege;
      });
      if (!is_wanted) list += (list.empty() ? "" : ", ") + privilege;
    }
    if (list.empty()) return;
    found_.push_back({leaf, facts_.shard, ShardDriftKind::kPrivilegeExtra, user, Severity::kInfo,
                      "on the shard alone the user has " + list, std::nullopt});
  }

  const ShardedDesire& desire_;
  const ShardFacts& facts_;
  const Identifier& schema_;
  std::vector<ShardDrift> found_;
  std::vector<ShardDrift> of_parent_;
};

}  // namespace

const char* text(FixSite site) { return site == FixSite::kHere ? "local" : "shard"; }

const char* text(ShardDriftKind kind) {
  switch (kind) {
    case ShardDriftKind::kUnreachable: return "unreachable";
    case ShardDriftKind::kNoForeignTable: return "no_foreign_table";
    case ShardDriftKind::kNotAttachedHere: return "not_attached_here";
    case ShardDriftKind::kOtherShard: return "other_shard";
    case ShardDriftKind::kOtherTarget: return "other_target";
    case ShardDriftKind::kMissing: return "missing";
    case ShardDriftKind::kRemoteParent: return "remote_parent";
    case ShardDriftKind::kNotAttached: return "not_attached";
    case ShardDriftKind::kBound: return "bound";
    case ShardDriftKind::kColumnMissing: return "column_missing";
    case ShardDriftKind::kColumnExtra: return "column_extra";
    case ShardDriftKind::kType: return "type";
    case ShardDriftKind::kCollation: return "collation";
    case ShardDriftKind::kDefault: return "default";
    case ShardDriftKind::kOwnNumbers: return "own_numbers";
    case ShardDriftKind::kGenerated: return "generated";
    case ShardDriftKind::kNotNull: return "not_null";
    case ShardDriftKind::kConstraint: return "constraint";
    case ShardDriftKind::kConstraintMissing: return "constraint_missing";
    case ShardDriftKind::kConstraintExtra: return "constraint_extra";
    case ShardDriftKind::kConstraintInvalid: return "constraint_invalid";
    case ShardDriftKind::kUniqueMissing: return "unique_missing";
    case ShardDriftKind::kIndexMissing: return "index_missing";
    case ShardDriftKind::kIndexExtra: return "index_extra";
    case ShardDriftKind::kIndexInvalid: return "index_invalid";
    case ShardDriftKind::kPrivilegeMissing: return "privilege_missing";
    case ShardDriftKind::kPrivilegeExtra: break;
  }
  return "privilege_extra";
}

std::vector<ShardDrift> compare_shard(const ShardedDesire& desire, const ShardFacts& facts) {
  return ShardComparison(desire, facts).run();
}

std::vector<ShardDrift> compare_foreign_table(const ForeignTable& table,
                                              const std::optional<Shape>& there) {
  std::vector<ShardDrift> found;
  if (!there) return found;
  const std::string leaf = table.name.name.name();
  if (has_parts(*there)) {
    if (!table.is_updatable) return found;
    found.push_back({leaf,
                     table.shard,
                     ShardDriftKind::kRemoteParent,
                     {},
                     Severity::kCritical,
                     kHitsOthers,
                     no_more_updates(table)});
    return found;
  }
  if (!table.parent || there->kind != 'r' || there->parent) return found;
  const std::string wanted = "CHECK (" + table.condition + ")";
  const bool is_guarded =
      !table.condition.empty() &&
      std::any_of(there->constraints.begin(), there->constraints.end(), [&](const auto& one) {
        return one.type == 'c' && one.is_valid && one.definition == wanted;
      });
  if (is_guarded) return found;
  std::optional<ShardFix> fix;
  if (!table.condition.empty()) {
    Sql sql("ALTER TABLE ");
    sql << table.target << " ADD CONSTRAINT pgscale_partition " << Definition{wanted};
    fix = ShardFix{FixSite::kOnShard, {sql}};
  }
  found.push_back({leaf,
                   table.shard,
                   ShardDriftKind::kNotAttached,
                   {},
                   Severity::kCritical,
                   "nothing on the shard says which rows belong there: an update of the key leaves "
                   "a row where it is not looked for",
                   fix});
  return found;
}

ShardDriftSummary summary_of(const std::vector<ShardDrift>& found) {
  ShardDriftSummary summary;
  const ShardDrift* worst = nullptr;
  for (const ShardDrift& drift : found) {
    if (drift.severity == Severity::kInfo || drift.kind == ShardDriftKind::kUnreachable) continue;
    (drift.severity == Severity::kCritical ? summary.critical : summary.warnings)++;
    if (worst == nullptr ||
        (worst->severity == Severity::kWarning && drift.severity == Severity::kCritical)) {
      worst = &drift;
    }
  }
  if (worst == nullptr) return summary;
  summary.worst = text(worst->kind);
  if (!worst->object.empty()) summary.worst += " " + worst->object;
  if (!worst->leaf.empty()) summary.worst = worst->leaf + ": " + summary.worst;
  return summary;
}

}  // namespace pgscale
