#include "core/plan.h"
#include "core/retirement.h"

#include <gtest/gtest.h>

#include "builders.h"
#include "zones.h"

namespace pgscale {
namespace {

using testing::attach;
using testing::between;
using testing::days;
using testing::failure_of;
using testing::hash_set;
using testing::in_public;
using testing::Lines;
using testing::list_set;
using testing::moment;
using testing::months;
using testing::outline;
using testing::range_set;
using testing::retired;
using testing::shown;
using testing::step_of;
using testing::zone_of;

const Micros kNow = moment("2026-11-21 12:00");

// A monthly set that has the partitions it wants at kNow.
PartitionSet complete_monthly() {
  PartitionSet set = range_set(KeyKind::kDate, months(1), 1);
  attach(set, "orders_p2026_11", between("2026-11-01", "2026-12-01"));
  attach(set, "orders_p2026_12", between("2026-12-01", "2027-01-01"));
  return set;
}

Lines sql_of(const Step& step) {
  Lines texts;
  for (const Sql& sql : step.sql) texts.push_back(sql.text());
  return texts;
}

const Step& step_at(const Plan& plan, std::size_t index) {
  const Step* step = step_of(plan.items.at(index));
  if (step == nullptr) throw std::logic_error("a refusal where a step should be");
  return *step;
}

TEST(Plan, MakesThePresentAndPremakes) {
  const Plan made = plan(range_set(KeyKind::kDate, months(1), 2), kNow);
  EXPECT_EQ(outline(made),
            (Lines{"create orders_p2026_11", "create orders_p2026_12", "create orders_p2027_01"}));
  const Step& first = step_at(made, 0);
  EXPECT_EQ(first.partition_oid, 0U);
  EXPECT_EQ(first.bounds, "FOR VALUES FROM ('2026-11-01') TO ('2026-12-01')");
  EXPECT_EQ(first.reason, "covers the present");
  EXPECT_EQ(first.locks, "SHARE UPDATE EXCLUSIVE on public.orders");
  EXPECT_FALSE(first.concurrently);
  EXPECT_EQ(shown(made.next_due.value()), "2026-12-01 00:00");
  EXPECT_FALSE(made.needs_polling);
}

TEST(Plan, IsEmptyForACompleteSet) {
  const Plan made = plan(complete_monthly(), kNow);
  EXPECT_TRUE(made.items.empty());
  EXPECT_EQ(shown(made.next_due.value()), "2026-12-01 00:00");
}

TEST(Plan, NumberSetsArePolledInsteadOfDue) {
  PartitionSet set = range_set(KeyKind::kBigint, Point{1'000}, 1);
  set.policy.retention = Stride{Point{1'000}};
  const Plan made = plan(set, kNow);
  EXPECT_EQ(outline(made), (Lines{"create orders_p0", "create orders_p1000"}));
  EXPECT_TRUE(made.needs_polling);
  EXPECT_FALSE(made.next_due.has_value());
}

TEST(Plan, CreateStepsNameTheLocksOnReferencedTablesAndTheReplicaIndex) {
  PartitionSet set = range_set(KeyKind::kDate, months(1), 0);
  set.inventory.parent.referenced = {in_public("customers"), in_public("Items")};
  set.inventory.parent.replica_identity = ReplicaIdentity::kIndex;
  const Plan made = plan(set, kNow);
  EXPECT_EQ(step_at(made, 0).locks,
            "SHARE UPDATE EXCLUSIVE on public.orders; SHARE ROW EXCLUSIVE on public.customers; "
            "SHARE ROW EXCLUSIVE on public.\"Items\"");
  EXPECT_TRUE(step_at(made, 0).sets_replica_index);
}

TEST(Plan, AParentThatTakesOverANameGivesItToItsPartitions) {
  PartitionSet set = range_set(KeyKind::kDate, months(1), 1);
  set.inventory.parent.base_name = "events";
  set.policy.default_partition = true;
  const Plan made = plan(set, kNow);
  EXPECT_EQ(outline(made), (Lines{"create events_p2026_11", "create events_p2026_12",
                                  "create default events_default"}));
  EXPECT_EQ(sql_of(step_at(made, 0)).back(),
            R"(ALTER TABLE "public"."orders" ATTACH PARTITION "public"."events_p2026_11" )"
            "FOR VALUES FROM ('2026-11-01') TO ('2026-12-01')");
}

TEST(Plan, ATableThatIsToBecomeAPartitionLeavesOnlyTheRowsAboveIt) {
  PartitionSet set = range_set(KeyKind::kDate, months(1), 2);
  set.policy.retention = months(2);
  attach(set, "orders_pmin", Range{End::minimum(), End::at(moment("2027-01-01"))});
  EXPECT_EQ(outline(plan(set, kNow)), (Lines{"create orders_p2027_01", "create orders_p2027_02"}));
  // Retention asks for its upper bound, however old its rows are.
  EXPECT_EQ(outline(plan(set, moment("2027-02-28"))).back(), "create orders_p2027_01");
  EXPECT_EQ(outline(plan(set, moment("2027-03-01"))).back(), "detach! orders_pmin");
}

TEST(Plan, ATakenNameIsRefusedAndStopsNothingElse) {
  PartitionSet set = range_set(KeyKind::kDate, months(1), 2);
  set.inventory.taken_names.insert("orders_p2026_12");
  const Plan made = plan(set, kNow);
  EXPECT_EQ(outline(made), (Lines{"create orders_p2026_11", "refused create public.orders_p2026_12",
                                  "create orders_p2027_01"}));
  const auto& refusal = std::get<Refusal>(made.items[1]);
  EXPECT_EQ(refusal.problem, Problem::kDuplicateTable);
  EXPECT_NE(refusal.message.find("public.orders_p2026_12"), std::string::npos);
  EXPECT_FALSE(refusal.hint.empty());
}

TEST(Plan, NamesThatTwoStepsWantAreGivenOnce) {
  PartitionSet set = list_set({{"default", {"US"}}});
  set.policy.default_partition = true;
  EXPECT_EQ(outline(plan(set, kNow)),
            (Lines{"create customers_default", "refused create default public.customers_default"}));
}

TEST(Plan, UsesTheNameTemplateAndTheParentsSchema) {
  PartitionSet set = range_set(KeyKind::kDate, months(1), 0);
  set.policy.naming = "{bound}_{parent}";
  set.inventory.parent.name = {Identifier("Shop"), Identifier("orders")};
  EXPECT_EQ(readable(step_at(plan(set, kNow), 0).partition), "\"Shop\".\"2026_11_orders\"");
}

TEST(Plan, MakesTheDefaultPartitionLastAndWithoutAGuard) {
  PartitionSet set = range_set(KeyKind::kDate, months(1), 0);
  set.policy.default_partition = true;
  const Plan made = plan(set, kNow);
  EXPECT_EQ(outline(made), (Lines{"create orders_p2026_11", "create default orders_default"}));
  EXPECT_EQ(step_at(made, 1).bounds, "DEFAULT");
}

TEST(Plan, GuardsAnExistingDefaultPartitionBeforeEachAttach) {
  PartitionSet set = range_set(KeyKind::kDate, months(1), 0);
  set.policy.default_partition = true;
  attach(set, "rest", DefaultSlot{});
  const Plan made = plan(set, kNow);
  EXPECT_EQ(outline(made),
            (Lines{"guard orders_p2026_11", "validate orders_p2026_11", "create orders_p2026_11"}));
  EXPECT_EQ(
      sql_of(step_at(made, 0)),
      Lines{
          R"(ALTER TABLE "public"."rest" ADD CONSTRAINT "pgscale_guard" CHECK (NOT ("at" IS NOT NULL )"
          R"(AND "at" >= '2026-11-01' AND "at" < '2026-12-01')) NOT VALID)"});
  EXPECT_EQ(step_at(made, 1).locks, "SHARE UPDATE EXCLUSIVE on public.rest");
  EXPECT_EQ(sql_of(step_at(made, 2)).back(),
            R"(ALTER TABLE "public"."rest" DROP CONSTRAINT "pgscale_guard")");
  EXPECT_EQ(step_at(made, 2).locks,
            "SHARE UPDATE EXCLUSIVE on public.orders; ACCESS EXCLUSIVE on public.rest");
}

TEST(Plan, LooksForRowsInTheWayBeforeItSetsAGuard) {
  PartitionSet set = range_set(KeyKind::kDate, months(1), 0);
  attach(set, "rest", DefaultSlot{});
  EXPECT_EQ(step_at(plan(set, kNow), 0).look->text(),
            R"(SELECT FROM "public"."rest" WHERE "at" IS NOT NULL )"
            R"(AND "at" >= '2026-11-01' AND "at" < '2026-12-01' LIMIT 1)");
  for (const TableKind kind : {TableKind::kForeign, TableKind::kPartitioned}) {
    set.inventory.partitions.back().kind = kind;
    EXPECT_FALSE(step_at(plan(set, kNow), 0).look) << "another server may not answer";
  }
}

TEST(Plan, RemovesAGuardAtOnceWhenItsPartitionCannotBeMade) {
  PartitionSet set = range_set(KeyKind::kDate, months(1), 0);
  EXPECT_FALSE(removal_of_guard(set.inventory, Action::kCreate)) << "no default";
  attach(set, "rest", DefaultSlot{});
  EXPECT_FALSE(removal_of_guard(set.inventory, Action::kGuard)) << "it was not set";
  for (const Action failed : {Action::kValidate, Action::kCreate}) {
    EXPECT_EQ(removal_of_guard(set.inventory, failed).value().action, Action::kUnguard);
  }
}

TEST(Plan, RemovesAGuardThatWasLeftBeforeItSetsAnother) {
  PartitionSet set = range_set(KeyKind::kDate, months(1), 0);
  set.inventory.guard_left = true;
  EXPECT_EQ(outline(plan(set, kNow)), Lines{"create orders_p2026_11"});  // no default: nothing left
  attach(set, "rest", DefaultSlot{});
  EXPECT_EQ(outline(plan(set, kNow)),
            (Lines{"unguard rest", "guard orders_p2026_11", "validate orders_p2026_11",
                   "create orders_p2026_11"}));
}

TEST(Plan, RetiresOldestFirstByTheRealUpperBound) {
  PartitionSet set = complete_monthly();
  set.policy.retention = Stride{months(2)};
  attach(set, "recent", between("2026-09-22", "2026-11-01"));
  attach(set, "b", between("2026-08-01", "2026-09-01"));
  attach(set, "a", between("1990-01-01", "2026-08-01"));
  attach(set, "edge", between("2026-09-01", "2026-09-22"));
  EXPECT_EQ(outline(plan(set, kNow)), (Lines{"detach! a", "detach! b"}));
  EXPECT_EQ(shown(plan(set, kNow).next_due.value()), "2026-11-22 00:00");  // for "edge"
  set.policy.retire = Retire::kDrop;
  EXPECT_EQ(outline(plan(set, kNow)), (Lines{"detach! a", "drop a", "detach! b", "drop b"}));
}

TEST(Plan, RetirementsTellWhyAndWhatFollows) {
  PartitionSet set = complete_monthly();
  set.policy.retention = Stride{months(2)};
  set.policy.retire = Retire::kDrop;
  const Oid oid = attach(set, "old", between("2025-01-01", "2026-08-01")).oid;
  attach(set, "recent", between("2026-08-01", "2026-11-01"));
  const Plan made = plan(set, kNow);
  const Step& detach = step_at(made, 0);
  EXPECT_EQ(detach.partition_oid, oid);
  EXPECT_EQ(detach.reason, "retention ended at 2026-10-01");
  EXPECT_EQ(detach.bounds, "bounds of old");
  EXPECT_EQ(detach.retire, Retire::kDrop);
  EXPECT_EQ(sql_of(detach),
            Lines{R"(ALTER TABLE "public"."orders" DETACH PARTITION "public"."old" CONCURRENTLY)"});
  EXPECT_EQ(detach.locks,
            "SHARE UPDATE EXCLUSIVE on public.orders; ACCESS EXCLUSIVE on public.old");
  EXPECT_EQ(sql_of(step_at(made, 1)), Lines{R"(DROP TABLE "public"."old")"});
  EXPECT_FALSE(step_at(made, 1).concurrently);
}

TEST(Plan, KeepsAFirstPartitionOfThirtyYearsWithAYoungUpperBound) {
  PartitionSet set = range_set(KeyKind::kDate, months(1), 0);
  set.policy.retention = Stride{months(1)};
  set.policy.retire = Retire::kDrop;
  attach(set, "orders_p1996", between("1996-01-01", "2026-12-01"));
  EXPECT_TRUE(plan(set, kNow).items.empty());
}

TEST(Plan, KeepsEverythingWhenRetentionIsLongerThanTime) {
  PartitionSet set = complete_monthly();
  attach(set, "old", between("1990-01-01", "2026-11-01"));
  for (const Stride& forever : {Stride{months(2'000'000'000)}, Stride{days(2'000'000'000)}}) {
    set.policy.retention = forever;
    EXPECT_TRUE(plan(set, kNow).items.empty());
  }
}

TEST(Plan, NeverRetiresPartitionsUpToMaxvalueOrDefaults) {
  PartitionSet set = range_set(KeyKind::kDate, months(1), 0);
  set.policy.retention = Stride{months(1)};
  attach(set, "open", Range{End::minimum(), End::maximum()});
  attach(set, "rest", DefaultSlot{});
  EXPECT_TRUE(plan(set, kNow).items.empty());
}

TEST(Plan, DetachesPlainlyBesideADefaultPartition) {
  PartitionSet set = complete_monthly();
  set.policy.retention = Stride{months(2)};
  attach(set, "rest", DefaultSlot{});
  attach(set, "old", between("2025-01-01", "2026-08-01"));
  attach(set, "recent", between("2026-08-01", "2026-11-01"));
  const Plan made = plan(set, kNow);
  EXPECT_EQ(outline(made), Lines{"detach old"});
  EXPECT_EQ(sql_of(step_at(made, 0)),
            (Lines{R"(LOCK TABLE ONLY "public"."orders" IN ACCESS EXCLUSIVE MODE)",
                   R"(LOCK TABLE ONLY "public"."rest" IN ACCESS EXCLUSIVE MODE)",
                   R"(LOCK TABLE ONLY "public"."old" IN ACCESS EXCLUSIVE MODE)",
                   R"(ALTER TABLE "public"."orders" DETACH PARTITION "public"."old")"}));
  EXPECT_EQ(step_at(made, 0).locks, "ACCESS EXCLUSIVE on public.orders, public.old, public.rest");
}

TEST(Plan, NumberSetsRetireBehindTheNewestRows) {
  PartitionSet set = range_set(KeyKind::kBigint, Point{10}, 0);
  set.policy.retention = Stride{Point{20}};
  for (int lower : {0, 10, 20, 30, 40}) {
    attach(set, "p" + std::to_string(lower), between(lower, lower + 10));
  }
  EXPECT_TRUE(plan(set, kNow).items.empty());  // no rows yet: nothing moves
  set.inventory.reached = 40;
  EXPECT_EQ(outline(plan(set, kNow)), (Lines{"detach! p0", "detach! p10"}));
}

TEST(Plan, FinishesAnInterruptedDetachBeforeAnythingElse) {
  PartitionSet set = range_set(KeyKind::kDate, months(1), 0);
  set.policy.retention = Stride{months(1)};
  attach(set, "by_hand", between("2026-08-01", "2026-09-01")).detach_pending = true;
  Partition& ours = attach(set, "ours", between("2026-07-01", "2026-08-01"));
  ours.detach_pending = true;
  retired(set, ours.oid, "ours", Retire::kDrop, true);
  attach(set, "old", between("2026-09-01", "2026-10-01"));
  const Plan made = plan(set, kNow);
  EXPECT_EQ(outline(made),
            (Lines{"finalize by_hand", "finalize ours", "drop ours", "create orders_p2026_11",
                   "create orders_p2026_10", "detach! old"}));
  EXPECT_EQ(sql_of(step_at(made, 0)),
            Lines{R"(ALTER TABLE "public"."orders" DETACH PARTITION "public"."by_hand" FINALIZE)"});
  EXPECT_EQ(step_at(made, 0).retire, Retire::kDetach);
  EXPECT_EQ(step_at(made, 1).retire, Retire::kDrop);
}

TEST(Plan, DropsRetiredTablesThatAreStillThere) {
  PartitionSet set = complete_monthly();
  retired(set, 1, "to_drop", Retire::kDrop, false);
  retired(set, 2, "kept", Retire::kDetach, false);
  retired(set, 3, "attached_again", Retire::kDrop, true);
  set.inventory.retired[0].kind = TableKind::kForeign;
  const Plan made = plan(set, kNow);
  EXPECT_EQ(outline(made), Lines{"drop to_drop"});
  EXPECT_EQ(step_at(made, 0).partition_oid, 1U);
  EXPECT_EQ(sql_of(step_at(made, 0)), Lines{R"(DROP FOREIGN TABLE "public"."to_drop")"});
}

TEST(Plan, OnHoldMakesPartitionsAndFinalizesButRetiresNothing) {
  PartitionSet set = range_set(KeyKind::kDate, months(1), 0);
  set.policy.retention = Stride{months(1)};
  set.policy.retire = Retire::kDrop;
  attach(set, "old", between("2026-09-01", "2026-10-01"));
  Partition& ours = attach(set, "ours", between("2026-08-01", "2026-09-01"));
  ours.detach_pending = true;
  retired(set, ours.oid, "ours", Retire::kDrop, true);
  retired(set, 9, "detached", Retire::kDrop, false);
  set.inventory.hold_until = kNow + kMicrosPerDay;
  const Plan made = plan(set, kNow);
  EXPECT_EQ(outline(made), (Lines{"finalize ours", "refused drop public.ours",
                                  "refused drop public.detached", "create orders_p2026_11",
                                  "create orders_p2026_10", "refused detach public.old"}));
  const auto& refusal = std::get<Refusal>(made.items.back());
  EXPECT_EQ(refusal.problem, Problem::kNotInPrerequisiteState);
  EXPECT_EQ(refusal.message,
            "retirement is on hold until 2026-11-22 12:00:00+00 because the server was restored or "
            "promoted");
}

TEST(Plan, PausingIsTheCallersBusiness) {
  PartitionSet set = range_set(KeyKind::kDate, months(1), 0);
  set.policy.paused = true;
  EXPECT_EQ(plan(set, kNow).items.size(), 1U);
}

TEST(Plan, ListGroupsGetOnePartitionEachAndPartialOnesARefusal) {
  PartitionSet set = list_set({{"na", {"US", "CA"}}, {"eu", {"UK"}}, {"asia", {"JP", "CN"}}});
  set.policy.default_partition = true;
  attach(set, "japan", ListValues{{"JP"}});
  const Plan made = plan(set, kNow);
  EXPECT_EQ(outline(made), (Lines{"create customers_na", "create customers_eu",
                                  "refused create asia", "create default customers_default"}));
  EXPECT_FALSE(made.next_due.has_value());
  EXPECT_FALSE(made.needs_polling);
}

TEST(Plan, HashSetsGetAllRemaindersInOneGo) {
  PartitionSet set = hash_set(11);
  attach(set, "adopted", HashSlot{11, 3});
  const Plan made = plan(set, kNow);
  EXPECT_EQ(made.items.size(), 10U);
  EXPECT_EQ(outline(made)[0], "create sessions_p00");
  EXPECT_EQ(outline(made)[9], "create sessions_p10");
  EXPECT_EQ(step_at(made, 9).bounds, "FOR VALUES WITH (MODULUS 11, REMAINDER 10)");
}

TEST(Plan, OfInstantsShowsBoundsInTheSetsZone) {
  const PartitionSet set = range_set(KeyKind::kTimestampTz, months(1), 0, zone_of("Europe/Berlin"));
  EXPECT_EQ(step_at(plan(set, moment("2026-10-31 23:00")), 0).bounds,
            "FOR VALUES FROM ('2026-11-01 00:00:00+01') TO ('2026-12-01 00:00:00+01')");
  EXPECT_EQ(outline(plan(set, moment("2026-10-31 22:59:59"))), Lines{"create orders_p2026_10"});
}

TEST(CheckRetirable, AllowsThePastAndListGroups) {
  PartitionSet set = complete_monthly();
  attach(set, "past", between("2026-09-01", "2026-10-01"));
  attach(set, "newest_past", between("2026-10-01", "2026-11-01"));
  EXPECT_NO_THROW(check_retirable(set, set.inventory.partitions[2], kNow));
  EXPECT_NO_THROW(check_retirable(set, set.inventory.partitions[3], kNow));
  PartitionSet lists = list_set({{"na", {"US"}}});
  EXPECT_NO_THROW(check_retirable(lists, attach(lists, "na", ListValues{{"US"}}), kNow));
}

TEST(CheckRetirable, RefusesWhatCannotGoOrWouldComeBack) {
  PartitionSet set = complete_monthly();
  attach(set, "rest", DefaultSlot{});
  attach(set, "slot", HashSlot{8, 1});
  const struct {
    std::size_t partition;
    Problem problem;
    const char* message;
  } cases[] = {{0, Problem::kNotInPrerequisiteState,
                "cannot retire partition public.orders_p2026_11 of the present or the future"},
               {1, Problem::kNotInPrerequisiteState,
                "cannot retire partition public.orders_p2026_12 of the present or the future"},
               {2, Problem::kNotSupported, "cannot retire default partition public.rest"},
               {3, Problem::kNotSupported, "cannot retire hash partition public.slot"}};
  for (const auto& c : cases) {
    const Partition partition = set.inventory.partitions[c.partition];
    const Failure failure = failure_of([&] { check_retirable(set, partition, kNow); });
    EXPECT_EQ(failure.problem(), c.problem);
    EXPECT_STREQ(failure.what(), c.message);
  }
  set.policy.paused = true;
  EXPECT_NO_THROW(check_retirable(set, set.inventory.partitions[0], kNow));
}

TEST(RetirementSteps, FollowThePolicy) {
  PartitionSet set = complete_monthly();
  EXPECT_EQ(retirement_steps(set, set.inventory.partitions[0], "by hand").size(), 1U);
  set.policy.retire = Retire::kDrop;
  const auto steps = retirement_steps(set, set.inventory.partitions[0], "by hand");
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_EQ(steps[0].action, Action::kDetach);
  EXPECT_EQ(steps[0].reason, "by hand");
  EXPECT_EQ(steps[1].action, Action::kDrop);
}

TEST(Text, OfActionsIsOneWordForEach) {
  const struct {
    Action action;
    const char* word;
  } cases[] = {{Action::kFinalize, "finalize"},
               {Action::kUnguard, "unguard"},
               {Action::kGuard, "guard"},
               {Action::kValidate, "validate"},
               {Action::kCreate, "create"},
               {Action::kCreateDefault, "create default"},
               {Action::kDetach, "detach"},
               {Action::kDrop, "drop"},
               {Action::kUnpublish, "unpublish"},
               {Action::kRefresh, "refresh"},
               {Action::kAnalyze, "analyze"},
               {Action::kDropIndex, "drop index"},
               {Action::kBuildIndex, "create index"},
               {Action::kReindex, "reindex"},
               {Action::kAttachIndex, "attach index"},
               {Action::kValidateConstraint, "validate constraint"},
               {Action::kAlter, "alter"}};
  for (const auto& c : cases) EXPECT_STREQ(text(c.action), c.word);
}

}  // namespace
}  // namespace pgscale
