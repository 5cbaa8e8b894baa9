#include "core/coverage.h"

#include <gtest/gtest.h>

#include "builders.h"
#include "core/plan.h"

namespace pgscale {
namespace {

using testing::attach;
using testing::between;
using testing::days;
using testing::hash_set;
using testing::Lines;
using testing::list_set;
using testing::moment;
using testing::months;
using testing::range_set;
using testing::retired;

const Micros kNow = moment("2026-11-21 12:00");

PartitionSet monthly(std::initializer_list<int> months_of_2026, int premake = 1) {
  PartitionSet set = range_set(KeyKind::kDate, months(1), premake);
  for (int month : months_of_2026) {
    const auto lower = from_civil({2026, month, 1, 0});
    attach(set, "p" + std::to_string(month), between(lower, add(lower, months(1), 1, Zone::utc())));
  }
  return set;
}

std::vector<Drift> found(PartitionSet set) {
  set.policy.fill_holes = true;
  return coverage_drift(set, plan(set, kNow), kNow);
}

// "kind lower..upper severity: actual" and the number of steps.
Lines outline(const std::vector<Drift>& drifts) {
  Lines lines;
  for (const Drift& drift : drifts) {
    lines.push_back(std::string(text(drift.kind)) + " " + drift.object + " " +
                    text(drift.severity) + ", " + drift.actual + ", " +
                    std::to_string(drift.repair.size()));
  }
  return lines;
}

TEST(Coverage, ACompleteSetHasNoGap) {
  EXPECT_TRUE(found(monthly({9, 10, 11, 12})).empty());
  EXPECT_TRUE(found(monthly({11}, 4)).empty()) << "what is to be premade is none";
}

TEST(Coverage, HolesOfThePastThePresentAndTheFutureAreTold) {
  EXPECT_EQ(outline(found(monthly({7, 10, 11}))),
            (Lines{"gap FOR VALUES FROM ('2026-09-01') TO ('2026-10-01') warning, none, 1",
                   "gap FOR VALUES FROM ('2026-08-01') TO ('2026-09-01') warning, none, 1"}));
  EXPECT_EQ(outline(found(monthly({10, 12}))),
            (Lines{"gap FOR VALUES FROM ('2026-11-01') TO ('2026-12-01') critical, none, 1"}));
  PartitionSet ahead = monthly({11}, 0);
  attach(ahead, "far", between("2027-02-01", "2027-03-01"));
  EXPECT_EQ(outline(found(ahead)),
            (Lines{"gap FOR VALUES FROM ('2026-12-01') TO ('2027-01-01') warning, none, 1",
                   "gap FOR VALUES FROM ('2027-01-01') TO ('2027-02-01') warning, none, 1"}));
}

TEST(Coverage, MaintenanceLeavesThoseOfThePastAlone) {
  EXPECT_TRUE(plan(monthly({7, 10, 11, 12}), kNow).items.empty());
}

TEST(Coverage, ThePresentThatNobodyHasMadeIsAGap) {
  EXPECT_EQ(outline(found(monthly({9}, 2))),
            (Lines{"gap FOR VALUES FROM ('2026-11-01') TO ('2026-12-01') critical, none, 1",
                   "gap FOR VALUES FROM ('2026-10-01') TO ('2026-11-01') warning, none, 1"}));
}

TEST(Coverage, WhatRetentionWouldTakeIsNoGap) {
  PartitionSet set = monthly({3, 10, 11, 12});
  set.policy.retention = Stride{months(2)};
  EXPECT_EQ(outline(found(set)),
            (Lines{"gap FOR VALUES FROM ('2026-09-01') TO ('2026-10-01') warning, none, 1"}));
}

TEST(Coverage, ADefaultPartitionTakesTheRowsAndNeedsAGuard) {
  PartitionSet set = monthly({10, 12});
  attach(set, "rest", DefaultSlot{});
  EXPECT_EQ(outline(found(set)),
            (Lines{"gap FOR VALUES FROM ('2026-11-01') TO ('2026-12-01') warning, none, 3"}));
  set.inventory.guard_left = true;
  const std::vector<Drift> drifts = found(set);
  EXPECT_EQ(outline(drifts)[0], "guard pgscale_guard critical, left by an interrupted run, 1");
  EXPECT_EQ(readable(*drifts[0].partition), "public.rest");
}

TEST(Coverage, ADetachedTableKeepsItsRange) {
  PartitionSet set = monthly({9, 11, 12});
  retired(set, 77, "old", Retire::kDetach, false);
  set.inventory.retired.back().range = between("2026-10-01", "2026-11-01");
  EXPECT_EQ(outline(found(set)),
            (Lines{"gap FOR VALUES FROM ('2026-10-01') TO ('2026-11-01') info, "
                   "detached table public.old, 0"}));
  attach(set, "half", between("2026-10-01", "2026-10-10"));
  EXPECT_EQ(outline(found(set)),
            (Lines{"gap FOR VALUES FROM ('2026-10-10') TO ('2026-11-01') info, "
                   "detached table public.old, 0",
                   "overlap public.old info, bounds of half, 0"}));
  set.inventory.retired.back().attached = true;
  EXPECT_EQ(found(set).size(), 1U);
}

TEST(Coverage, ATakenNameIsARefusal) {
  PartitionSet set = monthly({9, 11, 12});
  set.inventory.taken_names.insert("orders_p2026_10");
  const std::vector<Drift> drifts = found(set);
  ASSERT_EQ(drifts.size(), 1U);
  EXPECT_TRUE(drifts[0].repair.empty());
  EXPECT_NE(drifts[0].actual.find("already exists"), std::string::npos);
}

TEST(Coverage, ValuesAndRemaindersWithoutAPartitionAreGaps) {
  PartitionSet lists = list_set({{"eu", {"DE", "FR"}}, {"us", {"US"}}});
  attach(lists, "de", ListValues{{"DE"}});
  EXPECT_EQ(outline(found(lists)),
            (Lines{"gap FOR VALUES IN ('US') critical, none, 1",
                   "gap eu critical, value \"FR\" of list group \"eu\" has no partition, "
                   "but other values of the group have, 0"}));
  PartitionSet slots = hash_set(2);
  attach(slots, "p0", HashSlot{2, 0});
  EXPECT_EQ(outline(found(slots)),
            (Lines{"gap FOR VALUES WITH (MODULUS 2, REMAINDER 1) critical, none, 1"}));
}

TEST(Coverage, HolesOfNumbersAreClosedBeyondThePresent) {
  PartitionSet set = range_set(KeyKind::kInteger, Point{10}, 0);
  attach(set, "a", between(0, 10));
  attach(set, "b", between(30, 40));
  EXPECT_EQ(found(set).size(), 2U);
}

}  // namespace
}  // namespace pgscale
