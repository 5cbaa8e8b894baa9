#include <algorithm>
#include <set>

#include "catalog/drift_facts.h"
#include "pg/query.h"
#include "shim/definitions.h"

namespace pgscale::catalog {
namespace {

using pg::Rows;
using pg::to_bool;
using pg::to_oid;
using pg::Value;

// What makes two indexes of two tables alike: the same words, and the same expressions.
struct Shape {
  Oid table;
  std::string words;
  Value expressions;
  Value predicate;
};

bool same(const Value& left, Oid left_table, const Value& right, Oid right_table) {
  if (!left || !right) return left.has_value() == right.has_value();
  return pg::call(pgs_same_expression, left->c_str(), left_table, right->c_str(), right_table);
}

bool alike(const Shape& wish, const Shape& index) {
  return wish.words == index.words &&
         same(wish.expressions, wish.table, index.expressions, index.table) &&
         same(wish.predicate, wish.table, index.predicate, index.table);
}

// Names, constraints and shapes of indexes, for these tables or of these indexes.
Rows query_details(const Value& tables, const Value& indexes) {
  return pg::query(
      Sql("SELECT i.indexrelid, i.indrelid, n.nspname, c.relname, i.indisvalid, i.indisunique,"
          "       coalesce((SELECT string_agg(quote_ident(o.option_name) || '='"
          "                                   || quote_literal(o.option_value), ', ')"
          "                   FROM pg_options_to_table(c.reloptions) o), ''),"
          "       k.oid, coalesce(k.contype::text, ''), coalesce(k.conname, ''),"
          "       coalesce(k.condeferrable, false), coalesce(k.condeferred, false),"
          "       concat_ws('|', c.relam, i.indisunique, i.indisexclusion, i.indnkeyatts,"
          "                 i.indnullsnotdistinct, i.indclass, i.indcollation, i.indoption,"
          "                 (SELECT string_agg(coalesce(quote_ident(a.attname), ''), ','"
          "                                    ORDER BY s.ord)"
          "                    FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS s (attnum, ord)"
          "                    LEFT JOIN pg_catalog.pg_attribute a"
          "                         ON a.attrelid = i.indrelid AND a.attnum = s.attnum)),"
          "       i.indexprs::text, i.indpred::text"
          "  FROM (SELECT indexrelid FROM unnest($1::oid[]) AS l (oid)"
          "          JOIN pg_catalog.pg_index ON indrelid = l.oid"
          "        UNION SELECT unnest($2::oid[])) AS x"
          "  JOIN pg_catalog.pg_index i ON i.indexrelid = x.indexrelid"
          "  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid"
          "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
          "  LEFT JOIN pg_catalog.pg_constraint k"
          "       ON k.conrelid = i.indrelid AND k.conindid = i.indexrelid"
          "      AND k.contype IN ('p', 'u', 'x')"
          " ORDER BY i.indrelid, i.indexrelid"),
      {tables, indexes});
}

Shape to_shape(const std::vector<Value>& row) {
  return {to_oid(row[1]), *row[12], row[13], row[14]};
}

Backing to_backing(const std::string& letter) {
  if (letter == "p") return Backing::kPrimaryKey;
  if (letter == "u") return Backing::kUnique;
  return letter == "x" ? Backing::kExclusion : Backing::kNone;
}

IndexWish to_wish(const std::vector<Value>& row) {
  IndexWish wish{to_oid(row[0]), {Identifier(*row[2]), Identifier(*row[3])}};
  wish.unique = to_bool(row[5]);
  wish.options = *row[6];
  wish.backing = to_backing(*row[8]);
  wish.constraint = *row[9];
  wish.deferrable = to_bool(row[10]);
  wish.initially_deferred = to_bool(row[11]);
  return wish;
}

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
      wishes_.emplace(oid, to_wish(row));
      shapes_.emplace(oid, to_shape(row));
      wishes_of_[table].push_back(oid);
      if (row[7]) constraints_[oid] = to_oid(row[7]);
      if (!to_bool(row[4])) not_valid_.emplace_back(table, oid);
    }
  }

  // Every index of every partition: to which it is attached, and whether it is valid.
  void load_held() {
    for (const auto& row :
         pg::query(Sql("SELECT i.indrelid, i.indexrelid, i.indisvalid, h.inhparent"
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
      const auto loose = loose_.find(table);
      if (loose == loose_.end()) continue;
      closely_.insert(closely_.end(), loose->second.begin(), loose->second.end());
    }
  }

  void load_details() {
    if (closely_.empty()) return;
    std::set<Oid> being_built;
    for (const auto& row :
         pg::query(Sql("SELECT index_relid FROM pg_catalog.pg_stat_progress_create_index"
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
    for (auto& [facts, wish] : lacking_) {
      const Held* own = attached(facts->table.oid, wish);
      if (own == nullptr) define(wish);
      IndexFacts index{&wishes_.at(wish), std::nullopt, alike_on(facts->table.oid, wish)};
      if (own != nullptr) index.attached = details_.at(own->index);
      facts->indexes.push_back(std::move(index));
    }
    for (PartitionFacts& facts : tree_.partitions()) {
      describe_replica_index(facts);
      describe_leftovers(facts);
    }
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
  std::map<Oid, std::vector<Oid>> wishes_of_;     // by parent
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
