#include "core/usage.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

namespace pgscale {
namespace {

RelationFacts relation(Oid oid, RelationKind kind, std::int64_t bytes, std::int64_t hit = 0) {
  RelationFacts facts;
  facts.oid = oid;
  facts.kind = kind;
  facts.bytes = bytes;
  facts.activity.hit = hit;
  return facts;
}

RelationFacts leaf(Oid oid, std::int64_t bytes, std::int64_t dead = 0) {
  RelationFacts facts = relation(oid, RelationKind::kTable, bytes);
  facts.is_partition = true;
  facts.dead_rows = dead;
  facts.rows_estimate = 10;
  facts.vacuumed_at = 1000 + oid;
  facts.analyzed_at = 2000 + oid;
  return facts;
}

// Root 1 (a partitioned table) with leaf 2 and, one level down under 3, leaves 4 and 5.
Database two_levels() {
  Database database;
  database.relations = {relation(1, RelationKind::kPartitionedTable, 0), leaf(2, 100, 7),
                        relation(3, RelationKind::kPartitionedTable, 0), leaf(4, 300, 9),
                        leaf(5, 200)};
  database.relations[2].is_partition = true;
  database.parents = {{2, 1}, {3, 1}, {4, 3}, {5, 3}};
  return database;
}

RootUsage only_root(const Database& database) {
  const auto roots = root_usage(database, table_usage(database));
  EXPECT_EQ(roots.size(), 1U);
  return roots.at(0);
}

TEST(Usage, AddsToastAndIndexesToTheirTable) {
  Database database;
  database.relations = {relation(10, RelationKind::kTable, 8000, 1),
                        relation(11, RelationKind::kToast, 400, 2),
                        relation(12, RelationKind::kIndex, 50, 4),   // of the TOAST table
                        relation(13, RelationKind::kIndex, 600, 8),  // of the table
                        relation(14, RelationKind::kIndex, 70, 16)};
  database.relations[0].toast = 11;
  database.relations[0].activity.scans = 3;
  database.relations[3].activity.scans = 5;
  database.relations[4].activity.scans = 6;
  database.index_tables = {{12, 11}, {13, 10}, {14, 10}};
  const auto tables = table_usage(database);
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_EQ(tables[0].table_bytes, 8000);
  EXPECT_EQ(tables[0].toast_bytes, 450);
  EXPECT_EQ(tables[0].index_bytes, 670);
  EXPECT_EQ(tables[0].bytes(), 9120);
  EXPECT_EQ(tables[0].activity.hit, 31);
  EXPECT_EQ(tables[0].activity.scans, 3) << "scans of indexes are no sequential scans";
  EXPECT_EQ(tables[0].activity.idx_scans, 11);
}

TEST(Usage, LeavesOutWhatCameOrWentWhileItLooked) {
  Database database;
  database.relations = {relation(20, RelationKind::kIndex, 600),
                        relation(21, RelationKind::kToast, 7)};
  database.index_tables = {{20, 99}};
  EXPECT_TRUE(table_usage(database).empty());
}

TEST(Usage, SumsTheLeavesOfAllLevelsIntoTheRoot) {
  const RootUsage root = only_root(two_levels());
  EXPECT_EQ(root.sum.table, 1U);
  EXPECT_EQ(root.sum.bytes(), 600);
  EXPECT_EQ(root.leaves, 3);
  EXPECT_EQ(root.sum.dead_rows, 16);
  EXPECT_EQ(root.sum.rows_estimate, 30);
  EXPECT_EQ(root.largest, 4U);
  EXPECT_EQ(root.largest_bytes, 300);
  EXPECT_EQ(root.median_bytes, 200);
  EXPECT_EQ(root.most_dead, 4U);
  EXPECT_EQ(root.most_dead_rows, 9);
}

TEST(Usage, NamesTheOldestOfLeavesThatAreAlike) {
  Database database = two_levels();
  for (RelationFacts& facts : database.relations) facts.dead_rows = facts.bytes = 5;
  std::swap(database.relations[1], database.relations[4]);
  EXPECT_EQ(only_root(database).largest, 2U);
  EXPECT_EQ(only_root(database).most_dead, 2U);
}

TEST(Usage, TellsTheLeafThatHasWaitedLongest) {
  Database database = two_levels();
  EXPECT_EQ(only_root(database).sum.vacuumed_at, 1002);
  EXPECT_EQ(only_root(database).sum.analyzed_at, 2002);
  EXPECT_EQ(only_root(database).never_analyzed, 0);
  database.relations[3].vacuumed_at.reset();
  database.relations[4].rows_estimate.reset();
  EXPECT_EQ(only_root(database).sum.vacuumed_at, std::nullopt) << "one was never vacuumed";
  EXPECT_EQ(only_root(database).never_analyzed, 1);
}

TEST(Usage, CountsForeignLeavesApart) {
  Database database = two_levels();
  RelationFacts foreign = leaf(6, 0);
  foreign.kind = RelationKind::kForeign;
  database.relations.push_back(foreign);
  database.parents[6] = 1;
  const RootUsage root = only_root(database);
  EXPECT_EQ(root.leaves, 3);
  EXPECT_EQ(root.foreign_leaves, 1);
  EXPECT_EQ(root.median_bytes, 200) << "its size is not known here";
}

TEST(Usage, KnowsATableWhoseRowsAreAllElsewhere) {
  Database database;
  database.relations = {relation(1, RelationKind::kPartitionedTable, 0),
                        relation(2, RelationKind::kForeign, 0)};
  database.relations[1].is_partition = true;
  database.parents = {{2, 1}};
  EXPECT_TRUE(only_root(database).is_remote());
  EXPECT_FALSE(only_root(two_levels()).is_remote());
  database.relations.pop_back();
  EXPECT_FALSE(only_root(database).is_remote()) << "it has no rows at all";
}

TEST(Usage, CountsTheLevelsOfPartitioning) {
  Database database = two_levels();
  EXPECT_EQ(only_root(database).levels, 2);
  database.parents = {{2, 1}, {4, 1}, {5, 1}, {3, 1}};
  EXPECT_EQ(only_root(database).levels, 2) << "a partitioned partition without partitions";
  database.relations.erase(database.relations.begin() + 2);
  EXPECT_EQ(only_root(database).levels, 1);
}

TEST(Usage, TellsWhatThePartitionedTableItselfIsLike) {
  Database database = two_levels();
  database.relations[0].analyzed_at = 77;
  database.detaching = {4};
  const RootUsage root = only_root(database);
  EXPECT_EQ(root.root_analyzed_at, 77) << "not that of the leaves";
  EXPECT_EQ(root.detaching, 1);
}

std::vector<Oid> chosen(const Database& database, Subject subject,
                        std::optional<Oid> below = std::nullopt) {
  std::vector<Oid> oids;
  const std::vector<bool> within_it = within(database, subject, below);
  for (std::size_t i = 0; i < within_it.size(); i++) {
    if (within_it[i]) oids.push_back(database.relations[i].oid);
  }
  return oids;
}

TEST(Subject, LeavesOutWhatAQuestionDoesNotTouch) {
  Database database = two_levels();
  database.relations[1].toast = 31;
  for (const auto& [oid, kind] : std::initializer_list<std::pair<Oid, RelationKind>>{
           {8, RelationKind::kTable},  // a plain table, its index and its TOAST table
           {9, RelationKind::kIndex},
           {18, RelationKind::kToast},
           {19, RelationKind::kIndex},
           {31, RelationKind::kToast},  // of leaf 2
           {32, RelationKind::kIndex},
           {33, RelationKind::kIndex},
           {34, RelationKind::kPartitionedIndex}}) {
    database.relations.push_back(relation(oid, kind, 0));
  }
  database.index_tables = {{9, 8}, {19, 18}, {32, 31}, {33, 2}, {34, 1}};
  EXPECT_EQ(chosen(database, Subject::kDatabase).size(), database.relations.size());
  EXPECT_EQ(chosen(database, Subject::kPartitionTrees),
            (std::vector<Oid>{1, 2, 3, 4, 5, 31, 32, 33, 34}));
  EXPECT_EQ(chosen(database, Subject::kPartitionTrees, 3), (std::vector<Oid>{4, 5}));
  EXPECT_TRUE(chosen(database, Subject::kPartitionTrees, 8).empty());
  EXPECT_EQ(chosen(database, Subject::kIndexes), (std::vector<Oid>{9, 33, 34}))
      << "none of TOAST tables";
  EXPECT_EQ(chosen(database, Subject::kTables), (std::vector<Oid>{1, 2, 3, 4, 5, 8, 9, 33, 34}))
      << "neither TOAST tables nor their indexes";
}

TEST(Subject, KnowsTheLargestTablesWithAllThatBelongsToThem) {
  Database database = two_levels();  // 650 bytes with index 33
  for (const auto& [oid, kind, bytes] :
       std::initializer_list<std::tuple<Oid, RelationKind, std::int64_t>>{
           {8, RelationKind::kTable, 400},
           {9, RelationKind::kIndex, 300},   // of 8
           {18, RelationKind::kToast, 0},    // of 8
           {19, RelationKind::kIndex, 8},    // of 18
           {20, RelationKind::kTable, 650},  // more than table 8, which has an index beside
           {33, RelationKind::kIndex, 50}}) {
    database.relations.push_back(relation(oid, kind, bytes));
  }
  database.relations[5].toast = 18;
  database.index_tables = {{9, 8}, {19, 18}, {33, 2}};
  const auto largest = [&database](std::size_t count) {
    std::vector<Oid> oids;
    const std::vector<bool> wanted = within_largest(database, count);
    for (std::size_t i = 0; i < wanted.size(); i++) {
      if (wanted[i]) oids.push_back(database.relations[i].oid);
    }
    return oids;
  };
  EXPECT_TRUE(largest(0).empty());
  EXPECT_EQ(largest(1), (std::vector<Oid>{8, 9, 18, 19}));
  EXPECT_EQ(largest(2), (std::vector<Oid>{1, 2, 3, 4, 5, 8, 9, 18, 19, 33}))
      << "of two of the same size the older one";
  EXPECT_EQ(largest(9).size(), database.relations.size());
}

TEST(Usage, KeepsPlainTablesApartInTheOrderOfTheirOids) {
  Database database = two_levels();
  database.relations.push_back(relation(8, RelationKind::kTable, 80));
  database.relations.insert(database.relations.begin(), relation(9, RelationKind::kTable, 90));
  const auto roots = root_usage(database, table_usage(database));
  ASSERT_EQ(roots.size(), 3U);
  EXPECT_EQ(roots[0].sum.table, 1U);
  EXPECT_EQ(roots[1].sum.table, 8U);
  EXPECT_EQ(roots[1].leaves, 0);
  EXPECT_EQ(roots[2].sum.table, 9U);
}

TEST(Usage, SumsTheIndexesBelowAPartitionedIndex) {
  Database database = two_levels();
  const auto index = [](Oid oid, std::int64_t bytes, std::int64_t scans, Micros scanned) {
    RelationFacts facts = relation(oid, RelationKind::kIndex, bytes);
    facts.is_partition = true;
    facts.activity.scans = scans;
    facts.scanned_at = scanned;
    return facts;
  };
  database.relations.push_back(relation(100, RelationKind::kPartitionedIndex, 0));
  database.relations.push_back(index(101, 10, 1, 500));
  database.relations.push_back(index(102, 20, 2, 900));
  RelationFacts alone = index(103, 40, 4, 100);
  alone.is_partition = false;  // on a leaf, without one on the parent
  database.relations.push_back(alone);
  database.relations.push_back(relation(9, RelationKind::kTable, 80));
  database.relations.push_back(relation(104, RelationKind::kIndex, 8));
  database.index_tables = {{100, 1}, {101, 2}, {102, 4}, {103, 4}, {104, 9}};
  database.parents[101] = 100;
  database.parents[102] = 100;
  const auto indexes = index_usage(database);
  ASSERT_EQ(indexes.size(), 3U);
  EXPECT_EQ(indexes[0].index, 100U);
  EXPECT_EQ(indexes[0].root, 1U);
  EXPECT_EQ(indexes[0].leaves, 2);
  EXPECT_EQ(indexes[0].bytes, 30);
  EXPECT_EQ(indexes[0].activity.scans, 3);
  EXPECT_EQ(indexes[0].scanned_at, 900) << "used anywhere is used";
  EXPECT_EQ(indexes[1].index, 103U);
  EXPECT_EQ(indexes[1].root, 1U);
  EXPECT_EQ(indexes[1].leaves, 0);
  EXPECT_EQ(indexes[2].root, 0U) << "its table is in no partition tree";
  std::vector<Oid> tables = tables_of_whole_indexes(database);
  std::sort(tables.begin(), tables.end());
  EXPECT_EQ(tables, (std::vector<Oid>{1, 4, 9})) << "none of what is below a partitioned index";
}

TEST(TreeSizes, AddUpAllBelowEachTableThatIsAskedFor) {
  Database database = two_levels();
  database.relations[3].rows_estimate.reset();  // of leaf 4
  database.relations.push_back(relation(6, RelationKind::kForeign, 0));
  database.relations.back().is_partition = true;
  database.relations.back().rows_estimate = 70;
  database.parents[6] = 3;
  database.relations.push_back(relation(7, RelationKind::kTable, 5000));
  const std::unordered_set<Oid> asked{1, 3, 5, 6, 99};
  const auto sizes = tree_sizes(database, asked);
  std::vector<std::tuple<Oid, std::int64_t, double, bool>> found;
  for (const TreeSize& size : sizes) {
    found.emplace_back(size.table, size.bytes, size.rows_estimate.value_or(-1), size.is_remote);
  }
  EXPECT_EQ(found, (std::vector<std::tuple<Oid, std::int64_t, double, bool>>{
                       {1, 600, 90, false},
                       {3, 500, 80, false},
                       {5, 200, 10, false},
                       {6, 0, 70, true},
                   }));
}

TEST(TreeSizes, MeasureNothingElse) {
  Database database = two_levels();
  database.relations[4].toast = 8;  // of leaf 5
  database.relations.push_back(relation(7, RelationKind::kTable, 5000));
  database.relations.push_back(relation(8, RelationKind::kToast, 50));
  database.relations.push_back(relation(9, RelationKind::kIndex, 20));
  database.index_tables = {{9, 8}};
  const std::unordered_set<Oid> asked{3};
  EXPECT_EQ(within_tables(database, asked),
            (std::vector<bool>{false, false, true, true, true, false, true, true}));
  EXPECT_EQ(tree_sizes(database, asked).at(0).bytes, 300 + 200 + 50 + 20);
}

TEST(TreeSizes, AreNotKnownWhereNothingWasCounted) {
  Database database;
  database.relations = {relation(1, RelationKind::kPartitionedTable, 0),
                        relation(2, RelationKind::kTable, 100)};
  database.relations[1].is_partition = true;
  database.parents = {{2, 1}};
  EXPECT_FALSE(tree_sizes(database, {1}).at(0).rows_estimate);
}

TEST(Usage, KnowsNoIndexesOfToastTables) {
  Database database;
  database.relations = {relation(10, RelationKind::kTable, 0),
                        relation(11, RelationKind::kToast, 0),
                        relation(12, RelationKind::kIndex, 8192)};
  database.relations[0].toast = 11;
  database.index_tables = {{12, 11}};
  EXPECT_TRUE(index_usage(database).empty());
  EXPECT_TRUE(tables_of_whole_indexes(database).empty());
}

TEST(Activity, ContinuesOnlyWhileNoCounterFell) {
  Activity before;
  before.hit = 5;
  before.deleted = 3;
  Activity now = before;
  EXPECT_TRUE(now.continues(before));
  now.hit = 9;
  EXPECT_TRUE(now.continues(before));
  EXPECT_EQ((now - before).hit, 4);
  now.deleted = 2;
  EXPECT_FALSE(now.continues(before));
}

}  // namespace
}  // namespace pgscale
