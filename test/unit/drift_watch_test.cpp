#include "core/drift_watch.h"

#include <gtest/gtest.h>

#include "builders.h"

namespace pgscale {
namespace {

using Sets = std::vector<Oid>;

TEST(DriftWatch, LooksAtThoseThatWaitedLongest) {
  EXPECT_EQ(sets_to_look_at({{1, 10, 300}, {2, 10, 100}, {3, 10, 200}}, 20), (Sets{2, 3}));
}

TEST(DriftWatch, BeginsWithWhatItNeverLookedAt) {
  EXPECT_EQ(sets_to_look_at({{1, 10, 100}, {2, 10, std::nullopt}}, 10), (Sets{2}));
}

TEST(DriftWatch, GivesTheLargestSetATurnToo) {
  EXPECT_EQ(sets_to_look_at({{1, 5000, 100}, {2, 1, 200}}, 1000), (Sets{1}));
  EXPECT_EQ(sets_to_look_at({{1, 5000, 300}, {2, 1, 200}}, 1000), (Sets{2}));
}

TEST(DriftWatch, HasNothingToDoWithoutSets) { EXPECT_TRUE(sets_to_look_at({}, 1000).empty()); }

// Looking at the chosen ones over and over comes to each set.
TEST(DriftWatch, LeavesNoSetOut) {
  std::vector<WatchedSet> sets;
  for (Oid oid = 1; oid <= 50; oid++) sets.push_back({oid, oid % 7 * 100, std::nullopt});
  for (Micros now = 1; now <= 50; now++) {
    for (const Oid parent : sets_to_look_at(sets, 500)) sets[parent - 1].looked_at = now;
  }
  for (const WatchedSet& set : sets) EXPECT_TRUE(set.looked_at) << set.parent;
}

Drift drift(DriftKind kind, Severity severity, const std::string& object) {
  Drift result{kind, object, "", "", severity};
  result.partition = testing::in_public("orders_p1");
  return result;
}

TEST(DriftWatch, CountsAndNamesTheWorst) {
  const DriftSummary summary =
      summary_of({drift(DriftKind::kStorage, Severity::kInfo, "fillfactor"),
                  drift(DriftKind::kGrant, Severity::kWarning, "reader"),
                  drift(DriftKind::kIndex, Severity::kCritical, "orders_pkey"),
                  drift(DriftKind::kIndex, Severity::kCritical, "orders_at_idx")});
  EXPECT_EQ(summary.warnings, 1);
  EXPECT_EQ(summary.critical, 2);
  EXPECT_EQ(summary.worst, "index orders_pkey of public.orders_p1");
}

TEST(DriftWatch, PassesOverWhatIsOnlyWorthKnowing) {
  const DriftSummary summary =
      summary_of({drift(DriftKind::kStorage, Severity::kInfo, "fillfactor")});
  EXPECT_EQ(summary.warnings + summary.critical, 0);
  EXPECT_EQ(summary.worst, "");
}

TEST(DriftWatch, SpeaksOfASetAsAWhole) {
  EXPECT_EQ(summary_of({{DriftKind::kGap, "[1, 2)", "", "", Severity::kWarning}}).worst,
            "gap [1, 2)");
}

}  // namespace
}  // namespace pgscale
