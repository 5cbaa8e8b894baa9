#include "core/shard.h"

#include <gtest/gtest.h>

#include "core/failure.h"
#include "core/shard_plan.h"

namespace pgscale {
namespace {

Shard shard(const std::string& name) {
  Shard shard;
  shard.name = name;
  shard.number = 1;
  shard.primary = {"db1", 5433};
  shard.dbname = "app";
  return shard;
}

ForeignServer server_of(const Shard& shard) { return {shard.name, true, server_options(shard)}; }

ShardStep only_step(const std::vector<ShardItem>& items) {
  EXPECT_EQ(items.size(), 1u);
  return std::get<ShardStep>(items.at(0));
}

ShardRefusal only_refusal(const std::vector<ShardItem>& items) {
  EXPECT_EQ(items.size(), 1u);
  return std::get<ShardRefusal>(items.at(0));
}

TEST(Endpoint, HostPortAndBracketsAreRead) {
  const auto reads = [](const std::string& text, const std::string& host, int port) {
    const Endpoint endpoint = parse_endpoint(text, 5432);
    EXPECT_EQ(endpoint.host, host);
    EXPECT_EQ(endpoint.port, port);
  };
  reads("db1", "db1", 5432);
  reads("db1:6000", "db1", 6000);
  reads("[::1]:6000", "::1", 6000);
  reads("[::1]", "::1", 5432);
  reads("fe80::1", "fe80::1", 5432);
  reads("/run/postgresql", "/run/postgresql", 5432);
}

TEST(Endpoint, WhatLibpqWouldReadOtherwiseIsRefused) {
  for (const char* text : {"", "a,b", "a b", "host=a", "db1:", "db1:x", "db1:0", "db1:65536",
                           "db1:123456", "[::1", "[::1]6000"}) {
    EXPECT_THROW((void)parse_endpoint(text, 5432), Failure) << text;
  }
}

TEST(Shard, NumberIsTheLowestThatIsFree) {
  EXPECT_EQ(free_number({}), 1);
  EXPECT_EQ(free_number({1, 2, 4}), 3);
  std::vector<int> all;
  for (int i = 1; i <= kMostShards; i++) all.push_back(i);
  EXPECT_THROW((void)free_number(all), Failure);
}

TEST(Shard, SecretsAndAddressesAreNoOptions) {
  for (const char* name : {"user", "password", "sslkey", "host", "port", "dbname", "service"}) {
    Shard with_option = shard("s1");
    with_option.options[name] = "x";
    EXPECT_THROW(check(with_option), Failure) << name;
  }
  Shard with_option = shard("s1");
  with_option.options["sslmode"] = "verify-full";
  check(with_option);
}

TEST(Shard, SeveralHostsAreTriedUntilOneTakesWrites) {
  Shard failing_over = shard("s1");
  EXPECT_EQ(server_options(failing_over).count("target_session_attrs"), 0u);
  failing_over.standbys = {{"db2", 5432}, {"db3", 5434}};
  const ServerOptions options = server_options(failing_over);
  EXPECT_EQ(options.at("host"), "db1,db2,db3");
  EXPECT_EQ(options.at("port"), "5433,5432,5434");
  EXPECT_EQ(options.at("target_session_attrs"), "read-write");
}

TEST(Shard, OptionsOfTheUserAreStronger) {
  Shard own = shard("s1");
  own.options["fetch_size"] = "50";
  EXPECT_EQ(server_options(own).at("fetch_size"), "50");
}

TEST(ShardPlan, NothingIsToDoWhereTheCatalogSaysWhatTheRegistrySays) {
  const ShardUser user{"s1", "app", "app", Auth::kPassword};
  const ShardInventory inventory{{server_of(shard("s1"))}, {{"s1", "app", "app"}}};
  EXPECT_TRUE(plan_shards({{shard("s1")}, {user}}, inventory).empty());
}

TEST(ShardPlan, AServerThatIsMissingIsMade) {
  const ShardStep step = only_step(plan_shards({{shard("s\"1")}, {}}, {}));
  EXPECT_EQ(step.action, ShardAction::kCreateServer);
  EXPECT_EQ(step.sql.at(0).text().rfind(
                "CREATE SERVER \"s\"\"1\" FOREIGN DATA WRAPPER pgscale_fdw OPTIONS (", 0),
            0u);
}

TEST(ShardPlan, OptionsAreBroughtBackAndStrangeOnesLeftAlone) {
  ForeignServer server = server_of(shard("s1"));
  server.options["fetch_size"] = "7";
  server.options["sslmode"] = "verify-full";
  server.options.erase("port");
  const ShardStep step = only_step(plan_shards({{shard("s1")}, {}}, {{server}, {}}));
  EXPECT_EQ(step.sql.at(0).text(),
            "ALTER SERVER \"s1\" OPTIONS (SET \"fetch_size\" '1000', ADD \"port\" '5433')");
}

TEST(ShardPlan, AServerOfAnotherWrapperIsNotTouched) {
  const auto refusal = only_refusal(plan_shards({{shard("s1")}, {}}, {{{"s1", false, {}}}, {}}));
  EXPECT_EQ(refusal.action, ShardAction::kCreateServer);
}

TEST(ShardPlan, WhatAnAlterationTakesAwayLeavesTheServer) {
  Shard before = shard("s1");
  before.standbys = {{"db2", 5432}};
  before.options["sslmode"] = "require";
  ForeignServer server = server_of(before);
  server.options["sslrootcert"] = "by hand";
  const ShardStep step =
      only_step(plan_alteration(shard("s1"), server_options(before), {{server}, {}}));
  EXPECT_EQ(step.sql.at(0).text(),
            "ALTER SERVER \"s1\" OPTIONS (SET \"host\" 'db1', SET \"port\" '5433', "
            "DROP \"sslmode\", DROP \"target_session_attrs\")");
}

TEST(ShardPlan, AMappingIsMadeAnewUnlessItHadAPassword) {
  const ShardInventory inventory{{server_of(shard("s1"))}, {}};
  const ShardUser by_certificate{"s1", "app", "remote", Auth::kCertificate};
  const ShardStep step = only_step(plan_shards({{shard("s1")}, {by_certificate}}, inventory));
  EXPECT_EQ(step.sql.at(0).text(),
            "CREATE USER MAPPING FOR \"app\" SERVER \"s1\" OPTIONS "
            "(\"password_required\" 'false', \"user\" 'remote')");
  const ShardUser by_password{"s1", "app", "remote", Auth::kPassword};
  EXPECT_EQ(only_refusal(plan_shards({{shard("s1")}, {by_password}}, inventory)).action,
            ShardAction::kCreateMapping);
}

TEST(ShardPlan, PublicIsNoRole) {
  const ShardInventory inventory{{server_of(shard("s1"))}, {{"s1", "public", "nobody"}}};
  const ShardUser user{"s1", "public", "guest", Auth::kPassword};
  EXPECT_EQ(only_step(plan_shards({{shard("s1")}, {user}}, inventory)).sql.at(0).text(),
            "ALTER USER MAPPING FOR PUBLIC SERVER \"s1\" OPTIONS (SET user 'guest')");
}

TEST(ShardPlan, MappingsGoBeforeTheServer) {
  const ShardInventory inventory{{server_of(shard("s1")), server_of(shard("s2"))},
                                 {{"s1", "app", "app"}, {"s2", "app", "app"}}};
  const auto steps = removal_steps("s1", inventory);
  ASSERT_EQ(steps.size(), 2u);
  EXPECT_EQ(std::get<ShardStep>(steps[0]).sql.at(0).text(),
            "DROP USER MAPPING FOR \"app\" SERVER \"s1\"");
  EXPECT_EQ(std::get<ShardStep>(steps[1]).sql.at(0).text(), "DROP SERVER \"s1\"");
}

}  // namespace
}  // namespace pgscale
