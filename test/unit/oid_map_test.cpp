#include "core/oid_map.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <unordered_map>

namespace pgscale {
namespace {

TEST(OidMap, FindsWhatWasPutIn) {
  OidMap<int> map{{16384, 1}, {4294967295, 2}};
  map[16385] = 3;
  ASSERT_NE(map.find(16384), nullptr);
  EXPECT_EQ(*map.find(16384), 1);
  EXPECT_EQ(*map.find(4294967295), 2);
  EXPECT_EQ(*map.find(16385), 3);
}

TEST(OidMap, HasNothingElse) {
  OidMap<int> map;
  EXPECT_EQ(map.find(1), nullptr);
  map[1] = 7;
  EXPECT_EQ(map.find(2), nullptr);
  EXPECT_EQ(map.find(0), nullptr);
}

TEST(OidMap, AnEntryIsOneHoweverOftenItIsAskedFor) {
  OidMap<int> map;
  EXPECT_EQ(map[5], 0);
  map[5] += 2;
  map[5] += 2;
  EXPECT_EQ(*map.find(5), 4);
}

TEST(OidMap, IsAsAMapOfTheLibraryForRowsOfOidsAndScatteredOnes) {
  OidMap<std::uint32_t> map;
  std::unordered_map<std::uint32_t, std::uint32_t> expected;
  std::uint32_t scattered = 1;
  for (std::uint32_t i = 1; i <= 50000; i++) {
    scattered = scattered * 1664525 + 1013904223;
    for (const std::uint32_t oid : {16384 + i, 3 * i * 65536, scattered | 1}) {
      map[oid] = i;
      expected[oid] = i;
    }
  }
  for (const auto& [oid, value] : expected) {
    ASSERT_NE(map.find(oid), nullptr) << oid;
    ASSERT_EQ(*map.find(oid), value) << oid;
    ASSERT_EQ(map.find(oid + 7) != nullptr, expected.count(oid + 7) > 0) << oid;
  }
}

TEST(OidSet, KnowsWhatIsInIt) {
  OidSet set;
  EXPECT_FALSE(set.contains(3));
  set.insert(3);
  set.insert(3);
  EXPECT_TRUE(set.contains(3));
  EXPECT_FALSE(set.contains(0));
}

}  // namespace
}  // namespace pgscale
