#include "core/drift.h"

#include <gtest/gtest.h>

#include "builders.h"
#include "core/grants.h"

namespace pgscale {
namespace {

using testing::in_public;
using testing::Lines;

constexpr Oid kCaller = 7;

TableFacts table(Oid oid, const std::string& name) {
  TableFacts facts(oid, in_public(name));
  facts.owner = "shop";
  facts.access_method = oid == 1 ? "" : "heap";
  return facts;
}

// A partition that is as its parent wishes; tests change one thing.
class DriftTest : public ::testing::Test {
 protected:
  DriftTest() { facts_.parent = &parent_; }

  [[nodiscard]] std::vector<Drift> found() const { return compare(facts_, kCaller); }

  [[nodiscard]] Drift only() const {
    std::vector<Drift> drifts = found();
    if (drifts.size() != 1) throw std::logic_error(std::to_string(drifts.size()) + " differences");
    EXPECT_EQ(drifts[0].partition_oid, 2U);
    EXPECT_EQ(readable(*drifts[0].partition), "public.orders_p1");
    return drifts[0];
  }

  TableFacts parent_ = table(1, "orders");
  PartitionFacts facts_{table(2, "orders_p1")};
};

Lines sql_of(const Drift& drift) {
  Lines lines;
  for (const Step& step : drift.repair) {
    for (const Sql& sql : step.sql) lines.push_back(sql.text());
  }
  return lines;
}

// "kind object: expected / actual, severity"
std::string told(const Drift& drift) {
  return std::string(text(drift.kind)) + " " + drift.object + ": " + drift.expected + " / " +
         drift.actual + ", " + text(drift.severity);
}

Lines actions_of(const Drift& drift) {
  Lines lines;
  for (const Step& step : drift.repair) {
    lines.push_back(std::string(text(step.action)) + (step.concurrently ? "!" : ""));
  }
  return lines;
}

const std::string kLock = R"(LOCK TABLE ONLY "public"."orders_p1" IN ACCESS EXCLUSIVE MODE)";

TEST_F(DriftTest, NothingDiffersFromItself) { EXPECT_TRUE(found().empty()); }

TEST_F(DriftTest, TheOwnerIsChangedInTheNameOfWhoAsks) {
  facts_.table.owner = "somebody";
  const Drift drift = only();
  EXPECT_EQ(told(drift), "owner : shop / somebody, warning");
  EXPECT_EQ(sql_of(drift), (Lines{kLock, R"(ALTER TABLE "public"."orders_p1" OWNER TO "shop")"}));
  EXPECT_EQ(drift.repair[0].role, kCaller);
  EXPECT_EQ(drift.repair[0].reason, "owner: somebody");
  EXPECT_EQ(locks_of(drift), "ACCESS EXCLUSIVE on public.orders_p1");
}

TEST_F(DriftTest, ParametersThatThePolicyNamesAreSet) {
  parent_.storage_parameters = {{"fillfactor", "70"}, {"toast.autovacuum_enabled", "off"}};
  facts_.table.storage_parameters = {{"fillfactor", "90"}, {"toast.autovacuum_enabled", "off"}};
  facts_.table.has_toast_table = true;
  EXPECT_EQ(told(only()), "storage fillfactor: 70 / 90, info");
  EXPECT_EQ(sql_of(only()),
            (Lines{R"(ALTER TABLE "public"."orders_p1" SET ("fillfactor" = '70'))"}));
  EXPECT_EQ(locks_of(only()), "SHARE UPDATE EXCLUSIVE on public.orders_p1");
  facts_.table.storage_parameters = {{"fillfactor", "70"}};
  EXPECT_EQ(told(only()), "storage toast.autovacuum_enabled: off / , info");
  EXPECT_EQ(
      sql_of(only()),
      (Lines{R"(ALTER TABLE "public"."orders_p1" SET (toast."autovacuum_enabled" = 'off'))"}));
  facts_.table.has_toast_table = false;  // and so nowhere to set it
  EXPECT_TRUE(found().empty());
}

TEST_F(DriftTest, ParametersThatThePolicyDoesNotNameAreThePartitionsOwn) {
  facts_.table.storage_parameters = {{"fillfactor", "90"}};
  EXPECT_TRUE(found().empty());
  parent_.storage_parameters = {{"parallel_workers", "2"}};
  EXPECT_EQ(told(only()), "storage parallel_workers: 2 / , info");
  facts_.table.kind = TableKind::kPartitioned;  // which can have none
  EXPECT_TRUE(found().empty());
}

TEST_F(DriftTest, AnAdditionalCatalogTableKeepsEverybodyOutWhileItBecomesOne) {
  parent_.storage_parameters = {{"user_catalog_table", "true"}};
  EXPECT_EQ(locks_of(only()), "ACCESS EXCLUSIVE on public.orders_p1");
  EXPECT_EQ(sql_of(only()).front(), kLock);
}

TEST_F(DriftTest, TheOwnerComesFirst) {
  facts_.table.owner = "somebody";
  parent_.row_security = true;
  facts_.columns = {{"note", ColumnProperty::kDefault, "1", ""}};
  ASSERT_EQ(found().size(), 3U);
  EXPECT_EQ(found()[0].kind, DriftKind::kOwner);
  EXPECT_EQ(found()[1].repair[0].role, 0U);
}

TEST_F(DriftTest, RowSecurityIsWantedOnlyWhereTheParentHasIt) {
  facts_.table.row_security = true;
  EXPECT_TRUE(found().empty());
  facts_.table.row_security = false;
  parent_.row_security = true;
  EXPECT_EQ(told(only()), "row security : enabled / disabled, critical");
}

TEST_F(DriftTest, GrantsAreComparedByRole) {
  auto grant = [](const std::string& who, Privilege what, bool grantable = false,
                  const std::string& column = {}) {
    return GrantFact{{who, what, column, grantable}};
  };
  parent_.grants = {grant("reader", Privilege::kSelect), grant("writer", Privilege::kInsert),
                    grant("writer", Privilege::kUpdate, true, "note")};
  facts_.table.grants = parent_.grants;
  EXPECT_TRUE(found().empty());

  facts_.table.grants = {grant("writer", Privilege::kInsert, true),
                         grant("writer", Privilege::kDelete), grant("", Privilege::kSelect)};
  const std::vector<Drift> drifts = found();
  ASSERT_EQ(drifts.size(), 3U);
  EXPECT_EQ(told(drifts[0]), "grant PUBLIC:  / SELECT, warning");
  EXPECT_EQ(sql_of(drifts[0]), (Lines{R"(REVOKE SELECT ON "public"."orders_p1" FROM PUBLIC)"}));
  EXPECT_EQ(told(drifts[1]), "grant reader: SELECT / , info");
  EXPECT_EQ(sql_of(drifts[1]), (Lines{R"(GRANT SELECT ON "public"."orders_p1" TO "reader")"}));
  EXPECT_EQ(told(drifts[2]),
            "grant writer: INSERT, UPDATE (note) WITH GRANT OPTION / INSERT WITH GRANT OPTION, "
            "DELETE, warning");
  EXPECT_EQ(sql_of(drifts[2]),
            (Lines{R"(GRANT UPDATE ("note") ON "public"."orders_p1" TO "writer" WITH GRANT OPTION)",
                   R"(REVOKE DELETE ON "public"."orders_p1" FROM "writer")",
                   R"(REVOKE GRANT OPTION FOR INSERT ON "public"."orders_p1" FROM "writer")"}));
  EXPECT_EQ(locks_of(drifts[2]), "");
}

TEST_F(DriftTest, WhatAnotherRoleHasGrantedIsNotRevoked) {
  facts_.table.grants = {{{"guest", Privilege::kSelect, "", false}, false}};
  EXPECT_TRUE(only().repair.empty());
}

TEST_F(DriftTest, ColumnsAreSetAsTheParentsAre) {
  const struct {
    ColumnFacts column;
    const char* told;
    Lines sql;
  } cases[] = {
      {{"n", ColumnProperty::kNotNull, "NOT NULL", ""},
       "constraint n NOT NULL: NOT NULL / , critical",
       {}},
      {{"n", ColumnProperty::kDefault, "1", "2"},
       "default n: 1 / 2, info",
       {kLock, R"(ALTER TABLE "public"."orders_p1" ALTER COLUMN "n" SET DEFAULT 1)"}},
      {{"n", ColumnProperty::kDefault, "", "2"},
       "default n:  / 2, info",
       {kLock, R"(ALTER TABLE "public"."orders_p1" ALTER COLUMN "n" DROP DEFAULT)"}},
      {{"n", ColumnProperty::kStorage, "MAIN", "PLAIN"},
       "storage n: MAIN / PLAIN, info",
       {kLock, R"(ALTER TABLE "public"."orders_p1" ALTER COLUMN "n" SET STORAGE MAIN)"}},
      {{"n", ColumnProperty::kCompression, "lz4", ""},
       "storage n: lz4 / , info",
       {kLock, R"(ALTER TABLE "public"."orders_p1" ALTER COLUMN "n" SET COMPRESSION lz4)"}},
      {{"n", ColumnProperty::kStatistics, "500", "-1"},
       "statistics n: 500 / -1, info",
       {R"(ALTER TABLE "public"."orders_p1" ALTER COLUMN "n" SET STATISTICS 500)"}},
      {{"n", ColumnProperty::kIdentity, "always", ""}, "identity n: always / , info", {}},
      {{"n", ColumnProperty::kGenerated, "stored", ""}, "generated n: stored / , warning", {}}};
  for (const auto& c : cases) {
    facts_.columns = {c.column};
    EXPECT_EQ(told(only()), c.told);
    EXPECT_EQ(sql_of(only()), c.sql) << c.told;
  }
  facts_.columns = {{"n", ColumnProperty::kDefault, "1", "1"}};
  EXPECT_TRUE(found().empty());
}

TEST_F(DriftTest, ConstraintsAreValidatedAndNeverMade) {
  facts_.constraints = {{"positive", "CHECK ((n > 0))", true, true, false}};
  EXPECT_EQ(told(only()), "constraint positive: CHECK ((n > 0)) / not valid, warning");
  EXPECT_EQ(sql_of(only()),
            (Lines{R"(ALTER TABLE "public"."orders_p1" VALIDATE CONSTRAINT "positive")"}));
  EXPECT_EQ(locks_of(only()), "SHARE UPDATE EXCLUSIVE on public.orders_p1");
  facts_.constraints[0].parent_valid = false;
  EXPECT_EQ(only().severity, Severity::kInfo);
  facts_.table.kind = TableKind::kPartitioned;  // said of it as a parent
  EXPECT_TRUE(found().empty());
  facts_.constraints[0].present = false;
  EXPECT_EQ(told(only()), "constraint positive: CHECK ((n > 0)) / missing, critical");
  EXPECT_TRUE(only().repair.empty());
}

class DriftOfIndex : public DriftTest {
 protected:
  DriftOfIndex() { wish_.definition = " USING btree (n)"; }

  IndexWish wish_{10, in_public("n_idx")};
  PartitionIndex own_{20, in_public("p1_n_idx")};
};

TEST_F(DriftOfIndex, OneThatIsMissingIsBuiltAndAttached) {
  facts_.indexes = {{&wish_, std::nullopt}};
  EXPECT_EQ(told(only()), "index n_idx: USING btree (n) / missing, warning");
  EXPECT_EQ(sql_of(only()),
            (Lines{R"(CREATE INDEX CONCURRENTLY ON "public"."orders_p1" USING btree (n))",
                   R"(ALTER INDEX "public"."n_idx" ATTACH PARTITION <the new index>)"}));
  EXPECT_EQ(actions_of(only()), (Lines{"create index!", "attach index"}));
  EXPECT_EQ(locks_of(only()),
            "SHARE UPDATE EXCLUSIVE on public.orders_p1; SHARE UPDATE EXCLUSIVE on public.n_idx; "
            "ACCESS EXCLUSIVE on the new index");
}

TEST_F(DriftOfIndex, OneThatIsThereIsOnlyAttached) {
  facts_.indexes = {{&wish_, std::nullopt, {own_}}};
  EXPECT_EQ(told(only()), "index n_idx: USING btree (n) / not attached: public.p1_n_idx, warning");
  EXPECT_EQ(sql_of(only()),
            (Lines{R"(ALTER INDEX "public"."n_idx" ATTACH PARTITION "public"."p1_n_idx")"}));
}

TEST_F(DriftOfIndex, WhatABrokenBuildLeftGoesFirst) {
  own_.valid = false;
  facts_.indexes = {{&wish_, std::nullopt, {own_}}};
  EXPECT_EQ(actions_of(only()), (Lines{"drop index!", "create index!", "attach index"}));
  EXPECT_EQ(sql_of(only())[0], R"(DROP INDEX CONCURRENTLY "public"."p1_n_idx")");
}

TEST_F(DriftOfIndex, WhatSomebodyIsBuildingIsWaitedFor) {
  own_.valid = false;
  own_.being_built = true;
  wish_.unique = true;
  facts_.indexes = {{&wish_, std::nullopt, {own_}}};
  EXPECT_EQ(told(only()), "index n_idx: UNIQUE USING btree (n) / being built, warning");
  EXPECT_TRUE(only().repair.empty());
}

TEST_F(DriftOfIndex, AConstraintIsSetOnItsIndex) {
  wish_.unique = true;
  wish_.backing = Backing::kPrimaryKey;
  wish_.deferrable = true;
  facts_.indexes = {{&wish_, std::nullopt, {own_}}};
  EXPECT_EQ(only().severity, Severity::kCritical);
  EXPECT_EQ(
      sql_of(only()),
      (Lines{
          kLock,
          R"(ALTER TABLE "public"."orders_p1" ADD CONSTRAINT "p1_n_idx" PRIMARY KEY USING INDEX "p1_n_idx" DEFERRABLE)",
          R"(ALTER INDEX "public"."n_idx" ATTACH PARTITION "public"."p1_n_idx")"}));
  facts_.indexes[0].alike[0].constrained = true;
  EXPECT_EQ(sql_of(only()).size(), 1U);
  wish_.backing = Backing::kExclusion;
  EXPECT_TRUE(only().repair.empty());
}

TEST_F(DriftOfIndex, APartitionOfPartitionsGetsAnEntryOfTheCatalog) {
  facts_.table.kind = TableKind::kPartitioned;
  facts_.indexes = {{&wish_, std::nullopt}};
  EXPECT_EQ(sql_of(only())[0], R"(CREATE INDEX ON ONLY "public"."orders_p1" USING btree (n))");
  EXPECT_EQ(actions_of(only()), (Lines{"create index", "attach index"}));
  wish_.backing = Backing::kUnique;
  wish_.constraint_definition = "UNIQUE (n)";
  EXPECT_EQ(sql_of(only())[0], R"(ALTER TABLE ONLY "public"."orders_p1" ADD UNIQUE (n))");
  // not valid is one that has no constraint, so it is another index
  own_.valid = false;
  facts_.indexes[0].alike = {own_};
  EXPECT_EQ(actions_of(only()), (Lines{"create index", "attach index"}));
  facts_.indexes[0].alike[0].constrained = true;
  EXPECT_EQ(actions_of(only()), (Lines{"attach index"}));
}

TEST_F(DriftOfIndex, OneThatIsAttachedAndNotValidIsBuiltAnew) {
  own_.valid = false;
  facts_.indexes = {{&wish_, own_}};
  EXPECT_EQ(told(only()), "index n_idx: valid / invalid, warning");
  EXPECT_EQ(sql_of(only()), (Lines{R"(REINDEX INDEX CONCURRENTLY "public"."p1_n_idx")"}));
  facts_.table.kind = TableKind::kPartitioned;
  EXPECT_TRUE(found().empty());
}

TEST_F(DriftOfIndex, LeftoversBesideAValidOneGo) {
  facts_.indexes = {
      {&wish_, own_, {{21, in_public("p1_n_idx_ccnew"), false}, {22, in_public("more")}}}};
  EXPECT_EQ(told(only()), "index p1_n_idx_ccnew:  / invalid, warning");
  EXPECT_EQ(actions_of(only()), (Lines{"drop index!"}));
}

TEST_F(DriftOfIndex, OptionsFollowTheParentWhereItHasAny) {
  own_.options = "fillfactor='90'";
  facts_.indexes = {{&wish_, own_}};
  EXPECT_TRUE(found().empty());
  wish_.options = "fillfactor='70'";
  EXPECT_EQ(told(only()), "storage p1_n_idx: fillfactor='70' / fillfactor='90', info");
  EXPECT_EQ(sql_of(only()), (Lines{R"(ALTER INDEX "public"."p1_n_idx" SET (fillfactor='70'))"}));
}

TEST_F(DriftOfIndex, WithoutItsDefinitionNothingIsBuilt) {
  wish_.definition.clear();
  facts_.indexes = {{&wish_, std::nullopt}};
  EXPECT_TRUE(only().repair.empty());
}

TEST_F(DriftOfIndex, TheParentsIsLookedAtAnewOnceAllAreAttached) {
  ParentIndexFacts facts{in_public("n_idx"), false};
  EXPECT_TRUE(invalid_parent_index(parent_, facts).repair.empty());
  facts.all_attached = true;
  EXPECT_TRUE(invalid_parent_index(parent_, facts).repair.empty()) << "a set without partitions";
  facts.any_attached = own_;
  EXPECT_EQ(sql_of(invalid_parent_index(parent_, facts)),
            (Lines{R"(ALTER INDEX "public"."n_idx" ATTACH PARTITION "public"."p1_n_idx")"}));
}

class DriftOfTemplate : public DriftOfIndex {
 protected:
  DriftOfTemplate() {
    wish_.of_template = true;
    wish_.unique = true;
    facts_.indexes = {{&wish_, std::nullopt}};
  }
};

TEST_F(DriftOfTemplate, AnIndexIsBuiltAndAttachedToNone) {
  EXPECT_EQ(told(only()), "index public.n_idx: UNIQUE USING btree (n) / missing, critical");
  EXPECT_EQ(sql_of(only()),
            (Lines{R"(CREATE UNIQUE INDEX CONCURRENTLY ON "public"."orders_p1" USING btree (n))"}));
  EXPECT_EQ(only().repair[0].object_oid, wish_.oid);
  own_.valid = false;
  facts_.indexes[0].alike = {own_};
  EXPECT_EQ(actions_of(only()), (Lines{"drop index!", "create index!"}));
  facts_.indexes[0].alike[0].being_built = true;
  EXPECT_TRUE(only().repair.empty());
}

TEST_F(DriftOfTemplate, OneThatIsThereIsEnough) {
  facts_.indexes[0].alike = {own_};
  EXPECT_TRUE(found().empty());
  facts_.indexes[0].alike[0].constrained = true;  // which does all that the index does
  EXPECT_TRUE(found().empty());
  facts_.indexes[0].alike = {{21, in_public("p1_n_idx_ccnew"), false}, own_};
  EXPECT_EQ(told(only()), "index p1_n_idx_ccnew:  / invalid, warning");
  EXPECT_EQ(actions_of(only()), (Lines{"drop index!"}));
  wish_.options = "fillfactor='70'";
  facts_.indexes[0].alike = {own_};
  EXPECT_EQ(told(only()), "storage p1_n_idx: fillfactor='70' / , info");
}

TEST_F(DriftOfTemplate, AConstraintIsSetOnItsIndex) {
  wish_.backing = Backing::kUnique;
  EXPECT_EQ(actions_of(only()), (Lines{"create index!", "alter"}));
  facts_.indexes[0].alike = {own_};
  EXPECT_EQ(
      told(only()),
      "index public.n_idx: UNIQUE USING btree (n) / no constraint: public.p1_n_idx, critical");
  EXPECT_EQ(
      sql_of(only()),
      (Lines{
          kLock,
          R"(ALTER TABLE "public"."orders_p1" ADD CONSTRAINT "p1_n_idx" UNIQUE USING INDEX "p1_n_idx")"}));
  EXPECT_EQ(locks_of(only()), "ACCESS EXCLUSIVE on public.orders_p1");
  EXPECT_EQ(only().repair[0].others[0].oid, own_.oid);
  facts_.indexes[0].alike[0].constrained = true;
  EXPECT_TRUE(found().empty());
}

TEST_F(DriftOfTemplate, APrimaryKeyIsNoReasonToLookForNullsBehindALock) {
  wish_.backing = Backing::kPrimaryKey;
  EXPECT_EQ(actions_of(only()), (Lines{"create index!", "alter"}));
  facts_.indexes[0].can_be_primary = false;
  EXPECT_EQ(told(only()), "index public.n_idx: UNIQUE USING btree (n) / missing, critical");
  EXPECT_TRUE(only().repair.empty());
}

TEST_F(DriftTest, TheParentsConstraintIsValidatedLast) {
  EXPECT_TRUE(invalid_parent_constraint(parent_, {"c", "CHECK", false}).repair.empty());
  EXPECT_EQ(sql_of(invalid_parent_constraint(parent_, {"c", "CHECK", true})),
            (Lines{R"(ALTER TABLE "public"."orders" VALIDATE CONSTRAINT "c")"}));
}

TEST_F(DriftTest, ReplicaIdentityIsSetWhereTheParentSaysOne) {
  facts_.table.replica_identity = ReplicaIdentity::kFull;
  EXPECT_EQ(told(only()), "replica identity : default / full, info");
  EXPECT_TRUE(only().repair.empty()) << "updates could no longer be published";
  parent_.replica_identity = ReplicaIdentity::kNothing;
  EXPECT_EQ(told(only()), "replica identity : nothing / full, warning");
  EXPECT_EQ(sql_of(only())[1], R"(ALTER TABLE "public"."orders_p1" REPLICA IDENTITY NOTHING)");

  parent_.replica_identity = ReplicaIdentity::kIndex;
  EXPECT_TRUE(only().repair.empty()) << "the index comes first";
  facts_.wished_replica_index = 20;
  facts_.replica_index_name = "p1_n_idx";
  EXPECT_EQ(sql_of(only())[1],
            R"(ALTER TABLE "public"."orders_p1" REPLICA IDENTITY USING INDEX "p1_n_idx")");
  facts_.table.replica_identity = ReplicaIdentity::kIndex;
  facts_.table.replica_index = 21;
  EXPECT_EQ(only().actual, "another index");
  facts_.table.replica_index = 20;
  EXPECT_TRUE(found().empty());
}

TEST_F(DriftTest, TriggersAreToldAndLeftAlone) {
  facts_.triggers = {{"audit", "enabled", "disabled"}};
  EXPECT_EQ(told(only()), "trigger audit: enabled / disabled, warning");
  EXPECT_TRUE(only().repair.empty());
  facts_.triggers = {{"audit", "enabled", std::nullopt}};
  EXPECT_EQ(told(only()), "trigger audit: enabled / missing, critical");
}

TEST_F(DriftTest, WhatWouldRewriteTheTableIsToldAndLeftAlone) {
  facts_.table.unlogged = true;
  facts_.table.access_method = "columnar";
  EXPECT_EQ(told(only()), "persistence : logged / unlogged, critical");
  EXPECT_TRUE(only().repair.empty());
  facts_.table.unlogged = false;
  parent_.unlogged = true;
  EXPECT_EQ(told(only()), "persistence : unlogged / logged, info");
  parent_.unlogged = false;
  parent_.access_method = "heap";
  EXPECT_EQ(told(only()), "access method : heap / columnar, info");
  facts_.table.access_method = "heap";
  facts_.table.tablespace = "cold";
  EXPECT_TRUE(found().empty()) << "the parent says none";
  parent_.tablespace = "fast";
  EXPECT_EQ(told(only()), "tablespace : fast / cold, info");
}

TEST(DriftKinds, HaveEachAName) {
  std::set<std::string> names;
  for (DriftKind kind : all_drift_kinds()) names.insert(text(kind));
  EXPECT_EQ(names.size(), all_drift_kinds().size());
  EXPECT_EQ(names.count("gap"), 1U);
  EXPECT_EQ(names.count("set"), 1U);
}

}  // namespace
}  // namespace pgscale
