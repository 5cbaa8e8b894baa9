#include "core/row_transfer.h"

#include <gtest/gtest.h>

namespace pgscale {
namespace {

QualifiedName name(const char* schema, const char* table) {
  return {Identifier(schema), Identifier(table)};
}

const std::vector<TransferColumn> kColumns{{"id", "bigint"}, {"Note", "text"}};

TEST(RowTransfer, CopiesThroughAStage) {
  const auto stage = name("pg_temp", "stage");
  EXPECT_EQ(stage_statement(stage, kColumns).text(),
            "CREATE TEMPORARY TABLE \"pg_temp\".\"stage\" (\"id\" bigint, \"Note\" text)"
            " ON COMMIT DROP");
  EXPECT_EQ(copy_statement(stage, CopySource::kFile, "/it's", {}).text(),
            "COPY \"pg_temp\".\"stage\" FROM '/it''s'");
  EXPECT_EQ(copy_statement(stage, CopySource::kProgram, "cat",
                           {{"format", "csv", {}}, {"force_null", "", {"a", "b"}}})
                .text(),
            "COPY \"pg_temp\".\"stage\" FROM PROGRAM 'cat'"
            " WITH (\"format\" 'csv', \"force_null\" (\"a\", \"b\"))");
  EXPECT_EQ(transfer_statement(stage, name("s", "t"), kColumns).text(),
            "INSERT INTO \"s\".\"t\" (\"id\", \"Note\") OVERRIDING SYSTEM VALUE"
            " SELECT \"id\", \"Note\" FROM \"pg_temp\".\"stage\"");
}

TEST(RowTransfer, MovesRowsByDeletingAndInserting) {
  EXPECT_EQ(
      move_statement(name("s", "t"), kColumns, {{{"id", "bigint"}, "1"}}, {{{"id", "bigint"}, "2"}})
          .text(),
      "WITH moved AS (DELETE FROM \"s\".\"t\" WHERE \"id\" = '1'::bigint"
      " RETURNING \"id\", \"Note\") INSERT INTO \"s\".\"t\" (\"id\", \"Note\")"
      " OVERRIDING SYSTEM VALUE SELECT '2'::bigint, \"Note\" FROM moved");
}

TEST(RowTransfer, NullIsAValueToo) {
  const std::string sql = move_statement(name("s", "t"), kColumns,
                                         {{{"id", "bigint"}, std::nullopt}, {kColumns[1], "x"}},
                                         {{{"id", "bigint"}, std::nullopt}})
                              .text();
  EXPECT_NE(sql.find("WHERE \"id\" IS NULL AND \"Note\" = 'x'::text"), std::string::npos) << sql;
  EXPECT_NE(sql.find("SELECT NULL::bigint, \"Note\""), std::string::npos) << sql;
}

}  // namespace
}  // namespace pgscale
