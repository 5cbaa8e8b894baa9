#include "core/reference.h"

#include <gtest/gtest.h>

#include "core/residency.h"

namespace pgscale {
namespace {

ShardedTable countries() {
  ShardedTable table({Identifier("app"), Identifier("countries")});
  table.columns = {{"code", "text", {}, true, "", false, ""},
                   {"name", "text", {}, false, "", false, ""},
                   {"long", "text", {}, false, "", false, "(code || name)"}};
  return table;
}

TEST(Reference, ACopyIsComparedAndReplacedByItsStoredColumns) {
  EXPECT_EQ(copy_name(countries(), "s1").name(), "countries_on_s1");
  EXPECT_EQ(fingerprint_statement(countries()).text(),
            "SELECT count(*) || ' ' || coalesce(sum(('x' || substr(md5(ROW(\"code\", "
            "\"name\")::text), 1, 15))::bit(60)::bigint), 0) FROM ONLY \"app\".\"countries\"");
  const auto statements =
      replacing_statements(countries(), {Identifier("app"), Identifier("countries_on_s1")});
  ASSERT_EQ(statements.size(), 2u);
  EXPECT_EQ(statements[0].text(), "DELETE FROM \"app\".\"countries_on_s1\"");
  EXPECT_EQ(statements[1].text(),
            "INSERT INTO \"app\".\"countries_on_s1\" (\"code\", \"name\") SELECT \"code\", "
            "\"name\" FROM ONLY \"app\".\"countries\"");
}

TEST(Reference, ACopyThatIsReferredToIsChangedRowByRow) {
  const QualifiedName copy{Identifier("app"), Identifier("countries_on_s1")};
  EXPECT_EQ(removal_statement(countries(), copy, {"code"}).text(),
            "DELETE FROM \"app\".\"countries_on_s1\" c WHERE NOT EXISTS (SELECT FROM ONLY "
            "\"app\".\"countries\" t WHERE c.\"code\"::text = t.\"code\"::text)");
  const auto changes = changing_statements(countries(), copy, {"code", "name"});
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(changes[0].text(),
            "UPDATE \"app\".\"countries_on_s1\" c SET (\"code\", \"name\") = ROW(t.\"code\", "
            "t.\"name\") FROM ONLY \"app\".\"countries\" t WHERE c.\"code\"::text = "
            "t.\"code\"::text AND c.\"name\"::text = t.\"name\"::text AND ROW(c.\"code\", "
            "c.\"name\")::text <> ROW(t.\"code\", t.\"name\")::text");
  EXPECT_EQ(changes[1].text(),
            "INSERT INTO \"app\".\"countries_on_s1\" (\"code\", \"name\") SELECT \"code\", "
            "\"name\" FROM ONLY \"app\".\"countries\" t WHERE NOT EXISTS (SELECT FROM "
            "\"app\".\"countries_on_s1\" c WHERE c.\"code\"::text = t.\"code\"::text AND "
            "c.\"name\"::text = t.\"name\"::text)");
}

TEST(Reference, WorkIsDoneOnlyWhereItIsKnownToBeNeeded) {
  EXPECT_EQ(work_on({"s1", false, std::nullopt}, "2 5"), CopyWork::kMake);
  EXPECT_EQ(work_on({"s1", true, std::nullopt}, "2 5"), CopyWork::kNothing);
  EXPECT_EQ(work_on({"s1", true, "2 5"}, "2 5"), CopyWork::kNothing);
  EXPECT_EQ(work_on({"s1", true, "2 6"}, "2 5"), CopyWork::kRefresh);
}

Resident at_home() { return {"eu", "s1", "eu", "s1", 10, 0, ""}; }

TEST(Residency, IsProvenByCatalogsAndRows) {
  EXPECT_EQ(judge(at_home()).ok, true);
  const auto fails = [](auto&& change) {
    Resident resident = at_home();
    change(resident);
    const auto verdict = judge(resident);
    EXPECT_EQ(verdict.ok, false);
    EXPECT_FALSE(verdict.detail.empty());
  };
  fails([](Resident& r) { r.server = std::nullopt; });
  fails([](Resident& r) { r.server = "s2"; });
  fails([](Resident& r) { r.shard_region = "us"; });
  fails([](Resident& r) { r.shard_region = std::nullopt; });
  fails([](Resident& r) { r.strays = 1; });
}

TEST(Residency, WhatCannotBeLookedAtIsNotOk) {
  Resident resident = at_home();
  resident.rows = std::nullopt;
  resident.error = "could not connect";
  EXPECT_EQ(judge(resident).ok, std::nullopt);
  EXPECT_EQ(judge(resident).detail, "could not connect");
  resident.server = "s2";  // known all the same
  EXPECT_EQ(judge(resident).ok, false);
}

}  // namespace
}  // namespace pgscale
