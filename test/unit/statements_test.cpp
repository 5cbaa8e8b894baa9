#include "core/statements.h"

#include <gtest/gtest.h>

#include "builders.h"
#include "core/grants.h"
#include "zones.h"

namespace pgscale {
namespace {

using testing::between;
using testing::in_public;
using testing::Lines;
using testing::moment;
using testing::zone_of;

const std::optional<Axis> kNoAxis;

std::optional<Axis> axis_of(KeyKind kind) { return Axis(kind, zone_of("Europe/Berlin")); }

Parent parent_of(const std::string& column) {
  return testing::empty_set(Method::kRange, "orders", column).inventory.parent;
}

Lines texts(const std::vector<Sql>& statements) {
  Lines lines;
  for (const Sql& sql : statements) lines.push_back(sql.text());
  return lines;
}

Lines created(const Parent& parent) {
  std::vector<Sql> statements = table_statements(parent, in_public("p1"), {});
  statements.push_back(attach_statement(parent.name, in_public("p1"), Sql("DEFAULT")));
  return texts(statements);
}

TEST(BoundClause, SpeaksForEveryKindOfBound) {
  const struct {
    Bound bound;
    std::optional<Axis> axis;
    const char* sql;
  } cases[] = {{between("2026-10-31 23:00", "2026-11-30 23:00"), axis_of(KeyKind::kTimestampTz),
                "FOR VALUES FROM ('2026-11-01 00:00:00+01') TO ('2026-12-01 00:00:00+01')"},
               {between("2026-11-01", "2026-12-01"), axis_of(KeyKind::kDate),
                "FOR VALUES FROM ('2026-11-01') TO ('2026-12-01')"},
               {between(-10, 10), axis_of(KeyKind::kInteger), "FOR VALUES FROM ('-10') TO ('10')"},
               {Range{End::minimum(), End::maximum()}, axis_of(KeyKind::kInteger),
                "FOR VALUES FROM (MINVALUE) TO (MAXVALUE)"},
               {ListValues{{"US", std::nullopt, "O'Hara", "NULL", R"(a\)"}}, kNoAxis,
                R"(FOR VALUES IN ('US', NULL, 'O''Hara', 'NULL',  E'a\\'))"},
               {HashSlot{8, 7}, kNoAxis, "FOR VALUES WITH (MODULUS 8, REMAINDER 7)"},
               {DefaultSlot{}, kNoAxis, "DEFAULT"}};
  for (const auto& c : cases) EXPECT_EQ(bound_clause(c.bound, c.axis).text(), c.sql);
}

TEST(CreateStatements, MakeTheTableBesideTheParentAndAttachIt) {
  EXPECT_EQ(created(parent_of("at")),
            (Lines{R"(CREATE TABLE "public"."p1" (LIKE "public"."orders" INCLUDING ALL))",
                   R"(ALTER TABLE "public"."orders" ATTACH PARTITION "public"."p1" DEFAULT)"}));
}

TEST(CreateStatements, CarryOverHowTheParentIsStored) {
  Parent parent = parent_of("at");
  parent.unlogged = true;
  parent.attach_brings_identity = true;
  parent.access_method = "heap";
  parent.tablespace = "Fast Disks";
  EXPECT_EQ(created(parent)[0],
            R"(CREATE UNLOGGED TABLE "public"."p1" (LIKE "public"."orders" INCLUDING ALL )"
            R"(EXCLUDING IDENTITY) USING "heap" TABLESPACE "Fast Disks")");
}

TEST(CreateStatements, GrantInOneStatementPerRoleAndOption) {
  Parent parent = parent_of("at");
  parent.grants = {{"reader", Privilege::kSelect, "", false},
                   {"writer", Privilege::kInsert, "", false},
                   {"", Privilege::kSelect, "at", false},
                   {"reader", Privilege::kUpdate, "a\"b", false},
                   {"reader", Privilege::kDelete, "", true}};
  const Lines all = created(parent);
  const Lines grants(all.begin() + 1, all.end() - 1);
  EXPECT_EQ(grants, (Lines{R"(GRANT SELECT ("at") ON "public"."p1" TO PUBLIC)",
                           R"(GRANT SELECT, UPDATE ("a""b") ON "public"."p1" TO "reader")",
                           R"(GRANT DELETE ON "public"."p1" TO "reader" WITH GRANT OPTION)",
                           R"(GRANT INSERT ON "public"."p1" TO "writer")"}));
}

TEST(CreateStatements, KnowEveryPrivilege) {
  const struct {
    Privilege privilege;
    const char* word;
  } cases[] = {{Privilege::kSelect, "SELECT"},     {Privilege::kInsert, "INSERT"},
               {Privilege::kUpdate, "UPDATE"},     {Privilege::kDelete, "DELETE"},
               {Privilege::kTruncate, "TRUNCATE"}, {Privilege::kReferences, "REFERENCES"},
               {Privilege::kTrigger, "TRIGGER"},   {Privilege::kMaintain, "MAINTAIN"}};
  for (const auto& c : cases) {
    Parent parent = parent_of("at");
    parent.grants = {{"r", c.privilege, "", false}};
    EXPECT_EQ(created(parent)[1], std::string("GRANT ") + c.word + R"( ON "public"."p1" TO "r")");
  }
}

TEST(GrantStatements, SayWhatKindOfObjectIsMeant) {
  const std::vector<Grant> grants = {{"app", Privilege::kUsage, "", false},
                                     {"", Privilege::kSelect, "", true}};
  Lines texts;
  for (const Sql& sql : grant_statements(grants, in_public("s"), GrantObject::kSequence)) {
    texts.push_back(sql.text());
  }
  for (const Sql& sql :
       revoke_statements(grants, in_public("s"), Revocation::kPrivilege, GrantObject::kSequence)) {
    texts.push_back(sql.text());
  }
  EXPECT_EQ(texts, (Lines{R"(GRANT SELECT ON SEQUENCE "public"."s" TO PUBLIC WITH GRANT OPTION)",
                          R"(GRANT USAGE ON SEQUENCE "public"."s" TO "app")",
                          R"(REVOKE SELECT ON SEQUENCE "public"."s" FROM PUBLIC)",
                          R"(REVOKE USAGE ON SEQUENCE "public"."s" FROM "app")"}));
}

TEST(CreateStatements, CarryOverRowSecurityAndReplicaIdentityBeforeTheAttach) {
  const struct {
    ReplicaIdentity identity;
    const char* what;
  } cases[] = {{ReplicaIdentity::kFull, "REPLICA IDENTITY FULL"},
               {ReplicaIdentity::kNothing, "REPLICA IDENTITY NOTHING"}};
  for (const auto& c : cases) {
    Parent parent = parent_of("at");
    parent.row_security = true;
    parent.replica_identity = c.identity;
    const Lines all = created(parent);
    ASSERT_EQ(all.size(), 4U);
    EXPECT_EQ(all[1], R"(ALTER TABLE "public"."p1" ENABLE ROW LEVEL SECURITY)");
    EXPECT_EQ(all[2], std::string(R"(ALTER TABLE "public"."p1" )") + c.what);
  }
  Parent by_index = parent_of("at");
  by_index.replica_identity = ReplicaIdentity::kIndex;
  EXPECT_EQ(created(by_index).size(), 2U);
  EXPECT_EQ(replica_index_statement(in_public("p1"), Identifier("p1_key")).text(),
            R"(ALTER TABLE "public"."p1" REPLICA IDENTITY USING INDEX "p1_key")");
}

TEST(DetachAndDrop, SpeakForEveryMode) {
  const auto detach = [](DetachMode mode) {
    return detach_statement(in_public("orders"), in_public("p1"), mode).text();
  };
  const std::string plain = R"(ALTER TABLE "public"."orders" DETACH PARTITION "public"."p1")";
  EXPECT_EQ(detach(DetachMode::kPlain), plain);
  EXPECT_EQ(detach(DetachMode::kConcurrently), plain + " CONCURRENTLY");
  EXPECT_EQ(detach(DetachMode::kFinalize), plain + " FINALIZE");
  const auto drop = [](TableKind kind) {
    return texts(drop_statements(parent_of("at"), kind, in_public("p1")));
  };
  EXPECT_EQ(drop(TableKind::kTable), (Lines{R"(DROP TABLE "public"."p1")"}));
  EXPECT_EQ(drop(TableKind::kPartitioned), (Lines{R"(DROP TABLE "public"."p1")"}));
  EXPECT_EQ(drop(TableKind::kForeign), (Lines{R"(DROP FOREIGN TABLE "public"."p1")"}));
}

TEST(PartitionsOfTheHistory, AreMembersOfTheExtensionFromTheirMakingToTheirDrop) {
  Parent parent = parent_of("at");
  parent.in_extension = true;
  EXPECT_EQ(created(parent),
            (Lines{R"(CREATE TABLE "public"."p1" (LIKE "public"."orders" INCLUDING ALL))",
                   R"(ALTER EXTENSION pgscale ADD TABLE "public"."p1")",
                   R"(ALTER TABLE "public"."orders" ATTACH PARTITION "public"."p1" DEFAULT)"}));
  EXPECT_EQ(texts(drop_statements(parent, TableKind::kTable, in_public("p1"))),
            (Lines{R"(ALTER EXTENSION pgscale DROP TABLE "public"."p1")",
                   R"(DROP TABLE "public"."p1")"}));
}

TEST(Guard, ForbidsExactlyTheRowsOfTheComingPartition) {
  const struct {
    Bound bound;
    const char* condition;
  } cases[] = {
      {between(0, 10), R"("k""ey" IS NOT NULL AND "k""ey" >= '0' AND "k""ey" < '10')"},
      {Range{End::minimum(), End::at(10)}, R"("k""ey" IS NOT NULL AND "k""ey" < '10')"},
      {Range{End::at(0), End::maximum()}, R"("k""ey" IS NOT NULL AND "k""ey" >= '0')"},
      {ListValues{{"US", "O'Hara"}}, R"("k""ey" IS NOT NULL AND "k""ey" IN ('US', 'O''Hara'))"},
      {ListValues{{std::nullopt}}, R"("k""ey" IS NULL)"},
      {ListValues{{"US", std::nullopt}}, R"("k""ey" IS NULL OR "k""ey" IN ('US'))"}};
  for (const auto& c : cases) {
    EXPECT_EQ(
        guard_statement(parent_of("k\"ey"), in_public("rest"), c.bound, axis_of(KeyKind::kInteger))
            .text(),
        std::string(R"(ALTER TABLE "public"."rest" ADD CONSTRAINT "pgscale_guard" CHECK (NOT ()") +
            c.condition + ")) NOT VALID");
  }
}

TEST(Guard, OfATableThatBecomesThePartitionItselfAllowsOnlyItsRows) {
  const Range range{End::minimum(), End::at(10)};
  EXPECT_EQ(
      own_guard_statement(parent_of("a t"), range, *axis_of(KeyKind::kInteger)).text(),
      R"(ALTER TABLE "public"."orders" ADD CONSTRAINT "pgscale_guard" CHECK ("a t" IS NOT NULL )"
      R"(AND "a t" < '10') NOT VALID)");
}

TEST(Guard, IsValidatedAndDroppedByItsName) {
  EXPECT_EQ(validate_guard_statement(in_public("rest")).text(),
            R"(ALTER TABLE "public"."rest" VALIDATE CONSTRAINT "pgscale_guard")");
  EXPECT_EQ(unguard_statement(in_public("rest")).text(),
            R"(ALTER TABLE "public"."rest" DROP CONSTRAINT "pgscale_guard")");
}

TEST(BoundClause, OfSeveralColumnsNamesThemAll) {
  const Axis axis(KeyKind::kInteger, Zone::utc(), 3);
  End odd = End::at(10);
  odd.rank = 1;
  odd.columns = {{EndKind::kValue, "10"}, {EndKind::kValue, "m"}, {EndKind::kMaximum, ""}};
  EXPECT_EQ(bound_clause(between(0, 10), axis).text(),
            "FOR VALUES FROM ('0', MINVALUE, MINVALUE) TO ('10', MINVALUE, MINVALUE)");
  EXPECT_EQ(bound_clause(Range{odd, End::maximum()}, axis).text(),
            "FOR VALUES FROM ('10', 'm', MAXVALUE) TO (MAXVALUE, MAXVALUE, MAXVALUE)");
}

// The forms are those of PostgreSQL's get_qual_for_range().
TEST(Guard, OfSeveralColumnsHasAnArmForEachThatCounts) {
  Parent parent = parent_of("a");
  parent.key_columns = {"a", "b"};
  parent.key_collations = {std::nullopt, QualifiedName{Identifier("pg_catalog"), Identifier("C")}};
  const Axis axis(KeyKind::kInteger, Zone::utc(), 2);
  auto end = [](Point value, EndColumn second) {
    End result = End::at(value);
    result.rank = 1;
    result.columns = {{EndKind::kValue, decimal_text(value, 0)}, std::move(second)};
    return result;
  };
  const std::string b = R"("b" COLLATE "pg_catalog"."C")";
  const std::string known = R"("a" IS NOT NULL AND "b" IS NOT NULL)";
  const struct {
    Range range;
    std::string condition;
  } cases[] = {
      {between(0, 10), R"( AND "a" >= '0' AND "a" < '10')"},
      {{end(0, {EndKind::kValue, "k"}), end(10, {EndKind::kValue, "m"})},
       R"( AND ("a" > '0' OR "a" = '0' AND )" + b +
           R"( >= 'k') AND ("a" < '10' OR "a" = '10' AND )" + b + " < 'm')"},
      {{end(0, {EndKind::kMaximum, ""}), end(10, {EndKind::kMaximum, ""})},
       R"( AND "a" > '0' AND "a" <= '10')"},
      {{End::at(5), end(5, {EndKind::kValue, "m"})}, R"( AND "a" = '5' AND )" + b + " < 'm'"}};
  for (const auto& c : cases) {
    EXPECT_EQ(guard_statement(parent, in_public("rest"), c.range, axis).text(),
              R"(ALTER TABLE "public"."rest" ADD CONSTRAINT "pgscale_guard" CHECK (NOT ()" + known +
                  c.condition + ")) NOT VALID");
  }
}

}  // namespace
}  // namespace pgscale
