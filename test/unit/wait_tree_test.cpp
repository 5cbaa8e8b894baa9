#include "core/wait_tree.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace pgscale {
namespace {

using Ints = std::vector<int>;

std::map<int, WaitNode> by_process(const std::vector<LockWait>& waits) {
  std::map<int, WaitNode> nodes;
  for (const WaitNode& node : wait_tree(waits)) {
    EXPECT_TRUE(nodes.emplace(node.process, node).second) << node.process << " comes twice";
  }
  return nodes;
}

Ints order(const std::vector<LockWait>& waits) {
  Ints result;
  for (const WaitNode& node : wait_tree(waits)) result.push_back(node.process);
  return result;
}

TEST(WaitTree, IsEmptyWhereNobodyWaits) { EXPECT_TRUE(wait_tree({}).empty()); }

// A row lock (1), its waiter (2), an ALTER TABLE behind both (3), and a SELECT behind that (4).
TEST(WaitTree, PointsThroughTheQueueAtTheOneThatHoldsTheLock) {
  const auto nodes = by_process({{2, {1}}, {3, {1, 2}}, {4, {3}}});
  EXPECT_EQ(nodes.at(4).path, (Ints{1, 2, 3, 4}));
  EXPECT_EQ(nodes.at(3).path, (Ints{1, 2, 3}));
  EXPECT_EQ(nodes.at(1).path, Ints{1});
  EXPECT_EQ(nodes.at(1).depth(), 0);
  EXPECT_EQ(nodes.at(4).depth(), 3);
  for (const auto& [process, node] : nodes) {
    EXPECT_EQ(node.roots, Ints{1}) << process;
    EXPECT_FALSE(node.deadlocked) << process;
    EXPECT_EQ(node.behind, 4 - process);
  }
}

TEST(WaitTree, TellsEverybodyWhoMustEnd) {
  const auto nodes = by_process({{3, {2, 1}}, {4, {3}}});
  EXPECT_EQ(nodes.at(4).roots, (Ints{1, 2}));
  EXPECT_EQ(nodes.at(4).path, (Ints{1, 3, 4}));
  EXPECT_EQ(nodes.at(1).behind, 2);
  EXPECT_EQ(nodes.at(2).behind, 2);
  EXPECT_EQ(nodes.at(2).roots, Ints{2});
}

TEST(WaitTree, CountsEachWaiterOnceHoweverManyWaysLeadToIt) {
  const auto nodes = by_process({{2, {1, 1}}, {3, {1}}, {4, {2, 3}}});
  EXPECT_EQ(nodes.at(1).behind, 3);
  EXPECT_EQ(nodes.at(2).behind, 1);
  EXPECT_EQ(nodes.at(2).blockers, Ints{1});
  EXPECT_EQ(nodes.at(4).blockers, (Ints{2, 3}));
}

TEST(WaitTree, PutsFirstWhoHoldsUpMostAndThenWhoWaitsLongest) {
  EXPECT_EQ(order({{11, {1}}, {22, {2}}, {21, {2}}, {12, {11}}, {13, {1}}}),
            (Ints{1, 11, 12, 13, 2, 22, 21}));
}

TEST(WaitTree, CutsACircleAtItsOldestWait) {
  const auto nodes = by_process({{2, {1}}, {1, {2}}, {3, {1}}});
  EXPECT_EQ(nodes.at(2).path, Ints{2});
  EXPECT_EQ(nodes.at(1).path, (Ints{2, 1}));
  EXPECT_EQ(nodes.at(3).path, (Ints{2, 1, 3}));
  EXPECT_EQ(nodes.at(3).roots, Ints{2});
  EXPECT_TRUE(nodes.at(1).deadlocked);
  EXPECT_TRUE(nodes.at(2).deadlocked);
  EXPECT_FALSE(nodes.at(3).deadlocked);
  EXPECT_EQ(nodes.at(1).behind, 2);
  EXPECT_EQ(nodes.at(2).behind, 2);
  EXPECT_EQ(nodes.at(3).behind, 0);
}

TEST(WaitTree, SeesACircleBehindOneThatDoesNotWait) {
  const auto nodes = by_process({{2, {3, 1}}, {3, {2}}});
  EXPECT_EQ(nodes.at(2).path, (Ints{1, 2}));
  EXPECT_EQ(nodes.at(3).path, (Ints{1, 2, 3}));
  EXPECT_EQ(nodes.at(3).roots, Ints{1});
  EXPECT_TRUE(nodes.at(2).deadlocked);
  EXPECT_TRUE(nodes.at(3).deadlocked);
  EXPECT_FALSE(nodes.at(1).deadlocked);
}

TEST(WaitTree, SeesTwoCircles) {
  const auto nodes = by_process({{1, {2}}, {2, {1}}, {3, {4}}, {4, {3}}, {5, {2, 4}}});
  EXPECT_EQ(nodes.at(5).roots, (Ints{1, 3}));
  for (int process = 1; process <= 4; process++) EXPECT_TRUE(nodes.at(process).deadlocked);
  EXPECT_FALSE(nodes.at(5).deadlocked);
}

TEST(WaitTree, IgnoresAWaitForItself) {
  const auto nodes = by_process({{1, {1}}});
  EXPECT_EQ(nodes.at(1).path, Ints{1});
  EXPECT_FALSE(nodes.at(1).deadlocked);
  EXPECT_EQ(nodes.at(1).behind, 0);
}

// Everybody in a queue waits for all before it: the number of ways through is 2 to the power of its
// length.
TEST(WaitTree, IsQuickWithALongQueue) {
  std::vector<LockWait> waits;
  for (int waiter = 1; waiter < 500; waiter++) {
    LockWait wait{waiter, {}};
    for (int blocker = 0; blocker < waiter; blocker++) wait.blockers.push_back(blocker);
    waits.push_back(wait);
  }
  const auto nodes = by_process(waits);
  EXPECT_EQ(nodes.at(0).behind, 499);
  EXPECT_EQ(nodes.at(499).depth(), 499);
  EXPECT_EQ(nodes.at(499).roots, Ints{0});
}

}  // namespace
}  // namespace pgscale
