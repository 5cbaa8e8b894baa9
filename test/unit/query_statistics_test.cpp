#include "core/query_statistics.h"

#include <gtest/gtest.h>

namespace pgscale {
namespace {

StatementsFacts facts(bool on_disk, bool loaded, bool created, bool readable) {
  StatementsFacts result;
  result.on_disk = on_disk;
  result.loaded = loaded;
  result.created = created;
  result.readable = readable;
  return result;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

StatementsView view(std::set<std::string> columns) {
  columns.insert({"userid", "dbid", "queryid", "query", "calls", "rows", "shared_blks_hit",
                  "shared_blks_read", "temp_blks_read", "temp_blks_written"});
  return {{Identifier("public"), Identifier("pg_stat_statements")}, std::move(columns), {}};
}

TEST(StepsToStatements, OnlyWhatIsStillToBeDoneInOrder) {
  EXPECT_EQ(steps_to_statements(facts(true, true, true, true)), "");
  EXPECT_EQ(steps_to_statements(facts(true, true, false, false)),
            "1. CREATE EXTENSION pg_stat_statements in this database");
  EXPECT_EQ(steps_to_statements(facts(true, false, true, true)),
            "1. add pg_stat_statements to shared_preload_libraries in postgresql.conf; "
            "2. restart the server");
  EXPECT_EQ(steps_to_statements(facts(false, false, false, false)),
            "1. install the package with PostgreSQL's contrib modules; "
            "2. add pg_stat_statements to shared_preload_libraries in postgresql.conf; "
            "3. restart the server; 4. CREATE EXTENSION pg_stat_statements in this database");
}

TEST(StepsToStatements, WhoMayNotReadAsksForIt) {
  EXPECT_TRUE(contains(steps_to_statements(facts(true, true, true, false)), "1. GRANT USAGE"));
  EXPECT_FALSE(contains(steps_to_statements(facts(true, true, false, false)), "GRANT"));
}

TEST(SelectStatements, FollowsTheColumnsOfTheVersion) {
  const std::string old = select_statements(view({"total_time", "mean_time"})).text();
  EXPECT_TRUE(contains(old, "s.\"total_time\"::float8 / 1000"));
  EXPECT_TRUE(contains(old, "NULL::boolean"));  // toplevel came with 1.9
  EXPECT_TRUE(contains(old, "THEN NULL::float8 END"));
  EXPECT_TRUE(contains(old, "coalesce(NULL::timestamptz, NULL::timestamptz)"));

  const std::string recent =
      select_statements(view({"total_exec_time", "toplevel", "shared_blk_read_time", "stats_since",
                              "jit_generation_time", "jit_emission_time"}))
          .text();
  EXPECT_TRUE(contains(recent, "s.\"total_exec_time\"::float8 / 1000"));
  EXPECT_TRUE(contains(recent, "s.\"toplevel\"::boolean"));
  EXPECT_TRUE(contains(recent, "THEN s.\"shared_blk_read_time\"::float8 END"));
  EXPECT_TRUE(contains(recent, "(s.\"jit_generation_time\" + s.\"jit_emission_time\")::float8"));
  EXPECT_TRUE(contains(recent, "coalesce(s.\"stats_since\"::timestamptz, NULL::timestamptz)"));
}

TEST(SelectStatements, QuotesTheSchema) {
  StatementsView odd = view({"total_exec_time"});
  odd.name.schema = Identifier("a\"b");
  odd.info = QualifiedName{Identifier("a\"b"), Identifier("pg_stat_statements_info")};
  const std::string sql = select_statements(odd).text();
  EXPECT_TRUE(contains(sql, "FROM \"a\"\"b\".\"pg_stat_statements\" s"));
  EXPECT_TRUE(
      contains(sql, "(SELECT i.stats_reset FROM \"a\"\"b\".\"pg_stat_statements_info\" i)"));
}

}  // namespace
}  // namespace pgscale
