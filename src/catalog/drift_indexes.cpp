#include <algorithm>
#include <set>

#include "catalog/drift_facts.h"
#include "catalog/index_details.h"
#include "pg/query.h"
#include "shim/definitions.h"

namespace pgscale::catalog {
namespace {

using pg::Rows;
using pg::to_bool;
using pg::to_oid;
using pg::Value;

PartitionIndex to_index(const std::vector<Value>& row, const std::set<Oid>& being_built) {
  const Oid oid = to_oid(row[0]);
  return {oid,
          {Identifier(*row[2]), Identifier(*row[3])},
          to_bool(row[4]),
          being_built.count(oid) > 0,
          !row[8]->empty(),
          *row[6]};
}

class IndexLoader {
 public:
  IndexLoader(DriftTree& tree, std::map<Oid, IndexWish>& wishes) : tree_(tree), wishes_(wishes) {}

  std::vector<Drift> run() {
    load_wishes();
    take_from_templates();
    if (wishes_.empty()) return {};
    load_held();
    find_lacking();
    load_details();
    describe();
    return parents_not_valid();
  }

 private:
  struct Held {
    Oid index;
    bool valid;
  };

  void load_wishes() {
    for (const auto& row : query_details(tree_.parent_list(), std::nullopt)) {
      const Oid oid = to_oid(row[0]);
      const Oid table = to_oid(row[1]);
      add_wish(row);
      wishes_of_[table].push_back(oid);
      if (!to_bool(row[4])) not_valid_.emplace_back(table, oid);
    }
  }

  IndexWish& add_wish(const std::vector<Value>& row) {
    const Oid oid = to_oid(row[0]);
    shapes_.emplace(oid, to_shape(row));
    if (row[7]) constraints_[oid] = to_oid(row[7]);
    return wishes_.emplace(oid, to_wish(row)).first->second;
  }

  // Of the indexes of templates those that partitions do not get from their parent.
  void take_from_templates() {
    std::map<Oid, std::vector<Oid>> parents_of;
    for (const auto& [oid, parent] : tree_.parents()) {
      if (parent.index_template != 0) parents_of[parent.index_template].push_back(oid);
    }
    if (parents_of.empty()) return;
    std::vector<Oid> templates;
    for (const auto& [table, parents] : parents_of) templates.push_back(table);
    for (const auto& row : query_details(pg::array_literal(templates), std::nullopt)) {
      if (!to_bool(row[4])) continue;
      const ShapedIndex index{to_wish(row), to_shape(row)};
      for (Oid parent : parents_of.at(to_oid(row[1]))) {
        if (is_of_parent(index, parent)) continue;
        add_wish(row).of_template = true;
        template_wishes_of_[parent].push_back(index.wish.oid);
      }
    }
  }

  [[nodiscard]] bool is_of_parent(const ShapedIndex& index, Oid parent) {
    std::vector<ShapedIndex> own;
    for (Oid oid : wishes_of_[parent]) own.push_back({wishes_.at(oid), shapes_.at(oid)});
    return comes_from_parent(index, own);
  }

  // Every index of every partition: to which it is attached, and whether it is valid.
  void load_held() {
    for (const auto& row :
         pg::query_often(Sql("SELECT i.indrelid, i.indexrelid, i.indisvalid, h.inhparent"
                             "  FROM unnest($1::oid[]) AS l (oid)"
                             "  JOIN pg_catalog.pg_index i ON i.indrelid = l.oid"
                             "  LEFT JOIN pg_catalog.pg_inherits h ON h.inhrelid = i.indexrelid"
                             " ORDER BY i.indexrelid"),
                         {tree_.partition_list()})) {
      const Oid table = to_oid(row[0]);
      const Oid index = to_oid(row[1]);
      if (row[3]) {
        attached_[{table, to_oid(row[3])}] = {index, to_bool(row[2])};
      } else {
        loose_[table].push_back(index);
      }
    }
  }

  [[nodiscard]] const Held* attached(Oid table, Oid wish) const {
    const auto found = attached_.find({table, wish});
    return found == attached_.end() ? nullptr : &found->second;
  }

  // Which indexes must be looked at more closely.
  void find_lacking() {
    for (PartitionFacts& facts : tree_.partitions()) {
      const Oid table = facts.table.oid;
      const bool by_index = facts.parent->replica_identity == ReplicaIdentity::kIndex;
      for (Oid wish : wishes_of_[facts.parent->oid]) {
        const Held* own = attached(table, wish);
        if (own == nullptr || !own->valid || !wishes_.at(wish).options.empty()) {
          if (own != nullptr) closely_.push_back(own->index);
          lacking_.emplace_back(&facts, wish);
        }
        if (!by_index || wish != facts.parent->replica_index || own == nullptr) continue;
        facts.wished_replica_index = own->index;
        if (facts.table.replica_index != own->index) closely_.push_back(own->index);
      }
      if (facts.table.kind == TableKind::kTable) {
        for (Oid wish : template_wishes_of_[facts.parent->oid]) lacking_.emplace_back(&facts, wish);
      }
      const auto loose = loose_.find(table);
      if (loose == loose_.end()) continue;
      closely_.insert(closely_.end(), loose->second.begin(), loose->second.end());
    }
  }

  void load_details() {
    if (closely_.empty()) return;
    std::set<Oid> being_built;
    for (const auto& row :
         pg::query_often(Sql("SELECT index_relid FROM pg_catalog.pg_stat_progress_create_index"
                             " WHERE datname = current_database() AND index_relid <> 0"))) {
      being_built.insert(to_oid(row[0]));
    }
    for (const auto& row : query_details(std::nullopt, pg::array_literal(closely_))) {
      const Oid oid = to_oid(row[0]);
      details_.emplace(oid, to_index(row, being_built));
      shapes_.emplace(oid, to_shape(row));
    }
  }

  [[nodiscard]] std::vector<PartitionIndex> alike_on(Oid table, Oid wish) const {
    std::vector<PartitionIndex> found;
    const auto loose = loose_.find(table);
    if (loose == loose_.end()) return found;
    for (Oid index : loose->second) {
      const auto shape = shapes_.find(index);
      if (shape == shapes_.end() || !alike(shapes_.at(wish), shape->second)) continue;
      found.push_back(details_.at(index));
    }
    return found;
  }

  void describe() {
    const std::set<std::pair<Oid, Oid>> able = able_to_be_primary();
    for (auto& [facts, wish] : lacking_) {
      const Held* own = attached(facts->table.oid, wish);
      if (own == nullptr) define(wish);
      IndexFacts index{&wishes_.at(wish), std::nullopt, alike_on(facts->table.oid, wish)};
      if (own != nullptr) index.attached = details_.at(own->index);
      if (wishes_.at(wish).of_template) {
        index.can_be_primary = able.count({facts->table.oid, wish}) > 0;
      }
      facts->indexes.push_back(std::move(index));
    }
    for (PartitionFacts& facts : tree_.partitions()) {
      describe_replica_index(facts);
      describe_leftovers(facts);
    }
  }

  // Partitions for which a primary key of the template is a matter of the catalog, with that key.
  [[nodiscard]] std::set<std::pair<Oid, Oid>> able_to_be_primary() const {
    std::vector<Oid> tables;
    std::vector<Oid> keys;
    for (const auto& [facts, wish] : lacking_) {
      const IndexWish& index = wishes_.at(wish);
      if (!index.of_template || index.backing != Backing::kPrimaryKey) continue;
      tables.push_back(facts->table.oid);
      keys.push_back(wish);
    }
    std::set<std::pair<Oid, Oid>> able;
    if (tables.empty()) return able;
    for (const auto& row : pg::query_often(
             Sql("SELECT l.oid, l.key"
                 "  FROM unnest($1::oid[], $2::oid[]) AS l (oid, key)"
                 "  JOIN pg_catalog.pg_index i ON i.indexrelid = l.key"
                 " WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_index p"
                 "                    WHERE p.indrelid = l.oid AND p.indisprimary)"
                 "   AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute t"
                 "                     JOIN pg_catalog.pg_attribute a"
                 "                       ON a.attrelid = l.oid AND a.attname = t.attname"
                 "                    WHERE t.attrelid = i.indrelid AND NOT a.attnotnull"
                 "                      AND t.attnum = ANY ((i.indkey::int2[])"
                 "                                          [0:i.indnkeyatts - 1]))"),
             {pg::array_literal(tables), pg::array_literal(keys)})) {
      able.emplace(to_oid(row[0]), to_oid(row[1]));
    }
    return able;
  }

  void describe_replica_index(PartitionFacts& facts) const {
    const auto found = details_.find(facts.wished_replica_index);
    if (found != details_.end()) facts.replica_index_name = found->second.name.name.name();
  }

  // Indexes that are not valid beside one that is.
  void describe_leftovers(PartitionFacts& facts) const {
    if (loose_.count(facts.table.oid) == 0) return;
    for (Oid wish : wishes_of_.at(facts.parent->oid)) {
      const Held* own = attached(facts.table.oid, wish);
      if (own == nullptr || !own->valid || !wishes_.at(wish).options.empty()) continue;
      std::vector<PartitionIndex> alike = alike_on(facts.table.oid, wish);
      if (alike.empty()) continue;
      facts.indexes.push_back(
          {&wishes_.at(wish), PartitionIndex{own->index, wishes_.at(wish).name}, std::move(alike)});
    }
  }

  void define(Oid wish) {
    IndexWish& index = wishes_.at(wish);
    if (!defined_.insert(wish).second) return;
    if (const char* text = pg::call(pgs_index_definition, wish)) index.definition = text;
    const auto constraint = constraints_.find(wish);
    if (constraint == constraints_.end()) return;
    if (const char* text = pg::call(pgs_constraint_definition, constraint->second)) {
      index.constraint_definition = text;
    }
  }

  [[nodiscard]] std::vector<Drift> parents_not_valid() {
    std::vector<Drift> found;
    for (const auto& [table, wish] : not_valid_) {
      ParentIndexFacts facts{wishes_.at(wish).name, true};
      for (const PartitionFacts& partition : tree_.partitions()) {
        if (partition.parent->oid != table) continue;
        const Held* own = attached(partition.table.oid, wish);
        facts.all_attached = facts.all_attached && own != nullptr && own->valid;
        if (own != nullptr) any_[wish] = own->index;
      }
      if (facts.all_attached && any_.count(wish) > 0) {
        for (const auto& row :
             query_details(std::nullopt, pg::array_literal(std::vector<Oid>{any_.at(wish)}))) {
          facts.any_attached = to_index(row, {});
        }
      }
      const TableFacts& parent = tree_.parents().at(table);
      found.push_back(tree_.of_parent(parent, invalid_parent_index(parent, facts)));
    }
    return found;
  }

  DriftTree& tree_;
  std::map<Oid, IndexWish>& wishes_;
  std::map<Oid, Shape> shapes_;
  std::map<Oid, std::vector<Oid>> wishes_of_;  // by parent
  std::map<Oid, std::vector<Oid>> template_wishes_of_;
  std::map<Oid, Oid> constraints_;                // by wish
  std::vector<std::pair<Oid, Oid>> not_valid_;    // parent and wish
  std::map<std::pair<Oid, Oid>, Held> attached_;  // by partition and wish
  std::map<Oid, std::vector<Oid>> loose_;         // by partition
  std::vector<std::pair<PartitionFacts*, Oid>> lacking_;
  std::vector<Oid> closely_;
  std::map<Oid, PartitionIndex> details_;
  std::map<Oid, Oid> any_;
  std::set<Oid> defined_;
};

}  // namespace

std::vector<Drift> load_indexes(DriftTree& tree, std::map<Oid, IndexWish>& wishes) {
  return IndexLoader(tree, wishes).run();
}

}  // namespace pgscale::catalog
