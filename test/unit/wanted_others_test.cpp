#include <gtest/gtest.h>

#include "builders.h"
#include "core/wanted.h"

namespace pgscale {
namespace {

using testing::attach;
using testing::hash_set;
using testing::Lines;
using testing::list_set;

Lines names(const WantedPartitions& wanted) {
  Lines result;
  for (const Wanted& item : wanted.missing) result.push_back(item.bound_name);
  return result;
}

const std::vector<ListGroup> kRegions = {
    {"na", {"US", "CA"}}, {"eu", {"UK", "DE"}}, {"none", {std::nullopt}}};

TEST(WantedLists, AreTheGroupsWithoutAPartition) {
  PartitionSet set = list_set(kRegions);
  EXPECT_EQ(names(wanted_lists(set)), (Lines{"na", "eu", "none"}));
  attach(set, "any_name", ListValues{{"DE", "UK"}});
  const WantedPartitions wanted = wanted_lists(set);
  EXPECT_EQ(names(wanted), (Lines{"na", "none"}));
  EXPECT_TRUE(wanted.refusals.empty());
  EXPECT_EQ(std::get<ListValues>(wanted.missing[0].bound).values, kRegions[0].values);
}

TEST(WantedLists, AGroupMayLieInSeveralPartitionsWithOtherValues) {
  PartitionSet set = list_set(kRegions);
  attach(set, "a", ListValues{{"US", "MX"}});
  attach(set, "b", ListValues{{"CA", std::nullopt, "BR"}});
  EXPECT_EQ(names(wanted_lists(set)), Lines{"eu"});
  EXPECT_TRUE(wanted_lists(set).refusals.empty());
}

TEST(WantedLists, RefuseAGroupOfWhichOnlyAPartIsCovered) {
  PartitionSet set = list_set({{"na", {"US", "CA", std::nullopt}}, {"eu", {"UK"}}});
  attach(set, "a", ListValues{{"US"}});
  WantedPartitions wanted = wanted_lists(set);
  EXPECT_EQ(names(wanted), Lines{"eu"});
  ASSERT_EQ(wanted.refusals.size(), 1U);
  EXPECT_EQ(wanted.refusals[0].problem, Problem::kNotSupported);
  EXPECT_EQ(
      wanted.refusals[0].message,
      "value \"CA\" of list group \"na\" has no partition, but other values of the group have");
  attach(set, "b", ListValues{{"CA"}});
  wanted = wanted_lists(set);
  ASSERT_EQ(wanted.refusals.size(), 1U);
  EXPECT_EQ(wanted.refusals[0].message.rfind("value NULL of list group", 0), 0U);
}

TEST(WantedLists, ADefaultPartitionCoversNoGroup) {
  PartitionSet set = list_set({{"na", {"US"}}});
  attach(set, "rest", DefaultSlot{});
  EXPECT_EQ(names(wanted_lists(set)), Lines{"na"});
}

struct Slots {
  int modulus;
  std::vector<HashSlot> existing;
  Lines missing;
  Lines refused;
};

TEST(WantedSlots, AreTheRemaindersThatNoSlotHolds) {
  const Slots cases[] = {
      {1, {}, {"0"}, {}},
      {4, {}, {"0", "1", "2", "3"}, {}},
      {4, {{4, 1}, {4, 3}}, {"0", "2"}, {}},
      {4, {{4, 0}, {4, 1}, {4, 2}, {4, 3}}, {}, {}},
      {4, {{2, 1}}, {"0", "2"}, {}},                          // a coarser slot holds 1 and 3
      {8, {{4, 0}, {4, 1}, {4, 2}, {8, 3}}, {"7"}, {}},       // mixed moduli
      {4, {{4, 0}, {4, 1}, {4, 2}, {8, 3}, {8, 7}}, {}, {}},  // finer slots hold all of 3
      {4, {{1, 0}}, {}, {}},
      {4, {{8, 3}}, {"0", "1", "2"}, {"3"}},
      {2, {{8, 0}, {8, 2}, {8, 4}}, {"1"}, {"0"}},
      {2, {{8, 0}, {8, 2}, {8, 4}, {8, 6}}, {"1"}, {}}};
  for (const Slots& c : cases) {
    PartitionSet set = hash_set(c.modulus);
    for (const HashSlot& slot : c.existing) {
      attach(set, "s" + std::to_string(set.inventory.partitions.size()), slot);
    }
    const WantedPartitions wanted = wanted_slots(set);
    Lines refused;
    for (const Refusal& refusal : wanted.refusals) refused.push_back(refusal.partition);
    EXPECT_EQ(names(wanted), c.missing) << c.modulus << " beside " << c.existing.size();
    EXPECT_EQ(refused, c.refused) << c.modulus << " beside " << c.existing.size();
  }
}

TEST(WantedSlots, ARefusalNamesThePartitionInTheWay) {
  PartitionSet set = hash_set(4);
  attach(set, "finer", HashSlot{8, 7});
  const WantedPartitions wanted = wanted_slots(set);
  ASSERT_EQ(wanted.refusals.size(), 1U);
  EXPECT_EQ(wanted.refusals[0].problem, Problem::kInvalidDefinition);
  EXPECT_EQ(wanted.refusals[0].message,
            "remainder 3 of 4 is partly covered by partition public.finer");
}

TEST(WantedSlots, AreRefusedAsOneWhenTheModuliDoNotFit) {
  PartitionSet set = hash_set(6);
  attach(set, "other", HashSlot{4, 0});
  const WantedPartitions wanted = wanted_slots(set);
  EXPECT_TRUE(wanted.missing.empty());
  ASSERT_EQ(wanted.refusals.size(), 1U);
  EXPECT_EQ(wanted.refusals[0].message,
            "modulus 6 does not fit partition public.other of modulus 4");
}

// Beside slots of moduli that divide each other, what is wanted never shares a row with what
// exists.
TEST(WantedSlotsProperty, MissingSlotsAndExistingOnesHoldEachHashAtMostOnce) {
  for (int mask = 0; mask < 1 << 12; mask++) {
    PartitionSet set = hash_set(4);
    std::vector<HashSlot> slots;  // remainders 0 to 3 as one slot of 4 or as halves, if at all
    for (int remainder = 0; remainder < 4; remainder++) {
      const int choice = (mask >> (3 * remainder)) & 7;
      if (choice == 1) slots.push_back({4, remainder});
      if (choice == 2 || choice == 4) slots.push_back({8, remainder});
      if (choice == 3 || choice == 4) slots.push_back({8, remainder + 4});
    }
    for (const HashSlot& slot : slots) attach(set, "s", slot);
    const WantedPartitions wanted = wanted_slots(set);
    for (const Wanted& item : wanted.missing) slots.push_back(std::get<HashSlot>(item.bound));
    int uncovered = 0;
    for (int hash = 0; hash < 8; hash++) {
      int holders = 0;
      for (const HashSlot& slot : slots) holders += hash % slot.modulus == slot.remainder ? 1 : 0;
      ASSERT_LE(holders, 1) << "mask " << mask;
      uncovered += holders == 0 ? 1 : 0;
    }
    ASSERT_EQ(static_cast<std::size_t>(uncovered), wanted.refusals.size()) << "mask " << mask;
  }
}

}  // namespace
}  // namespace pgscale
