#include "core/retirement.h"

#include <gtest/gtest.h>

#include "builders.h"
#include "core/archive.h"
#include "core/plan.h"
#include "core/retirement_policy.h"

namespace pgscale {
namespace {

using testing::attach;
using testing::between;
using testing::days;
using testing::failure_of;
using testing::in_public;
using testing::Lines;
using testing::moment;
using testing::months;
using testing::outline;
using testing::range_set;
using testing::retired;
using testing::step_of;

const Micros kNow = moment("2026-11-15 12:00");

// One month that is to go, and that of the present.
PartitionSet set_of(Retire retire) {
  PartitionSet set = range_set(KeyKind::kTimestampTz, months(1), 0);
  attach(set, "old", between("2026-09-01", "2026-10-01"));
  attach(set, "now", between("2026-11-01", "2026-12-01"));
  set.policy.retention = months(1);
  set.policy.retire = retire;
  if (retire == Retire::kArchive) set.policy.archive = ArchivePolicy{"attic", "", true};
  if (retire == Retire::kExport) set.policy.exported = ExportPolicy{"/backup"};
  return set;
}

// The same once the old one is detached.
PartitionSet detached(Retire retire) {
  PartitionSet set = set_of(retire);
  set.inventory.partitions.erase(set.inventory.partitions.begin());
  retired(set, 1, "old", retire, false);
  set.inventory.retired[0].detached_at = kNow;
  return set;
}

Lines lines(const PartitionSet& set, Micros now = kNow) { return outline(plan(set, now)); }

TEST(Retirement, DoesWhatThePolicySays) {
  EXPECT_EQ(lines(set_of(Retire::kDetach)), Lines{"detach! old"});
  EXPECT_EQ(lines(set_of(Retire::kDrop)), (Lines{"detach! old", "drop old"}));
  EXPECT_EQ(lines(set_of(Retire::kArchive)), (Lines{"detach! old", "archive old"}));
  EXPECT_EQ(lines(set_of(Retire::kExport)),
            (Lines{"detach! old", "seal old", "export old", "drop old"}));
}

TEST(Retirement, GoesOnWhereAnEarlierVisitEnded) {
  EXPECT_EQ(lines(detached(Retire::kDetach)), Lines{});
  EXPECT_EQ(lines(detached(Retire::kArchive)), Lines{"archive old"});
  PartitionSet set = detached(Retire::kExport);
  EXPECT_EQ(lines(set), (Lines{"seal old", "export old", "drop old"}));
  set.inventory.retired[0].sealed = true;
  EXPECT_EQ(lines(set), (Lines{"export old", "drop old"}));
  set.inventory.retired[0].done = true;
  EXPECT_EQ(lines(set), Lines{"drop old"});
  PartitionSet archived = detached(Retire::kArchive);
  archived.inventory.retired[0].done = true;
  EXPECT_EQ(lines(archived), Lines{});
}

TEST(Retirement, MakesPartitionsBeforeItCopiesRows) {
  PartitionSet set = detached(Retire::kExport);
  set.policy.premake = 1;
  EXPECT_EQ(lines(set).front(), "create orders_p2026_12");
}

TEST(Retirement, ExportsAtOnceAndDropsInTime) {
  PartitionSet set = set_of(Retire::kExport);
  set.policy.keep_for = days(3);
  EXPECT_EQ(lines(set), (Lines{"detach! old", "seal old", "export old"}));
  set = detached(Retire::kExport);
  set.policy.keep_for = days(3);
  set.inventory.retired[0].sealed = set.inventory.retired[0].done = true;
  EXPECT_EQ(lines(set), Lines{});
  EXPECT_EQ(plan(set, kNow).next_due, moment("2026-11-18 12:00"));
  EXPECT_EQ(lines(set, moment("2026-11-18 12:00")), Lines{"drop old"});
}

TEST(Retirement, RestsWhileItIsOnHold) {
  PartitionSet set = detached(Retire::kExport);
  set.inventory.hold_until = kNow + kMicrosPerDay;
  EXPECT_EQ(lines(set), Lines{"refused export public.old"});
  set.inventory.retired[0].sealed = set.inventory.retired[0].done = true;
  EXPECT_EQ(lines(set), Lines{"refused drop public.old"});
  EXPECT_EQ(lines(set_of(Retire::kArchive)).size(), 2U);
  PartitionSet attached = set_of(Retire::kArchive);
  attached.inventory.hold_until = kNow + kMicrosPerDay;
  EXPECT_EQ(lines(attached), Lines{"refused detach public.old"});
}

TEST(Retirement, CallsTheFunctionsOfThePolicy) {
  PartitionSet set = set_of(Retire::kDrop);
  set.policy.before_retire = in_public("ask");
  set.policy.after_retire = in_public("tell");
  EXPECT_EQ(lines(set),
            (Lines{"before retire old", "detach! old", "drop old", "after retire old"}));
  const Plan whole = plan(set, kNow);
  EXPECT_EQ(step_of(whole.items[0])->sql[0].text(),
            "SELECT \"public\".\"ask\"('public.orders'::pg_catalog.regclass, 'public.old', 'drop',"
            " pg_catalog.jsonb_build_object('bounds', 'bounds of old'))");
  EXPECT_NE(step_of(whole.items[3])->sql[0].text().find("\"tell\""), std::string::npos);

  set.policy.retire = Retire::kExport;
  set.policy.exported = ExportPolicy{"/backup"};
  EXPECT_EQ(lines(set), (Lines{"before retire old", "detach! old", "seal old", "export old",
                               "after retire old", "drop old", "after retire old"}));
  EXPECT_NE(step_of(plan(set, kNow).items[4])
                ->sql[0]
                .text()
                .find("'export', pg_catalog.jsonb_build_object('bounds', 'bounds of old', 'file',"
                      " '/backup/public.old.csv')"),
            std::string::npos);
}

TEST(Retirement, TellsOfWhatWasDoneUnderItsNewName) {
  PartitionSet set = set_of(Retire::kArchive);
  set.policy.after_retire = in_public("tell");
  const Plan whole = plan(set, kNow);
  EXPECT_EQ(step_of(whole.items[2])->call->partition.schema.name(), "attic");
}

TEST(Retirement, OwesTheCallsOfEarlierVisits) {
  PartitionSet set = detached(Retire::kDetach);
  set.inventory.calls.push_back({in_public("gone"), "its bounds", "drop", ""});
  EXPECT_EQ(lines(set), Lines{}) << "nobody is to be told";
  set.policy.after_retire = in_public("tell");
  EXPECT_EQ(lines(set), Lines{"after retire gone"});
}

TEST(Retirement, DoesNotExportForeignTables) {
  PartitionSet set = set_of(Retire::kExport);
  set.inventory.partitions[0].kind = TableKind::kForeign;
  EXPECT_EQ(lines(set), Lines{"refused export public.old"});
  const Failure failure =
      failure_of([&] { check_retirable(set, set.inventory.partitions[0], kNow); });
  EXPECT_EQ(failure.problem(), Problem::kNotSupported);
}

TEST(Retirement, LeavesPublicationsUnlessItIsDroppedAtOnce) {
  PartitionSet set = set_of(Retire::kDrop);
  set.inventory.partitions[0].publications = {{"pub", 10}};
  EXPECT_EQ(lines(set), (Lines{"detach! old", "drop old"}));
  set.policy.keep_for = days(1);
  EXPECT_EQ(lines(set), (Lines{"detach! old", "unpublish old"}));
}

std::vector<std::string> texts(const std::vector<Sql>& statements) {
  std::vector<std::string> result;
  for (const Sql& sql : statements) result.push_back(sql.text());
  return result;
}

TableTree tree() {
  TableTree tree;
  tree.tables = {{in_public("old"), true}};
  tree.indexes = {{in_public("old"), in_public("old_pkey"), "old_pkey", false, true},
                  {in_public("old"), in_public("old_idx"), "", false, true}};
  return tree;
}

TEST(Archive, MovesATable) {
  EXPECT_EQ(texts(archive_statements({"attic", "", true}, tree())),
            Lines{"ALTER TABLE \"public\".\"old\" SET SCHEMA \"attic\""});
  EXPECT_EQ(texts(archive_statements({"attic", "slow", true}, tree())),
            (Lines{"ALTER TABLE \"public\".\"old\" SET SCHEMA \"attic\"",
                   "ALTER TABLE \"attic\".\"old\" SET TABLESPACE \"slow\"",
                   "ALTER INDEX \"attic\".\"old_pkey\" SET TABLESPACE \"slow\"",
                   "ALTER INDEX \"attic\".\"old_idx\" SET TABLESPACE \"slow\""}));
}

TEST(Archive, StripsIndexesBeforeRowsAreCopied) {
  EXPECT_EQ(texts(archive_statements({"", "slow", false}, tree())),
            (Lines{"ALTER TABLE \"public\".\"old\" DROP CONSTRAINT \"old_pkey\"",
                   "DROP INDEX \"public\".\"old_idx\"",
                   "ALTER TABLE \"public\".\"old\" SET TABLESPACE \"slow\""}));
}

TEST(Archive, TakesAllThatIsBelow) {
  TableTree deep;
  deep.tables = {{in_public("old"), false}, {in_public("leaf"), true}};
  deep.indexes = {{in_public("old"), in_public("old_idx"), "", false, false},
                  {in_public("leaf"), in_public("leaf_idx"), "", true, true}};
  EXPECT_EQ(texts(archive_statements({"attic", "", false}, deep)),
            (Lines{"ALTER TABLE \"public\".\"old\" SET SCHEMA \"attic\"",
                   "ALTER TABLE \"public\".\"leaf\" SET SCHEMA \"attic\"",
                   "DROP INDEX \"attic\".\"old_idx\""}));
  EXPECT_EQ(texts(archive_statements({"public", "slow", true}, deep)),
            (Lines{"ALTER TABLE \"public\".\"leaf\" SET TABLESPACE \"slow\"",
                   "ALTER INDEX \"public\".\"leaf_idx\" SET TABLESPACE \"slow\""}));
}

TEST(RetirementPolicy, RefusesSettingsThatDoNotFit) {
  const auto refused = [](Retire retire, auto change) {
    Policy policy;
    policy.retire = retire;
    change(policy);
    return failure_of([&] { check_retirement(policy); }).problem() == Problem::kInvalidParameter;
  };
  EXPECT_TRUE(refused(Retire::kArchive, [](Policy&) {}));
  EXPECT_TRUE(refused(Retire::kArchive, [](Policy& p) { p.archive = ArchivePolicy{}; }));
  EXPECT_TRUE(refused(Retire::kDrop, [](Policy& p) {
    p.archive = ArchivePolicy{"attic", "", true};
  }));
  EXPECT_TRUE(refused(Retire::kExport, [](Policy&) {}));
  EXPECT_TRUE(refused(Retire::kExport, [](Policy& p) { p.exported = ExportPolicy{"relative"}; }));
  EXPECT_TRUE(refused(Retire::kDrop, [](Policy& p) { p.exported = ExportPolicy{"/d"}; }));
  EXPECT_TRUE(refused(Retire::kDetach, [](Policy& p) { p.keep_for = days(1); }));
  EXPECT_TRUE(refused(Retire::kArchive, [](Policy& p) {
    p.archive = ArchivePolicy{"attic", "", true};
    p.keep_for = days(1);
  }));
  EXPECT_TRUE(refused(Retire::kDrop, [](Policy& p) { p.keep_for = days(0); }));
  EXPECT_TRUE(refused(Retire::kDetach, [](Policy& p) { p.retention_count = 0; }));
  EXPECT_TRUE(refused(Retire::kDetach, [](Policy& p) { p.retention_bytes = 0; }));
}

}  // namespace
}  // namespace pgscale
