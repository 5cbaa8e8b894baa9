#include "core/autovacuum.h"

#include <gtest/gtest.h>

namespace pgscale {
namespace {

AutovacuumSettings server() {
  AutovacuumSettings settings;
  settings.enabled = true;
  settings.threshold = 50;
  settings.max_threshold = 100'000'000;
  settings.insert_threshold = 1000;
  settings.analyze_threshold = 50;
  settings.scale = 0.2;
  settings.insert_scale = 0.2;
  settings.analyze_scale = 0.1;
  settings.freeze_max_age = 200'000'000;
  settings.multixact_freeze_max_age = 400'000'000;
  return settings;
}

TablePart table(Oid oid, float rows) {
  TablePart part;
  part.oid = oid;
  part.root = oid;
  part.rows_estimate = rows;
  part.live_rows = static_cast<std::int64_t>(rows);
  part.xid_age = 100;
  part.multixact_age = 0;
  part.vacuumed_at = 5;
  part.analyzed_at = 5;
  return part;
}

TablePart toast(Oid oid, Oid root) {
  TablePart part = table(oid, 0);
  part.root = root;
  part.is_toast = true;
  part.is_analyzed = false;
  part.analyzed_at.reset();
  return part;
}

VacuumReason reason(const TablePart& part) {
  return vacuum_reason(part, thresholds(server(), part));
}

TEST(Thresholds, AreBaseAndShareOfTheRows) {
  const Thresholds limits = thresholds(server(), table(1, 1000));
  EXPECT_EQ(limits.dead, 250);
  EXPECT_EQ(limits.inserted, 1200);
  EXPECT_EQ(limits.changed, 150);
  EXPECT_EQ(limits.freeze_max_age, 200'000'000);
  EXPECT_EQ(limits.multixact_freeze_max_age, 400'000'000);
  EXPECT_TRUE(limits.enabled);
}

TEST(Thresholds, TakeRowsThatWereNeverCountedAsNone) {
  TablePart part = table(1, 0);
  part.rows_estimate.reset();
  EXPECT_EQ(thresholds(server(), part).dead, 50);
}

TEST(Thresholds, AreInSinglePrecisionAsTheServers) {
  const Thresholds limits = thresholds(server(), table(1, 123'456'792));
  EXPECT_EQ(limits.dead, 50.0F + 0.2F * 123'456'792.0F);
  EXPECT_NE(static_cast<double>(limits.dead), 50 + 0.2 * 123'456'792);
}

TEST(Thresholds, OfDeadRowsHaveAMaximum) {
  EXPECT_EQ(thresholds(server(), table(1, 1e9)).dead, 100'000'000);
  AutovacuumSettings without = server();
  without.max_threshold = -1;
  EXPECT_EQ(thresholds(without, table(1, 1e9)).dead, 50.0F + 0.2F * 1e9F);
  TablePart part = table(1, 1e9);
  part.settings.max_threshold = -1;
  EXPECT_EQ(thresholds(server(), part).dead, 50.0F + 0.2F * 1e9F);
}

TEST(Thresholds, OfInsertsLeaveFrozenPagesOut) {
  TablePart part = table(1, 1000);
  part.pages = 100;
  part.frozen_pages = 75;
  EXPECT_EQ(thresholds(server(), part).inserted, 1050);
  part.frozen_pages = 500;
  EXPECT_EQ(thresholds(server(), part).inserted, 1000);
  part.pages = 0;
  EXPECT_EQ(thresholds(server(), part).inserted, 1200);
  part.settings.insert_threshold = -1;
  EXPECT_FALSE(thresholds(server(), part).inserted);
}

TEST(Thresholds, OfATableComeFirst) {
  TablePart part = table(1, 1000);
  part.settings.enabled = false;
  part.settings.threshold = 7;
  part.settings.scale = 0;
  part.settings.insert_threshold = 3;
  part.settings.insert_scale = 1;
  part.settings.analyze_threshold = 0;
  part.settings.analyze_scale = 0.5;
  part.settings.freeze_max_age = 100'000;
  part.settings.multixact_freeze_max_age = 2'000'000'000;
  const Thresholds limits = thresholds(server(), part);
  EXPECT_FALSE(limits.enabled);
  EXPECT_EQ(limits.dead, 7);
  EXPECT_EQ(limits.inserted, 1003);
  EXPECT_EQ(limits.changed, 500);
  EXPECT_EQ(limits.freeze_max_age, 100'000);
  EXPECT_EQ(limits.multixact_freeze_max_age, 400'000'000) << "later is not granted";
}

TEST(VacuumReason, IsAboveAThreshold) {
  TablePart part = table(1, 0);
  part.dead_rows = 50;
  part.inserted_rows = 1000;
  part.xid_age = 200'000'000;
  part.multixact_age = 400'000'000;
  EXPECT_EQ(reason(part), VacuumReason::kNone);
  part.inserted_rows++;
  EXPECT_EQ(reason(part), VacuumReason::kInserts);
  part.dead_rows++;
  EXPECT_EQ(reason(part), VacuumReason::kDeadRows);
  part.multixact_age = 400'000'001;
  EXPECT_EQ(reason(part), VacuumReason::kWraparound);
  part.multixact_age.reset();
  part.xid_age = 200'000'001;
  EXPECT_EQ(reason(part), VacuumReason::kWraparound);
}

TEST(VacuumWork, RollsLeavesUpToTheirRoot) {
  TablePart first = table(11, 100);
  TablePart second = table(12, 100);
  first.root = second.root = 10;
  first.dead_rows = 30;
  second.dead_rows = 80;
  second.vacuumed_at = 3;
  second.analyzed_at = 9;
  first.changed_rows = 61;
  second.settings.enabled = false;
  const auto works = vacuum_work(server(), {first, second, table(20, 5)});
  ASSERT_EQ(works.size(), 2);
  const VacuumWork& work = works[0];
  EXPECT_EQ(work.root, 10);
  EXPECT_EQ(work.leaves, 2);
  EXPECT_EQ(work.live_rows, 200);
  EXPECT_EQ(work.dead_rows, 110);
  EXPECT_EQ(work.vacuum_due, 1);
  EXPECT_EQ(work.vacuum_worst.oid, 12);
  EXPECT_EQ(work.reason, VacuumReason::kDeadRows);
  EXPECT_EQ(work.analyze_due, 1);
  EXPECT_EQ(work.analyze_worst->oid, 11);
  EXPECT_EQ(work.changed_rows, 61);
  EXPECT_EQ(work.vacuumed_at, 3);
  EXPECT_EQ(work.analyzed_at, 5);
  EXPECT_EQ(work.never_vacuumed, 0);
  EXPECT_TRUE(work.unanalyzed.empty());
  EXPECT_FALSE(work.enabled);
  EXPECT_EQ(works[1].root, 20);
  EXPECT_TRUE(works[1].enabled);
  EXPECT_EQ(works[1].vacuum_due, 0);
}

TEST(VacuumWork, LooksIntoToastButCountsNoRowsThere) {
  TablePart chunks = toast(2, 1);
  chunks.dead_rows = 60;
  const auto works = vacuum_work(server(), {table(1, 100), chunks});
  ASSERT_EQ(works.size(), 1);
  EXPECT_EQ(works[0].leaves, 1);
  EXPECT_EQ(works[0].dead_rows, 0);
  EXPECT_EQ(works[0].vacuum_due, 1);
  EXPECT_EQ(works[0].vacuum_worst.oid, 2);
  EXPECT_EQ(works[0].analyze_worst->oid, 1);
}

TEST(VacuumWork, NamesTheFirstOfEqualParts) {
  const auto works = vacuum_work(server(), {table(1, 0), toast(2, 1)});
  EXPECT_EQ(works[0].vacuum_worst.oid, 1);
}

TEST(VacuumWork, PutsAgeBeforeDeadRows) {
  TablePart old = table(11, 0);
  TablePart dead = table(12, 0);
  old.root = dead.root = 10;
  old.xid_age = 300'000'000;
  dead.dead_rows = 1'000'000;
  const auto works = vacuum_work(server(), {dead, old});
  EXPECT_EQ(works[0].vacuum_worst.oid, 11);
  EXPECT_EQ(works[0].reason, VacuumReason::kWraparound);
  EXPECT_EQ(works[0].vacuum_due, 2);
}

TEST(VacuumWork, DoesNotTakeInsertsThatDoNotCountForAPressure) {
  TablePart inserts = table(11, 0);
  TablePart dead = table(12, 0);
  inserts.root = dead.root = 10;
  inserts.inserted_rows = 1'000'000;
  inserts.settings.insert_threshold = -1;
  dead.dead_rows = 40;
  EXPECT_EQ(vacuum_work(server(), {inserts, dead})[0].vacuum_worst.oid, 12);
}

TEST(VacuumWork, TrustsTheCatalogWhereTheCountsBeganAnew) {
  TablePart part = table(1, 1000);
  part.live_rows = 3;
  EXPECT_EQ(vacuum_work(server(), {part})[0].live_rows, 3);
  part.vacuumed_at.reset();
  part.analyzed_at.reset();
  const auto works = vacuum_work(server(), {part});
  EXPECT_EQ(works[0].live_rows, 1000);
  EXPECT_EQ(works[0].never_vacuumed, 1);
  EXPECT_EQ(works[0].unanalyzed, std::vector<Oid>{1});
}

TEST(VacuumWork, MissesNothingInEmptyTables) {
  TablePart part = table(1, 0);
  part.vacuumed_at.reset();
  part.analyzed_at.reset();
  const auto works = vacuum_work(server(), {part});
  EXPECT_EQ(works[0].never_vacuumed, 0);
  EXPECT_TRUE(works[0].unanalyzed.empty());
}

TEST(VacuumWork, LeavesTemporaryTablesAndPgStatisticAlone) {
  TablePart temporary = table(1, 0);
  temporary.is_temporary = true;
  TablePart statistic = table(2, 10);
  statistic.is_analyzed = false;
  statistic.changed_rows = 1'000'000;
  const auto works = vacuum_work(server(), {temporary, statistic});
  ASSERT_EQ(works.size(), 1);
  EXPECT_EQ(works[0].root, 2);
  EXPECT_FALSE(works[0].analyze_worst);
  EXPECT_EQ(works[0].analyze_due, 0);
}

TEST(FreezeAges, PointAtTheOldestPart) {
  TablePart young = table(11, 0);
  TablePart old = toast(12, 10);
  young.root = 10;
  young.multixact_age = 7;
  old.xid_age = 500;
  old.settings.freeze_max_age = 100'000;
  TablePart temporary = table(20, 0);
  temporary.is_temporary = true;
  const auto ages = freeze_ages(server(), {young, temporary, old});
  ASSERT_EQ(ages.size(), 2);
  EXPECT_EQ(ages[0].root, 10);
  EXPECT_EQ(ages[0].oldest, 12);
  EXPECT_EQ(ages[0].xid_age, 500);
  EXPECT_EQ(ages[0].freeze_max_age, 100'000);
  EXPECT_EQ(ages[0].oldest_multixact, 11);
  EXPECT_EQ(ages[0].multixact_age, 7);
  EXPECT_EQ(ages[0].multixact_freeze_max_age, 400'000'000);
  EXPECT_EQ(ages[1].root, 20) << "temporary tables hold the database back";
}

TEST(FreezeAges, AreNoneOfTablesWithoutTransactions) {
  TablePart part = table(1, 0);
  part.xid_age.reset();
  EXPECT_TRUE(freeze_ages(server(), {part}).empty());
  part.xid_age = 3;
  part.multixact_age.reset();
  EXPECT_FALSE(freeze_ages(server(), {part})[0].multixact_age);
}

}  // namespace
}  // namespace pgscale
