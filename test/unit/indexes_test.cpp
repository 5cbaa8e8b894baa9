#include "core/indexes.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace pgscale {
namespace {

constexpr Oid kTable = 1;
constexpr Oid kIntegers = 1978;  // operator classes
constexpr Oid kPatterns = 4217;
constexpr std::int16_t kDescending = 1;

IndexColumn column(std::int16_t attribute, std::int16_t options = 0, Oid opclass = kIntegers) {
  return {attribute, options, opclass, 100};
}

IndexDefinition index(Oid oid, std::vector<IndexColumn> key) {
  IndexDefinition definition;
  definition.index = oid;
  definition.table = kTable;
  definition.finds_equal = true;
  definition.key = std::move(key);
  return definition;
}

IndexDefinition unique(IndexDefinition definition) {
  definition.is_unique = true;
  return definition;
}

// What makes `a` superfluous beside `b`; 0 for nothing.
Oid instead_of(const IndexDefinition& a, const IndexDefinition& b) {
  const auto redundant = redundant_indexes({a, b});
  const auto found = redundant.find(a.index);
  return found == redundant.end() ? 0 : found->second;
}

TEST(RedundantIndexes, AreThoseThatAnotherBeginsWith) {
  const auto narrow = index(10, {column(1)});
  const auto wide = index(11, {column(1), column(2)});
  EXPECT_EQ(instead_of(narrow, wide), 11U);
  EXPECT_EQ(instead_of(wide, narrow), 0U);
  EXPECT_EQ(instead_of(index(10, {column(2)}), wide), 0U) << "only what it begins with";
}

TEST(RedundantIndexes, AreOfTheSameTableClassAndOrder) {
  const auto narrow = index(10, {column(1)});
  auto elsewhere = index(11, {column(1), column(2)});
  elsewhere.table = 2;
  EXPECT_EQ(instead_of(narrow, elsewhere), 0U);
  EXPECT_EQ(instead_of(narrow, index(11, {column(1, 0, kPatterns), column(2)})), 0U);
  EXPECT_EQ(instead_of(narrow, index(11, {column(1, kDescending), column(2)})), 0U);
  auto other_collation = index(11, {column(1), column(2)});
  other_collation.key[0].collation = 950;
  EXPECT_EQ(instead_of(narrow, other_collation), 0U);
}

TEST(RedundantIndexes, KeepOneOfSeveralThatDoTheSame) {
  const auto first = index(10, {column(1)});
  const auto second = index(11, {column(1)});
  const auto third = index(12, {column(1)});
  const auto redundant = redundant_indexes({third, first, second});
  EXPECT_EQ(redundant.size(), 2U);
  EXPECT_EQ(redundant.count(10), 0U);
  EXPECT_EQ(redundant.at(11), 10U);
  EXPECT_EQ(redundant.at(12), 10U);
}

TEST(RedundantIndexes, KeepThePrimaryKeyAndTheConstraint) {
  auto primary = unique(index(11, {column(1)}));
  primary.is_primary = primary.is_constraint = true;
  auto constraint = unique(index(12, {column(1)}));
  constraint.is_constraint = true;
  const auto plain = unique(index(10, {column(1)}));
  const auto redundant = redundant_indexes({plain, primary, constraint});
  EXPECT_EQ(redundant.size(), 2U);
  EXPECT_EQ(redundant.at(10), 11U);
  EXPECT_EQ(redundant.at(12), 11U);
}

TEST(RedundantIndexes, NeverLoseAConstraint) {
  const auto wide = index(11, {column(1), column(2)});
  EXPECT_EQ(instead_of(unique(index(10, {column(1)})), wide), 0U);
  EXPECT_EQ(instead_of(unique(index(10, {column(1)})), unique(wide)), 0U)
      << "unique pairs are not unique values";
  EXPECT_EQ(instead_of(index(10, {column(1)}), unique(index(11, {column(1)}))), 11U);
  auto deferred = unique(index(11, {column(1)}));
  deferred.is_immediate = false;
  EXPECT_EQ(instead_of(unique(index(12, {column(1)})), deferred), 0U);
  EXPECT_EQ(instead_of(deferred, unique(index(12, {column(1)}))), 12U);
  auto nulls_once = unique(index(11, {column(1)}));
  nulls_once.nulls_distinct = false;
  EXPECT_EQ(instead_of(nulls_once, unique(index(10, {column(1)}))), 0U);
  auto identity = index(10, {column(1)});
  identity.is_replica_identity = true;
  EXPECT_EQ(instead_of(identity, wide), 0U);
  auto exclusion = index(10, {column(1)});
  exclusion.is_exclusion = true;
  EXPECT_EQ(instead_of(exclusion, wide), 0U);
}

TEST(RedundantIndexes, TrustNoInvalidIndex) {
  auto invalid = index(10, {column(1), column(2)});
  invalid.is_valid = false;
  const auto valid = index(11, {column(1)});
  EXPECT_EQ(instead_of(valid, invalid), 0U);
  EXPECT_EQ(instead_of(index(9, {column(1), column(2)}), invalid), 0U);
  EXPECT_EQ(instead_of(invalid, index(12, {column(1), column(2)})), 12U);
}

TEST(RedundantIndexes, HaveNoColumnThatTheOtherLacks) {
  auto including = index(10, {column(1)});
  including.included = {3};
  EXPECT_EQ(instead_of(including, index(11, {column(1), column(2)})), 0U);
  EXPECT_EQ(instead_of(including, index(11, {column(1), column(3)})), 11U);
  auto including_more = index(11, {column(1)});
  including_more.included = {2, 3};
  EXPECT_EQ(instead_of(including, including_more), 11U);
  EXPECT_EQ(instead_of(including_more, including), 0U);
}

TEST(RedundantIndexes, HaveTheSamePredicate) {
  auto partial = index(10, {column(1)});
  partial.predicate = "{OPEXPR a}";
  const auto whole = index(11, {column(1), column(2)});
  EXPECT_EQ(instead_of(partial, whole), 0U) << "it may be much smaller";
  auto same = whole;
  same.predicate = partial.predicate;
  EXPECT_EQ(instead_of(partial, same), 11U);
  EXPECT_EQ(instead_of(index(12, {column(1)}), same), 0U);
}

TEST(RedundantIndexes, BeginWithTheSameExpressions) {
  auto lower = index(10, {column(0)});
  lower.expressions = "({FUNCEXPR lower})";
  auto lower_and_upper = index(11, {column(0), column(0)});
  lower_and_upper.expressions = "({FUNCEXPR lower} {FUNCEXPR upper})";
  auto upper = index(12, {column(0), column(1)});
  upper.expressions = "({FUNCEXPR upper})";
  EXPECT_EQ(instead_of(lower, lower_and_upper), 11U);
  EXPECT_EQ(instead_of(lower, upper), 0U);
  auto behind = index(13, {column(1), column(0)});
  behind.expressions = "({FUNCEXPR upper})";
  EXPECT_EQ(instead_of(index(14, {column(1)}), behind), 13U) << "its own key has none";
}

TEST(RedundantIndexes, NameTheNarrowestInstead) {
  const auto redundant =
      redundant_indexes({index(10, {column(1)}), index(11, {column(1), column(2), column(3)}),
                         index(12, {column(1), column(2)})});
  EXPECT_EQ(redundant.at(10), 12U);
  EXPECT_EQ(redundant.at(12), 11U);
  EXPECT_EQ(redundant.count(11), 0U);
}

TEST(UnusedIndexes, DoNothingButAnswerQueries) {
  IndexDefinition index;
  EXPECT_TRUE(is_unused(index, 0));
  EXPECT_FALSE(is_unused(index, 1));
  for (bool IndexDefinition::*purpose :
       {&IndexDefinition::is_unique, &IndexDefinition::is_exclusion,
        &IndexDefinition::is_replica_identity}) {
    IndexDefinition other;
    other.*purpose = true;
    EXPECT_FALSE(is_unused(other, 0));
  }
}

TEST(StoredExpressions, AreComparedWithoutTheirPlaces) {
  EXPECT_EQ(comparable("{VAR :varno 1 :location 45} {CONST :location -1}"),
            comparable("{VAR :varno 1 :location 7} {CONST :location 99}"));
  EXPECT_NE(comparable("{VAR :varno 1 :location 45}"), comparable("{VAR :varno 2 :location 45}"));
  EXPECT_EQ(comparable("{A :location 12"), "{A ") << "also at the end";
}

ForeignKey foreign_key(Oid constraint, std::vector<std::int16_t> columns, Oid table = kTable,
                       Oid parent = 0) {
  return {constraint, parent, table, std::move(columns)};
}

TEST(ForeignKeys, WantAnIndexThatBeginsWithTheirColumns) {
  const auto key = foreign_key(50, {1, 2});
  EXPECT_EQ(unsupported_keys({}, {key}), (std::vector<Oid>{50}));
  EXPECT_TRUE(unsupported_keys({index(10, {column(2), column(1), column(3)})}, {key}).empty())
      << "in any order";
  EXPECT_EQ(unsupported_keys({index(10, {column(1)})}, {key}).size(), 1U);
  EXPECT_EQ(unsupported_keys({index(10, {column(3), column(1), column(2)})}, {key}).size(), 1U);
}

TEST(ForeignKeys, WantAnIndexThatServes) {
  const auto key = foreign_key(50, {1});
  auto partial = index(10, {column(1)});
  partial.predicate = "{OPEXPR a}";
  auto invalid = index(11, {column(1)});
  invalid.is_valid = false;
  auto blocks = index(12, {column(1)});
  blocks.finds_equal = false;
  auto elsewhere = index(13, {column(1)});
  elsewhere.table = 2;
  const std::vector<IndexDefinition> useless{partial, invalid, blocks, elsewhere};
  EXPECT_EQ(unsupported_keys(useless, {key}).size(), 1U);
  EXPECT_TRUE(supporting_indexes(useless, {key}).empty());
  EXPECT_EQ(supporting_indexes({index(14, {column(1)}), index(15, {column(2)})}, {key}),
            (std::unordered_set<Oid>{14}));
}

TEST(ForeignKeys, OfAPartitionedTableMayHaveTheIndexOnEachPartition) {
  constexpr Oid kFirst = 21;
  constexpr Oid kSecond = 22;
  const std::vector<ForeignKey> keys{
      foreign_key(50, {1}), foreign_key(51, {1}, kFirst, 50), foreign_key(52, {3}, kSecond, 50),
      foreign_key(53, {1}, kTable, 50)};  // for a partition of the referenced table
  auto first = index(10, {column(1)});
  first.table = kFirst;
  auto second = index(11, {column(3)});
  second.table = kSecond;
  EXPECT_TRUE(unsupported_keys({first, second}, keys).empty());
  EXPECT_EQ(unsupported_keys({first}, keys), (std::vector<Oid>{50}));
  EXPECT_TRUE(unsupported_keys({index(12, {column(1)})}, keys).empty());
}

}  // namespace
}  // namespace pgscale
