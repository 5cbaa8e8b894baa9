#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/drift.h"

namespace pgscale::catalog {

// Partitioned tables and their partitions while the facts about them are collected. Each loader
// asks the catalogs once for all tables; what belongs together is found here, because no planner
// knows how to join thousands of partitions with their indexes in time.
class DriftTree {
 public:
  // Only `partition`, or all where it is 0, is to be compared.
  DriftTree(Oid root, Oid partition) : root_(root), only_(partition) {}

  // Parents come before their partitions; that of the root is 0.
  void add(Oid parent, const TableFacts& table);

  [[nodiscard]] Oid root() const { return root_; }
  [[nodiscard]] std::vector<PartitionFacts>& partitions() { return partitions_; }
  [[nodiscard]] const std::vector<PartitionFacts>& partitions() const { return partitions_; }
  [[nodiscard]] PartitionFacts& at(Oid partition) { return partitions_[places_.at(partition)]; }
  [[nodiscard]] std::map<Oid, TableFacts>& parents() { return parents_; }
  [[nodiscard]] const std::map<Oid, TableFacts>& parents() const { return parents_; }

  // A difference of a partitioned table itself, said of it where it is no root.
  [[nodiscard]] Drift of_parent(const TableFacts& parent, Drift drift) const;

  // Array literals for the queries.
  [[nodiscard]] std::string parent_list() const;
  [[nodiscard]] std::string partition_list() const;
  [[nodiscard]] std::map<Oid, std::vector<Oid>> partitions_by_parent() const;

 private:
  Oid root_;
  Oid only_;
  std::map<Oid, TableFacts> parents_;
  std::vector<PartitionFacts> partitions_;
  std::map<Oid, std::size_t> places_;
};

[[nodiscard]] DriftTree load_tree(Oid root, Oid partition);
void load_columns(DriftTree& tree);
void load_triggers(DriftTree& tree);
// These two also give what is not valid of the parents. The facts point into `wishes`.
[[nodiscard]] std::vector<Drift> load_constraints(DriftTree& tree);
[[nodiscard]] std::vector<Drift> load_indexes(DriftTree& tree, std::map<Oid, IndexWish>& wishes);

}  // namespace pgscale::catalog
