#include <gtest/gtest.h>

#include <algorithm>

#include "adoptees.h"
#include "core/adoption.h"

namespace pgscale {
namespace {

using testing::events;
using testing::in_public;
using testing::index_on;
using testing::Lines;
using testing::primary_key;
using testing::unique_index;

std::vector<Lines> all_findings(const Adoptee& table) {
  std::vector<Lines> lines;
  for (const Finding& finding : findings(table, adoption_names(table, ""))) {
    EXPECT_FALSE(finding.object.empty());
    EXPECT_FALSE(finding.finding.empty());
    EXPECT_FALSE(finding.treatment.empty());
    lines.push_back({text(finding.verdict), finding.subject, finding.object});
  }
  return lines;
}

// What is found of that subject, as "verdict object"; "" where nothing is.
std::string found(const Adoptee& table, const std::string& subject) {
  std::string result;
  for (const Lines& line : all_findings(table)) {
    if (line[1] == subject) result += (result.empty() ? "" : ", ") + line[0] + " " + line[2];
  }
  return result;
}

int blockers(const Adoptee& table) {
  const auto lines = all_findings(table);
  return static_cast<int>(std::count_if(lines.begin(), lines.end(),
                                        [](const Lines& line) { return line[0] == "blocker"; }));
}

TEST(Findings, OfABareTableAreNoBlockers) {
  EXPECT_EQ(all_findings(events()), (std::vector<Lines>{{"info", "table", "public.events"},
                                                        {"ok", "key", "at"},
                                                        {"info", "primary key", "public.events"},
                                                        {"ok", "referenced by", "public.events"},
                                                        {"ok", "dependants", "public.events"},
                                                        {"info", "statements", "public.events"}}));
}

TEST(Findings, BlockTablesThatCannotBePartitions) {
  for (auto spoil : {+[](Adoptee& table) { table.is_temporary = true; },
                     +[](Adoptee& table) { table.is_unlogged = true; },
                     +[](Adoptee& table) { table.is_partition = true; },
                     +[](Adoptee& table) { table.is_typed = true; },
                     +[](Adoptee& table) { table.has_relatives = true; },
                     +[](Adoptee& table) { table.has_security_label = true; },
                     +[](Adoptee& table) { table.access_method = "columnar"; },
                     +[](Adoptee& table) { table.extension = "postgis"; },
                     +[](Adoptee& table) { table.taken_names = {"events_pmin"}; },
                     +[](Adoptee& table) { table.missing_rights = {"CREATE on schema public"}; }}) {
    Adoptee table = events();
    spoil(table);
    EXPECT_EQ(found(table, "table"), "blocker public.events");
    EXPECT_EQ(blockers(table), 1);
  }
}

TEST(Findings, OnTheKey) {
  Adoptee table = events();
  table.key_is_nullable = true;
  EXPECT_EQ(found(table, "key"), "change at");
  table.rows->without_key = 12;
  EXPECT_EQ(found(table, "key"), "blocker at");
  table.rows.reset();
  EXPECT_EQ(found(table, "key"), "info at, change at");
  table.key_is_generated = true;
  EXPECT_EQ(found(table, "key"), "blocker at, info at, change at");
}

TEST(Findings, ExtendAPrimaryKeyThatLacksTheKey) {
  Adoptee table = events();
  table.indexes = {primary_key({"id", "at"})};
  EXPECT_EQ(found(table, "primary key"), "ok events_pkey");
  EXPECT_EQ(found(table, "index"), "info 1");
  table.indexes = {primary_key({"id"})};
  EXPECT_EQ(found(table, "primary key"), "change events_pkey");
  EXPECT_EQ(found(table, "index"), "");
  table.indexes[0].is_deferrable = true;
  EXPECT_EQ(found(table, "primary key"), "blocker events_pkey");
  EXPECT_EQ(blockers(table), 1);
}

TEST(Findings, SayWhatBecomesOfTheUniquenessOfThePrimaryKey) {
  Adoptee table = events();
  table.indexes = {primary_key({"id"})};
  const auto list = findings(table, adoption_names(table, ""));
  const auto key = std::find_if(list.begin(), list.end(), [](const Finding& finding) {
    return finding.subject == "primary key";
  });
  ASSERT_NE(key, list.end());
  EXPECT_NE(key->treatment.find("replaced by (id, at), whose index is built CONCURRENTLY"),
            std::string::npos);
  EXPECT_NE(key->treatment.find("(id) alone is unique is no longer enforced"), std::string::npos);
}

TEST(Findings, BlockUniquenessThatPartitionsCannotHave) {
  Adoptee table = events();
  table.indexes = {unique_index("events_ref_key", {"ref"})};
  EXPECT_EQ(found(table, "unique index"), "blocker events_ref_key");
  table.indexes[0].is_constraint = true;
  EXPECT_EQ(found(table, "unique constraint"), "blocker events_ref_key");
  table.indexes[0] = unique_index("events_ref_key", {"ref", "at"});
  EXPECT_EQ(blockers(table), 0);
  table.indexes[0].is_exclusion = true;
  EXPECT_EQ(found(table, "exclusion constraint"), "blocker events_ref_key");
}

TEST(Findings, BlockIndexesThatWouldNotBeMatched) {
  Adoptee table = events();
  table.indexes = {index_on("i", {"n"}), index_on("j", {"m"})};
  EXPECT_EQ(found(table, "index"), "info 2");
  table.indexes[0].is_valid = false;
  EXPECT_EQ(found(table, "index"), "blocker i, info 1");
  table.indexes[0] = index_on("pgscale_key_4711", {"id", "at"});
  table.indexes[0].is_valid = false;  // what a broken attempt of ours has left
  EXPECT_EQ(found(table, "index"), "info 1");
  table.indexes = {primary_key({"id", "at"}), unique_index("u", {"id", "at"})};
  table.indexes[0].has_twin = table.indexes[1].has_twin = true;
  EXPECT_EQ(found(table, "index"), "blocker events_pkey, info 1");
}

TEST(Findings, OnConstraints) {
  Adoptee table = events();
  table.checks = {{"good", true, true}, {"loose", false, true}, {"alone", true, false}};
  EXPECT_EQ(found(table, "check constraint"), "blocker loose, blocker alone");
  table.not_nulls = {{"unproved", false, true}, {"alone", true, false}};
  EXPECT_EQ(found(table, "not-null constraint"), "blocker unproved, blocker alone");
  table.references = {{"f1", 7, in_public("customers"), true, "FOREIGN KEY ..."},
                      {"f2", 8, in_public("products"), false, "FOREIGN KEY ... NOT VALID"}};
  EXPECT_EQ(found(table, "foreign key"), "change f1, blocker f2");
  table.referrers = {{"r1", in_public("items"), false}, {"r2", in_public("notes"), true}};
  EXPECT_EQ(found(table, "referenced by"), "blocker r1, blocker r2");
}

TEST(Findings, OnTriggers) {
  Adoptee table = events();
  table.triggers = {testing::trigger_named("plain"),     testing::trigger_named("tables"),
                    testing::trigger_named("statement"), testing::trigger_named("sets"),
                    testing::trigger_named("later"),     testing::trigger_named("c"),
                    testing::trigger_named("denied")};
  table.triggers[1].has_transition_tables = true;
  table.triggers[2].is_for_rows = false;
  table.triggers[2].has_transition_tables = true;
  table.triggers[3].is_before = table.triggers[3].sets_key = true;
  table.triggers[4].sets_key = true;  // AFTER: too late to matter
  table.triggers[5].is_before = table.triggers[5].is_opaque = true;
  table.triggers[6].is_callable = false;
  EXPECT_EQ(found(table, "trigger"),
            "change plain, blocker tables, change statement, blocker sets, change later, change c, "
            "blocker denied");
}

TEST(Findings, LetNothingReadTheOldRowsAlone) {
  const struct {
    Dependant::Kind kind;
    const char* subject;
    const char* verdict;
  } cases[] = {{Dependant::Kind::kView, "view", "change"},
               {Dependant::Kind::kFunction, "function", "change"},
               {Dependant::Kind::kMaterializedView, "materialized view", "blocker"},
               {Dependant::Kind::kRule, "rule", "blocker"},
               {Dependant::Kind::kPolicy, "policy", "blocker"},
               {Dependant::Kind::kOther, "dependant", "blocker"}};
  for (const auto& c : cases) {
    Adoptee table = events();
    table.dependants = {testing::view_named("v")};
    table.dependants[0].kind = c.kind;
    EXPECT_EQ(found(table, c.subject), std::string(c.verdict) + " public.v");
    EXPECT_EQ(found(table, "dependants"), "");
  }
  for (auto spoil : {+[](Dependant& view) { view.reason = Dependant::Reason::kRowType; },
                     +[](Dependant& view) { view.is_ours = false; },
                     +[](Dependant& view) { view.says_only = true; }}) {
    Adoptee table = events();
    table.dependants = {testing::view_named("v")};
    spoil(table.dependants[0]);
    EXPECT_EQ(found(table, "view"), "blocker public.v");
  }
}

TEST(Findings, LetWhatDependsOnThePrimaryKeyGoOnWithThatOfTheParent) {
  Adoptee table = events();
  table.dependants = {testing::view_named("v")};
  table.dependants[0].reason = Dependant::Reason::kConstraint;
  table.indexes = {primary_key({"id", "at"})};
  EXPECT_EQ(found(table, "view"), "change public.v");
  table.indexes = {primary_key({"id"})};
  EXPECT_EQ(found(table, "view"), "blocker public.v");
}

TEST(Findings, OnSequences) {
  Adoptee table = events();
  table.sequences = {testing::sequence_of("id")};
  EXPECT_EQ(found(table, "sequence"), "change public.events_id_seq");
  table.sequences[0].is_used_elsewhere = true;  // it stays the same sequence
  EXPECT_EQ(found(table, "sequence"), "change public.events_id_seq");
  table.sequences[0].is_at_home = false;
  EXPECT_EQ(found(table, "sequence"), "blocker public.events_id_seq");
  table.sequences[0] = testing::sequence_of("id");
  table.sequences[0].is_identity = true;
  EXPECT_EQ(found(table, "identity"), "change id");
  table.sequences[0].is_used_elsewhere = true;
  EXPECT_EQ(found(table, "identity"), "blocker id");
}

TEST(Findings, OnReplication) {
  Adoptee table = events();
  table.is_subscribed = true;
  EXPECT_EQ(found(table, "subscription"), "blocker public.events");
  table = events();
  table.replica_identity = ReplicaIdentity::kFull;
  EXPECT_EQ(found(table, "replica identity"), "info public.events");

  table.publications = {testing::publication_named("p")};
  EXPECT_EQ(found(table, "publication"), "change p");
  table.publications[0].is_via_root = false;
  EXPECT_EQ(found(table, "publication"), "change p");
  table.is_logically_decoded = true;
  EXPECT_EQ(found(table, "publication"), "blocker p");
  table.publications[0].is_via_root = true;
  EXPECT_EQ(found(table, "publication"), "change p");
  table.publications[0].names_table = false;
  EXPECT_EQ(found(table, "publication"), "ok p");
  table.publications[0].is_via_root = false;
  EXPECT_EQ(found(table, "publication"), "blocker p");

  table.is_logically_decoded = false;
  table.publications[0] = testing::publication_named("p");
  table.publications[0].is_ours_to_add = false;
  EXPECT_EQ(found(table, "publication"), "blocker p");
  table.publications[0] = testing::publication_named("p");
  table.publications[0].filter = "n > 0";
  EXPECT_EQ(found(table, "publication"), "change p");
  table.publications[0].is_via_root = false;
  EXPECT_EQ(found(table, "publication"), "blocker p");
}

TEST(Findings, TellWhatIsCarriedOverAndWhatIsNot) {
  Adoptee table = events();
  table.grants = {{"reader", Privilege::kSelect, "", false}};
  table.policies = {{"mine", true, '*', {""}, "true", "", std::nullopt}};
  table.settings = {"n: n_distinct=5"};
  table.storage_parameters = {{"fillfactor", "70"}};
  table.tablespace = "fast";
  table.comment = "what happened";
  EXPECT_EQ(found(table, "grants"), "info 1");
  EXPECT_EQ(found(table, "policy"), "change mine");
  EXPECT_EQ(found(table, "setting"), "change n: n_distinct=5");
  EXPECT_EQ(found(table, "storage parameter"), "info fillfactor=70");
  EXPECT_EQ(found(table, "tablespace"), "info fast");
  EXPECT_EQ(found(table, "comment"), "info public.events");
  table.policies.clear();
  table.row_security = true;
  EXPECT_EQ(found(table, "policy"), "info public.events");
}

TEST(FindingsOnPartitions, CountThemAndTellWhichCannotBeMade) {
  Plan plan;
  plan.items.emplace_back(Step{Action::kCreate, 0, in_public("events_p2027_01"), "", "", {}, ""});
  plan.items.emplace_back(Step{Action::kCreate, 0, in_public("events_p2027_02"), "", "", {}, ""});
  plan.items.emplace_back(Refusal{Action::kCreate, "public.events_p2027_03", "",
                                  Problem::kDuplicateTable, "it is taken", "Rename it."});
  const Findings list = findings_on_partitions(plan);
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].verdict, Verdict::kBlocker);
  EXPECT_EQ(list[0].object, "public.events_p2027_03");
  EXPECT_EQ(list[1].object, "public.events_p2027_01");
  EXPECT_EQ(list[1].finding, "the first of 2 partitions to come");
}

TEST(RefuseBlocked, SaysHowManyAndTheFirst) {
  Findings list = {{"key", "at", Verdict::kChange, "is so", "becomes so"}};
  refuse_blocked(events(), list);
  list.push_back({"view", "v", Verdict::kBlocker, "it says ONLY", "drop it"});
  Failure failure = testing::failure_of([&] { refuse_blocked(events(), list); });
  EXPECT_EQ(failure.problem(), Problem::kNotInPrerequisiteState);
  EXPECT_STREQ(failure.what(), "cannot adopt table \"events\": 1 blocker");
  EXPECT_EQ(failure.detail(), "The first is: view v: it says ONLY. What to do: drop it.");
  list.push_back(list.back());
  failure = testing::failure_of([&] { refuse_blocked(events(), list); });
  EXPECT_STREQ(failure.what(), "cannot adopt table \"events\": 2 blockers");
}

}  // namespace
}  // namespace pgscale
