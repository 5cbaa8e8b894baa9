#include "core/shard_ddl.h"

#include <gtest/gtest.h>

#include "core/failure.h"
#include "core/two_phase.h"

namespace pgscale {
namespace {

DdlWork alter(std::vector<DdlPart> parts) {
  return work_of({1, DdlKind::kAlterTable, false, false, std::move(parts)});
}

TEST(ShardDdl, ColumnsAreEverywhereAndKeysOnTheShards) {
  EXPECT_EQ(alter({DdlPart::kColumn, DdlPart::kColumn}).extent, DdlExtent::kEverywhere);
  EXPECT_EQ(alter({DdlPart::kKey, DdlPart::kStorage}).extent, DdlExtent::kShards);
  EXPECT_TRUE(alter({DdlPart::kKey}).changes_keys);
  EXPECT_FALSE(alter({DdlPart::kStorage}).changes_keys);
  EXPECT_THROW((void)alter({DdlPart::kColumn, DdlPart::kKey}), Failure);
  EXPECT_THROW((void)alter({DdlPart::kNumbers}), Failure);
  EXPECT_THROW((void)alter({DdlPart::kColumn, DdlPart::kOther}), Failure);
}

TEST(ShardDdl, UniqueIndexesAreOnTheShards) {
  EXPECT_EQ(work_of({1, DdlKind::kCreateIndex, false, false, {}}).extent, DdlExtent::kEverywhere);
  const DdlWork unique = work_of({1, DdlKind::kCreateIndex, false, true, {}});
  EXPECT_EQ(unique.extent, DdlExtent::kShards);
  EXPECT_TRUE(unique.changes_keys);
}

TEST(ShardDdl, MarksOfTablesAndGrantsAreNotSentAsTheyAre) {
  EXPECT_EQ(work_of({1, DdlKind::kTableComment, false, false, {}}).extent, DdlExtent::kHere);
  const DdlWork grant = work_of({1, DdlKind::kGrant, false, false, {}});
  EXPECT_EQ(grant.extent, DdlExtent::kHere);
  EXPECT_TRUE(grant.changes_grants);
}

TEST(ShardDdl, OneStatementInATransactionOfAKnownKind) {
  EXPECT_THROW((void)work_of({2, DdlKind::kAlterTable, false, false, {}}), Failure);
  EXPECT_THROW((void)work_of({0, DdlKind::kOther, false, false, {}}), Failure);
  EXPECT_THROW((void)work_of({1, DdlKind::kOther, false, false, {}}), Failure);
  EXPECT_THROW((void)work_of({1, DdlKind::kCreateIndex, true, false, {}}), Failure);
}

TEST(PreparedName, IsReadAsItIsWritten) {
  const PreparedName name{"7301234567890123456/2", "18446744073709551615", 1023};
  EXPECT_EQ(text(name), "pgscale:7301234567890123456/2:18446744073709551615:1023");
  const auto read = parse_prepared_name(text(name));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->cluster, name.cluster);
  EXPECT_EQ(read->transaction, name.transaction);
  EXPECT_EQ(read->shard_number, name.shard_number);
}

TEST(PreparedName, NamesOfOthersAreLeftAlone) {
  for (const char* other : {"", "citus_0_1", "pgscale:", "pgscale:1:2", "pgscale:1:x:3",
                            "pgscale:1:2:", "pgscale:1:2:99999999999", "xpgscale:1:2:3"}) {
    EXPECT_FALSE(parse_prepared_name(other)) << other;
  }
}

TEST(InDoubt, TheCommitLogDecides) {
  EXPECT_FALSE(plan_in_doubt({"s1", "pgscale:1:2:3", "app", Fate::kRunning}));
  const auto commit = plan_in_doubt({"s1", "pgscale:1:2:3", "app", Fate::kCommitted});
  const auto& step = std::get<ShardStep>(*commit);
  EXPECT_EQ(step.sql.front().text(), "COMMIT PREPARED 'pgscale:1:2:3'");
  EXPECT_EQ(step.remote_as, "app");
  const auto rollback = plan_in_doubt({"s1", "pgscale:1:2:3", "app", Fate::kAborted});
  EXPECT_EQ(std::get<ShardStep>(*rollback).sql.front().text(), "ROLLBACK PREPARED 'pgscale:1:2:3'");
  const auto unknown = plan_in_doubt({"s1", "pgscale:1:2:3", "app", Fate::kUnknown});
  EXPECT_TRUE(std::holds_alternative<ShardRefusal>(*unknown));
}

}  // namespace
}  // namespace pgscale
