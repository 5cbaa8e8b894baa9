#include "core/adoption_statements.h"

#include <gtest/gtest.h>

#include "adoptees.h"

namespace pgscale {
namespace {

using testing::events;
using testing::in_public;
using testing::Lines;
using testing::primary_key;
using testing::unique_index;

AdoptionNames names() { return adoption_names(events(), ""); }

Lines texts(const std::vector<Sql>& statements) {
  Lines lines;
  for (const Sql& sql : statements) lines.push_back(sql.text());
  return lines;
}

TEST(ParentStatements, MakeTheParentLikeASampleOfTheTable) {
  EXPECT_EQ(sample_statement(names()).text(),
            R"(CREATE TABLE "public"."pgscale_like_4711" (LIKE "public"."events" INCLUDING ALL))");
  Adoptee table = events();
  EXPECT_EQ(texts(parent_statements(table, names())),
            (Lines{R"(CREATE TABLE "public"."events_pmin" (LIKE "public"."pgscale_like_4711" )"
                   R"(INCLUDING ALL) PARTITION BY RANGE ("at"))",
                   R"(DROP TABLE "public"."pgscale_like_4711")"}));
  table.tablespace = "fast";
  EXPECT_EQ(parent_statements(table, names()).front().text(),
            R"(CREATE TABLE "public"."events_pmin" (LIKE "public"."pgscale_like_4711" )"
            R"(INCLUDING ALL) PARTITION BY RANGE ("at") TABLESPACE "fast")");
}

TEST(ExtendSampleStatements, GiveItThePrimaryKeyOfTheSet) {
  Adoptee table = events();
  table.indexes = {primary_key({"tenant", "id"})};
  table.indexes[0].included = {"at", "n"};
  table.indexes[0].options = {{"fillfactor", "70"}};
  table.indexes[0].tablespace = "fast";
  EXPECT_EQ(
      texts(extend_sample_statements(table, names(), Identifier("its_pkey"), {Identifier("copy")})),
      (Lines{R"(DROP INDEX "public"."copy")",
             R"(ALTER TABLE "public"."pgscale_like_4711" DROP CONSTRAINT "its_pkey")",
             R"(ALTER TABLE "public"."pgscale_like_4711" ADD PRIMARY KEY ("tenant", "id", "at") )"
             R"(INCLUDE ("n") WITH ("fillfactor" = '70') USING INDEX TABLESPACE "fast")"}));
  EXPECT_EQ(key_index_step(table, names()).sql.front().text(),
            R"(CREATE UNIQUE INDEX CONCURRENTLY "pgscale_key_4711" ON "public"."events" )"
            R"(("tenant", "id", "at") INCLUDE ("n") WITH ("fillfactor" = '70') TABLESPACE "fast")");
}

TEST(KeyIndex, IsMadeAndRemovedWithoutHoldingUpWriters) {
  Adoptee table = events();
  table.indexes = {primary_key({"id"})};
  const Step build = key_index_step(table, names());
  const Step drop = drop_key_index_step(table, names(), 4712);
  for (const Step* step : {&build, &drop}) {
    EXPECT_TRUE(step->concurrently && is_repair(step->action));
    EXPECT_EQ(step->partition_oid, table.oid);
    EXPECT_EQ(step->locks, "SHARE UPDATE EXCLUSIVE on public.events");
  }
  EXPECT_EQ(drop.sql.front().text(), R"(DROP INDEX CONCURRENTLY "public"."pgscale_key_4711")");
  EXPECT_EQ(drop.others.front().oid, 4712U);
}

TEST(PropertyStatements, AddWhatLikeLeavesOut) {
  Adoptee table = events();
  EXPECT_TRUE(property_statements(table, names()).empty());
  table.references = {{"events_customer_fkey", 7, in_public("customers"), true,
                       "FOREIGN KEY (customer) REFERENCES public.customers(id) ON DELETE CASCADE"}};
  table.statistics_targets = {{"n", 500}};
  table.row_security = table.row_security_forced = true;
  table.replica_identity = ReplicaIdentity::kFull;
  EXPECT_EQ(texts(property_statements(table, names())),
            (Lines{R"(ALTER TABLE "public"."events_pmin" ADD CONSTRAINT "events_customer_fkey" )"
                   "FOREIGN KEY (customer) REFERENCES public.customers(id) ON DELETE CASCADE",
                   R"(ALTER TABLE "public"."events_pmin" ALTER COLUMN "n" SET STATISTICS 500)",
                   R"(ALTER TABLE "public"."events_pmin" ENABLE ROW LEVEL SECURITY)",
                   R"(ALTER TABLE "public"."events_pmin" FORCE ROW LEVEL SECURITY)",
                   R"(ALTER TABLE "public"."events_pmin" REPLICA IDENTITY FULL)"}));
  table = events();
  table.replica_identity = ReplicaIdentity::kNothing;
  EXPECT_EQ(texts(property_statements(table, names())),
            Lines{R"(ALTER TABLE "public"."events_pmin" REPLICA IDENTITY NOTHING)"});
}

TEST(LeaveStatements, TakeOffWhatComesBackOnTheParent) {
  Adoptee table = events();
  EXPECT_TRUE(leave_statements(table, names()).empty());
  table.triggers = {testing::trigger_named("audit")};
  table.indexes = {primary_key({"id"}), unique_index("pgscale_key_4711", {"id", "at"})};
  table.indexes[0].identifies = true;
  table.sequences = {testing::sequence_of("id"), testing::sequence_of("n")};
  table.sequences[0].is_identity = true;
  EXPECT_EQ(
      texts(leave_statements(table, names())),
      (Lines{R"(DROP TRIGGER "audit" ON "public"."events")",
             R"(ALTER TABLE "public"."events" DROP CONSTRAINT "events_pkey", ADD CONSTRAINT )"
             R"("pgscale_key_4711" PRIMARY KEY USING INDEX "pgscale_key_4711")",
             R"(ALTER TABLE "public"."events" REPLICA IDENTITY USING INDEX "pgscale_key_4711")",
             R"(ALTER TABLE "public"."events" ALTER COLUMN "id" DROP IDENTITY)"}));
}

TEST(ExchangeStatements, SwapTheNamesAndAttach) {
  Adoptee table = events();
  table.sequences = {testing::sequence_of("id"), testing::sequence_of("n")};
  table.sequences[0].is_identity = true;
  EXPECT_EQ(texts(exchange_statements(table, names(), Axis(KeyKind::kTimestampTz, Zone::utc()),
                                      testing::moment("2027-01-01"))),
            (Lines{R"(ALTER TABLE "public"."events" RENAME TO "pgscale_table_4711")",
                   R"(ALTER TABLE "public"."events_pmin" RENAME TO "events")",
                   R"(ALTER TABLE "public"."pgscale_table_4711" RENAME TO "events_pmin")",
                   R"(ALTER SEQUENCE "public"."events_n_seq" OWNED BY "public"."events"."n")",
                   R"(ALTER TABLE "public"."events" ATTACH PARTITION "public"."events_pmin" )"
                   "FOR VALUES FROM (MINVALUE) TO ('2027-01-01 00:00:00+00')",
                   R"(ALTER TABLE "public"."events_pmin" DROP CONSTRAINT "pgscale_guard")"}));
}

TEST(EnterStatements, PutEverythingOnTheParent) {
  Adoptee table = events();
  table.triggers = {testing::trigger_named("audit"), testing::trigger_named("off")};
  table.triggers[0].comment = "who did what";
  table.triggers[1].state = TriggerState::kDisabled;
  table.policies = {{"mine", false, 'r', {"", "reader"}, "(n > 0)", "", "Anna's"},
                    {"all", true, '*', {"writer"}, "", "(n > 1)", std::nullopt}};
  table.dependants = {testing::view_named("v"), testing::view_named("f")};
  table.dependants[0].options = {{"security_barrier", "true"}, {"check_option", "local"}};
  table.dependants[1].kind = Dependant::Kind::kFunction;
  table.dependants[1].definition = "CREATE OR REPLACE FUNCTION public.f() ...";
  table.comment = "all events";
  EXPECT_EQ(
      texts(enter_statements(table, names())),
      (Lines{"CREATE TRIGGER audit AFTER INSERT ON public.events ...",
             R"(COMMENT ON TRIGGER "audit" ON "public"."events" IS 'who did what')",
             "CREATE TRIGGER off AFTER INSERT ON public.events ...",
             R"(ALTER TABLE "public"."events" DISABLE TRIGGER "off")",
             R"(CREATE POLICY "mine" ON "public"."events" AS RESTRICTIVE FOR SELECT )"
             R"(TO PUBLIC, "reader" USING ((n > 0)))",
             R"(COMMENT ON POLICY "mine" ON "public"."events" IS 'Anna''s')",
             R"(CREATE POLICY "all" ON "public"."events" FOR ALL TO "writer" WITH CHECK ((n > 1)))",
             R"(CREATE OR REPLACE VIEW "public"."v" WITH ("security_barrier" = 'true', )"
             R"("check_option" = 'local') AS  SELECT events.id)"
             "\n   FROM public.events",
             "CREATE OR REPLACE FUNCTION public.f() ...",
             R"(COMMENT ON TABLE "public"."events" IS 'all events')"}));
}

TEST(EnterStatements, KeepHowATriggerIsEnabled) {
  const struct {
    TriggerState state;
    Lines after;
  } cases[] = {
      {TriggerState::kOrigin, {}},
      {TriggerState::kAlways, {R"(ALTER TABLE "public"."events" ENABLE ALWAYS TRIGGER "t")"}},
      {TriggerState::kReplica, {R"(ALTER TABLE "public"."events" ENABLE REPLICA TRIGGER "t")"}},
      {TriggerState::kDisabled, {R"(ALTER TABLE "public"."events" DISABLE TRIGGER "t")"}}};
  for (const auto& c : cases) {
    Adoptee table = events();
    table.triggers = {testing::trigger_named("t")};
    table.triggers[0].state = c.state;
    Lines lines = texts(enter_statements(table, names()));
    lines.erase(lines.begin());
    EXPECT_EQ(lines, c.after);
  }
}

TEST(EnterStatements, NameTheCommandOfAPolicy) {
  const std::pair<char, const char*> commands[] = {
      {'r', "SELECT"}, {'a', "INSERT"}, {'w', "UPDATE"}, {'d', "DELETE"}, {'*', "ALL"}};
  for (const auto& [letter, word] : commands) {
    Adoptee table = events();
    table.policies = {{"p", true, letter, {""}, "", "", std::nullopt}};
    EXPECT_EQ(enter_statements(table, names()).front().text(),
              std::string(R"(CREATE POLICY "p" ON "public"."events" FOR )") + word + " TO PUBLIC");
  }
}

TEST(PublishStatements, PutTheParentInThePlaceOfTheTable) {
  AdopteePublication publication = testing::publication_named("p");
  EXPECT_EQ(texts(publish_statements(publication, names())),
            (Lines{R"(ALTER PUBLICATION "p" DROP TABLE "public"."events_pmin")",
                   R"(ALTER PUBLICATION "p" ADD TABLE "public"."events")"}));
  publication.columns = {"id", "at"};
  publication.filter = "(n > 0)";
  EXPECT_EQ(publish_statements(publication, names()).back().text(),
            R"(ALTER PUBLICATION "p" ADD TABLE "public"."events" ("id", "at") WHERE ((n > 0)))");
}

TEST(SequenceStatements, GiveTheNewSequenceWhatTheOldOneHad) {
  AdopteeSequence sequence = testing::sequence_of("id");
  sequence.grants = {{"app", Privilege::kUsage, "", false}};
  sequence.comment = "numbers";
  EXPECT_EQ(texts(sequence_statements(sequence, in_public("events_pmin_id_seq"),
                                      {{"", Privilege::kSelect, "", false}})),
            (Lines{R"(ALTER SEQUENCE "public"."events_pmin_id_seq" RENAME TO "events_id_seq")",
                   R"(REVOKE SELECT ON SEQUENCE "public"."events_id_seq" FROM PUBLIC)",
                   R"(GRANT USAGE ON SEQUENCE "public"."events_id_seq" TO "app")",
                   R"(COMMENT ON SEQUENCE "public"."events_id_seq" IS 'numbers')"}));
}

TEST(RenameConstraintStatement, QuotesBothNames) {
  EXPECT_EQ(rename_constraint_statement(names().old, Identifier("pgscale_like_4711_at_not_null"),
                                        Identifier("not \"null\""))
                .text(),
            R"(ALTER TABLE "public"."events_pmin" )"
            R"(RENAME CONSTRAINT "pgscale_like_4711_at_not_null" TO "not ""null""")");
}

TEST(ExchangeIndexNames, LetTheParentHaveTheNamesOfTheTable) {
  const Identifier table_at("events_at_idx");
  const Identifier parent_at("events_pmin_at_idx");
  EXPECT_EQ(texts(exchange_index_names(names(), table_at, parent_at, table_at)),
            (Lines{R"(ALTER INDEX "public"."events_at_idx" RENAME TO "pgscale_table_4711")",
                   R"(ALTER INDEX "public"."events_pmin_at_idx" RENAME TO "events_at_idx")",
                   R"(ALTER INDEX "public"."pgscale_table_4711" RENAME TO "events_pmin_at_idx")"}));
  EXPECT_EQ(texts(exchange_index_names(names(), Identifier("pgscale_key_4711"),
                                       Identifier("events_pmin_pkey"), Identifier("events_pkey"))),
            (Lines{R"(ALTER INDEX "public"."events_pmin_pkey" RENAME TO "events_pkey")",
                   R"(ALTER INDEX "public"."pgscale_key_4711" RENAME TO "events_pmin_pkey")"}));
}

TEST(AbandonStatements, TakeBackWhatThereIs) {
  EXPECT_TRUE(abandon_statements(names(), {}).empty());
  EXPECT_EQ(texts(abandon_statements(names(), {in_public("events_pmin"), true, true})),
            (Lines{R"(DROP TABLE "public"."events_pmin")",
                   R"(ALTER TABLE "public"."events" DROP CONSTRAINT "pgscale_guard")",
                   R"(DROP INDEX "public"."pgscale_key_4711")"}));
}

}  // namespace
}  // namespace pgscale
