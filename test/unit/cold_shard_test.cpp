#include "core/cold_shard.h"

#include "builders.h"
#include "core/plan.h"
#include "core/retention.h"
#include "core/retirement.h"
#include "core/retirement_policy.h"

namespace pgscale {
namespace {

using namespace testing;

const Micros kNow = moment("2026-11-15 12:00");

// A local set whose oldest partition is to go to a shard.
PartitionSet set_of_old() {
  PartitionSet set = range_set(KeyKind::kTimestamp, months(1), 0);
  attach(set, "old", between("2026-09-01", "2026-10-01"));
  attach(set, "now", between("2026-11-01", "2026-12-01"));
  set.policy.retention = months(1);
  set.policy.retire = Retire::kShard;
  set.policy.retire_shard = "cold";
  return set;
}

Partition& old(PartitionSet& set) { return set.inventory.partitions.front(); }

ColdCopy copy_on(const std::string& shard) {
  return {77, in_public("old_on_" + shard), {shard, in_public("old")}};
}

Lines lines(const PartitionSet& set) { return outline(plan(set, kNow)); }

Lines statements(const PartitionSet& set, std::size_t item) {
  Lines texts;
  const Plan whole = plan(set, kNow);
  for (const Sql& sql : step_of(whole.items[item])->sql) texts.push_back(sql.text());
  return texts;
}

TEST(ColdShard, MovesInStepsThatTheCatalogShows) {
  PartitionSet set = set_of_old();
  EXPECT_EQ(lines(set), (Lines{"seal old", "copy old", "swap old", "drop old"}));
  old(set).sealed = true;
  EXPECT_EQ(lines(set), (Lines{"copy old", "swap old", "drop old"}));
  old(set).copy = copy_on("cold");
  EXPECT_EQ(lines(set), (Lines{"swap old", "drop old"}));

  // The foreign table has its place, the local one has left the set.
  old(set).sealed = false;
  old(set).copy.reset();
  old(set).kind = TableKind::kForeign;
  old(set).remote = RemoteTable{"cold", in_public("old")};
  retired(set, 5, "old_moved", Retire::kDrop, false);
  EXPECT_EQ(lines(set), Lines{"drop old_moved"});
  set.inventory.retired.clear();
  EXPECT_EQ(lines(set), Lines{});
}

TEST(ColdShard, SealsAgainWhatWasCopiedAndIsOpen) {
  PartitionSet set = set_of_old();
  old(set).copy = copy_on("cold");
  EXPECT_EQ(lines(set), (Lines{"seal old", "swap old", "drop old"}));
}

TEST(ColdShard, GoesOnWithTheShardThatHasTheRows) {
  PartitionSet set = set_of_old();
  old(set).sealed = true;
  old(set).copy = copy_on("other");
  const Plan whole = plan(set, kNow);
  EXPECT_EQ(step_of(whole.items[0])->remote->shard, "other");
  EXPECT_EQ(step_of(whole.items[0])->copy->name.name(), "old_on_other");
}

TEST(ColdShard, RefusesRowsByTriggersThatAlwaysFire) {
  EXPECT_EQ(statements(set_of_old(), 0),
            (Lines{"CREATE OR REPLACE TRIGGER \"pgscale_sealed\" BEFORE INSERT OR UPDATE OR DELETE"
                   " ON \"public\".\"old\" FOR EACH ROW EXECUTE FUNCTION pgscale.refuse_write()",
                   "ALTER TABLE \"public\".\"old\" ENABLE ALWAYS TRIGGER \"pgscale_sealed\"",
                   "CREATE OR REPLACE TRIGGER \"pgscale_sealed_truncate\" BEFORE TRUNCATE"
                   " ON \"public\".\"old\" FOR EACH STATEMENT"
                   " EXECUTE FUNCTION pgscale.refuse_write()",
                   "ALTER TABLE \"public\".\"old\" ENABLE ALWAYS TRIGGER"
                   " \"pgscale_sealed_truncate\""}));
}

TEST(ColdShard, SwapsAfterItHasCompared) {
  const Lines sql = statements(set_of_old(), 2);
  ASSERT_EQ(sql.size(), 7U);
  EXPECT_EQ(sql[0].substr(0, 15), "SELECT count(*)");
  EXPECT_EQ(sql[3], "ALTER TABLE \"public\".\"orders\" DETACH PARTITION \"public\".\"old\"");
  EXPECT_EQ(sql[4], "ALTER TABLE \"public\".\"old\" RENAME TO \"old_moved\"");
  EXPECT_EQ(sql[5], "ALTER FOREIGN TABLE \"public\".\"old_on_cold\" RENAME TO \"old\"");
  EXPECT_EQ(sql[6],
            "ALTER TABLE \"public\".\"orders\" ATTACH PARTITION \"public\".\"old\" FOR VALUES FROM"
            " ('2026-09-01 00:00:00') TO ('2026-10-01 00:00:00')");
  const Plan whole = plan(set_of_old(), kNow);
  EXPECT_EQ(step_of(whole.items[2])->first_strong, 1U);
  EXPECT_EQ(step_of(whole.items[2])->proven, 0U);
  EXPECT_EQ(step_of(whole.items[3])->becomes->name.name(), "old_moved");
}

TEST(ColdShard, SparesTheDefaultPartitionAScan) {
  PartitionSet set = set_of_old();
  attach(set, "rest", DefaultSlot{});
  const Lines sql = statements(set, 2);
  const Plan whole = plan(set, kNow);
  const std::size_t proven = step_of(whole.items[2])->proven;
  EXPECT_NE(sql[proven - 1].find("ADD CONSTRAINT \"pgscale_guard\""), std::string::npos);
  EXPECT_NE(sql[proven].find("DETACH"), std::string::npos);
  EXPECT_NE(sql.back().find("DROP CONSTRAINT \"pgscale_guard\""), std::string::npos);
}

TEST(ColdShard, RefusesWhatPostgresCannotHaveOnAShard) {
  const auto refused = [](auto change) {
    PartitionSet set = set_of_old();
    change(set);
    return lines(set) == Lines{"refused swap public.old"};
  };
  EXPECT_TRUE(refused([](PartitionSet& s) { old(s).kind = TableKind::kForeign; }));
  EXPECT_TRUE(refused([](PartitionSet& s) { old(s).kind = TableKind::kPartitioned; }));
  EXPECT_TRUE(refused([](PartitionSet& s) { s.inventory.parent.has_unique_index = true; }));
  EXPECT_TRUE(refused([](PartitionSet& s) { s.inventory.parent.referenced = {in_public("t")}; }));
  EXPECT_TRUE(refused([](PartitionSet& s) { s.inventory.parent.referring = {in_public("t")}; }));
  EXPECT_TRUE(refused([](PartitionSet& s) { s.inventory.hold_until = kNow + kMicrosPerDay; }));
}

TEST(ColdShard, OpensAgainWhatIsToStay) {
  PartitionSet set = set_of_old();
  old(set).sealed = true;
  old(set).copy = copy_on("cold");
  set.policy.retention = months(12);
  EXPECT_EQ(lines(set), (Lines{"unseal old", "unseal old"}));
  EXPECT_EQ(statements(set, 0),
            (Lines{"DROP TRIGGER \"pgscale_sealed\" ON \"public\".\"old\"",
                   "DROP TRIGGER \"pgscale_sealed_truncate\" ON \"public\".\"old\""}));
  EXPECT_EQ(statements(set, 1), Lines{"DROP FOREIGN TABLE \"public\".\"old_on_cold\""});
  const Plan whole = plan(set, kNow);
  EXPECT_FALSE(step_of(whole.items[0])->remote) << "a shard that is down keeps nobody from writing";
  EXPECT_EQ(step_of(whole.items[1])->remote->sql[0].text(), "DROP TABLE \"public\".\"old\"");
  old(set).copy.reset();

  set.policy.retention = months(1);
  set.policy.retire = Retire::kDrop;
  EXPECT_EQ(lines(set), (Lines{"unseal old", "detach! old", "drop old"}));
  set.policy.retire = Retire::kShard;
  set.inventory.parent.has_unique_index = true;
  EXPECT_EQ(lines(set), (Lines{"unseal old", "refused swap public.old"}));
}

TEST(ColdShard, CountsWhatIsThereAsDone) {
  PartitionSet set = set_of_old();
  set.policy.retention.reset();
  set.policy.retention_count = 1;
  set.inventory.reached = moment("2026-11-01");
  attach(set, "recent", between("2026-10-01", "2026-11-01"));
  EXPECT_EQ(lines(set).front(), "seal old");
  old(set).kind = TableKind::kForeign;
  old(set).remote = RemoteTable{"cold", in_public("old")};
  EXPECT_EQ(lines(set), Lines{});
  set.policy.retire = Retire::kDrop;
  EXPECT_EQ(lines(set), (Lines{"detach! old", "drop old"}));
}

TEST(ColdShard, CallsTheFunctionsOfThePolicy) {
  PartitionSet set = set_of_old();
  set.policy.before_retire = in_public("ask");
  set.policy.after_retire = in_public("tell");
  EXPECT_EQ(lines(set), (Lines{"before retire old", "seal old", "copy old", "swap old",
                               "after retire old", "drop old", "after retire old"}));
  old(set).sealed = true;
  EXPECT_EQ(lines(set).front(), "copy old");
  const Plan whole = plan(set, kNow);
  EXPECT_EQ(step_of(whole.items[2])->call->action, "shard");
  EXPECT_EQ(step_of(whole.items[4])->call->partition.name.name(), "old_moved");
}

TEST(ColdShard, IsNothingToDoByHand) {
  const PartitionSet set = set_of_old();
  const Failure failure =
      failure_of([&] { check_retirable(set, set.inventory.partitions[0], kNow); });
  EXPECT_EQ(failure.problem(), Problem::kNotSupported);
}

TEST(ColdShard, BelongsToItsPolicy) {
  const auto refused = [](Retire retire, std::optional<std::string> shard) {
    Policy policy;
    policy.retire = retire;
    policy.retire_shard = std::move(shard);
    return failure_of([&] { check_retirement(policy); }).problem() == Problem::kInvalidParameter;
  };
  EXPECT_TRUE(refused(Retire::kShard, std::nullopt));
  EXPECT_TRUE(refused(Retire::kDrop, "cold"));
  Policy policy = set_of_old().policy;
  policy.keep_for = days(1);
  EXPECT_EQ(failure_of([&] { check_retirement(policy); }).problem(), Problem::kInvalidParameter);
}

}  // namespace
}  // namespace pgscale
