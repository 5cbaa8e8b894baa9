#include "core/shard_drift.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/shard_statistics.h"

namespace pgscale {
namespace {

const char kBound[] = "FOR VALUES WITH (modulus 2, remainder 0)";
const char kWritten[] = "FOR VALUES WITH (MODULUS 2, REMAINDER 0)";

QualifiedName name(const std::string& table) { return {Identifier("public"), Identifier(table)}; }

ShapeColumn column(const std::string& column_name, const std::string& type) {
  ShapeColumn made;
  made.name = column_name;
  made.type = type;
  made.full_type = type;
  return made;
}

Shape parent_shape() {
  Shape shape;
  shape.kind = 'p';
  shape.has_children = true;
  shape.partition_key = "HASH (id)";
  shape.columns = {column("id", "integer"), column("note", "text")};
  shape.columns[1].collation = "default (c, C)";
  shape.constraints = {{"positive", 'c', "CHECK ((id > 0))", true}};
  shape.indexes = {{"t_note", "USING btree (note)", false, true, false}};
  return shape;
}

Shape leaf_shape() {
  Shape shape = parent_shape();
  shape.kind = 'r';
  shape.has_children = false;
  shape.partition_key.clear();
  shape.bound = kBound;
  shape.parent = name("t");
  shape.indexes.front().name = "t_p0_note_idx";
  return shape;
}

ShardedDesire desire() {
  ShardedTable table(name("t"));
  table.partition_key = "HASH (id)";
  ShardedColumn id;
  id.name = "id";
  id.type = "integer";
  ShardedColumn note;
  note.name = "note";
  note.type = "text";
  table.columns = {id, note};
  ShardedDesire made(table);
  made.shape = parent_shape();
  return made;
}

ShardFacts facts() {
  ForeignTable here(name("t_p0"), name("t_p0"));
  here.shard = "s1";
  here.parent = name("t");
  here.bound = kBound;
  return {"s1", parent_shape(), {{{"t_p0", kWritten, "s1", std::nullopt}, here, leaf_shape()}}};
}

ShardDrift only(const std::vector<ShardDrift>& found) {
  EXPECT_EQ(found.size(), 1u);
  return found.at(0);
}

std::string fix_of(const ShardDrift& drift) {
  std::string sql;
  if (drift.fix) {
    for (const Sql& statement : drift.fix->sql) sql += statement.text() + ";";
  }
  return sql;
}

TEST(ShardDrift, EqualTablesDoNotDiffer) { EXPECT_TRUE(compare_shard(desire(), facts()).empty()); }

TEST(ShardDrift, AMissingColumnIsAddedToTheParentAndToldOnce) {
  ShardFacts less = facts();
  less.parent->columns.pop_back();
  less.leaves[0].there->columns.pop_back();
  const ShardDrift drift = only(compare_shard(desire(), less));
  EXPECT_EQ(drift.kind, ShardDriftKind::kColumnMissing);
  EXPECT_EQ(drift.severity, Severity::kCritical);
  EXPECT_EQ(drift.leaf, "");
  EXPECT_EQ(fix_of(drift), R"(ALTER TABLE "public"."t" ADD COLUMN "note" text;)");
  EXPECT_EQ(drift.fix->caution, FixCaution::kOnRequest);
}

TEST(ShardDrift, NoColumnIsDropped) {
  ShardFacts more = facts();
  more.parent->columns.push_back(column("more", "integer"));
  EXPECT_EQ(only(compare_shard(desire(), more)).severity, Severity::kInfo);
  more.parent->columns.back().not_null = true;
  const ShardDrift drift = only(compare_shard(desire(), more));
  EXPECT_EQ(drift.severity, Severity::kCritical);
  EXPECT_FALSE(drift.fix);
}

TEST(ShardDrift, TypesAndCollationsAreForPeople) {
  ShardFacts other = facts();
  other.parent->columns[0] = column("id", "bigint");
  other.parent->columns[1].collation = "pg_catalog.C";
  const auto found = compare_shard(desire(), other);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].kind, ShardDriftKind::kType);
  EXPECT_EQ(found[1].kind, ShardDriftKind::kCollation);
  for (const ShardDrift& drift : found) {
    EXPECT_EQ(drift.severity, Severity::kCritical);
    EXPECT_FALSE(drift.fix);
  }
}

TEST(ShardDrift, ModifiersOfATypeAreLess) {
  ShardedDesire wanted = desire();
  wanted.shape.columns[1].full_type = "text(10)";
  EXPECT_EQ(only(compare_shard(wanted, facts())).severity, Severity::kWarning);
}

TEST(ShardDrift, AShardMustNotCountByItself) {
  ShardFacts counts = facts();
  counts.parent->columns[0].counts_by_itself = true;
  counts.parent->columns[0].expression = "nextval('public.s'::regclass)";
  ShardDrift drift = only(compare_shard(desire(), counts));
  EXPECT_EQ(drift.kind, ShardDriftKind::kOwnNumbers);
  EXPECT_NE(drift.detail.find("next_id"), std::string::npos);
  EXPECT_EQ(fix_of(drift), R"(ALTER TABLE "public"."t" ALTER COLUMN "id" DROP DEFAULT;)");
  counts.parent->columns[0].is_identity = true;
  EXPECT_EQ(fix_of(only(compare_shard(desire(), counts))),
            R"(ALTER TABLE "public"."t" ALTER COLUMN "id" DROP IDENTITY;)");
}

TEST(ShardDrift, ASequenceHereIsNoDefaultThere) {
  ShardedDesire wanted = desire();
  wanted.shape.columns[0].counts_by_itself = true;
  wanted.shape.columns[0].expression = "nextval('public.s'::regclass)";
  EXPECT_TRUE(compare_shard(wanted, facts()).empty());
}

TEST(ShardDrift, AShardNeedsNoFunctionsOfOurs) {
  ShardedDesire wanted = desire();
  wanted.shape.columns[0].has_own_function = true;
  wanted.shape.columns[0].expression = "pgscale.next_id()";
  EXPECT_TRUE(compare_shard(wanted, facts()).empty());
  ShardFacts same = facts();
  same.parent->columns[0].expression = "pgscale.next_id()";
  EXPECT_TRUE(compare_shard(wanted, same).empty());
  same.parent->columns[0].expression = "7";
  EXPECT_EQ(fix_of(only(compare_shard(wanted, same))),
            R"(ALTER TABLE "public"."t" ALTER COLUMN "id" DROP DEFAULT;)");
}

TEST(ShardDrift, ADefaultOfAPartitionAloneIsItsOwn) {
  ShardFacts other = facts();
  other.leaves[0].there->columns[1].expression = "'x'::text";
  const ShardDrift drift = only(compare_shard(desire(), other));
  EXPECT_EQ(drift.kind, ShardDriftKind::kDefault);
  EXPECT_EQ(drift.leaf, "t_p0");
  EXPECT_EQ(fix_of(drift), R"(ALTER TABLE "public"."t_p0" ALTER COLUMN "note" DROP DEFAULT;)");
}

TEST(ShardDrift, ConstraintsAndIndexesAreMadeAnew) {
  ShardedDesire wanted = desire();
  wanted.table.unique_keys = {{"t_pkey", "PRIMARY KEY (id)"}};
  ShardFacts bare = facts();
  bare.parent->constraints.clear();
  bare.parent->indexes.clear();
  const auto found = compare_shard(wanted, bare);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(fix_of(found[0]),
            R"(ALTER TABLE "public"."t" ADD CONSTRAINT "positive" CHECK ((id > 0));)");
  EXPECT_EQ(found[1].kind, ShardDriftKind::kUniqueMissing);
  EXPECT_EQ(found[1].severity, Severity::kCritical);
  EXPECT_EQ(fix_of(found[2]), R"(CREATE INDEX "t_note" ON "public"."t" USING btree (note);)");
}

TEST(ShardDrift, APartitionedLeafIsNotWritten) {
  ShardFacts nested = facts();
  nested.leaves[0].there->kind = 'p';
  const ShardDrift drift = only(compare_shard(desire(), nested));
  EXPECT_EQ(drift.kind, ShardDriftKind::kRemoteParent);
  EXPECT_EQ(drift.severity, Severity::kCritical);
  EXPECT_EQ(fix_of(drift),
            R"(ALTER FOREIGN TABLE "public"."t_p0" OPTIONS (ADD updatable 'false');)");
  nested.leaves[0].here->is_updatable = false;
  EXPECT_EQ(only(compare_shard(desire(), nested)).severity, Severity::kInfo);
}

TEST(ShardDrift, ALeafThatIsNotAttachedIsCritical) {
  ShardFacts loose = facts();
  loose.leaves[0].there->bound.clear();
  loose.leaves[0].there->parent.reset();
  const ShardDrift drift = only(compare_shard(desire(), loose));
  EXPECT_EQ(drift.kind, ShardDriftKind::kNotAttached);
  EXPECT_EQ(drift.fix->site, FixSite::kOnShard);
  EXPECT_EQ(fix_of(drift),
            std::string(R"(ALTER TABLE "public"."t" ATTACH PARTITION "public"."t_p0" )") +
                kWritten + ";");
}

TEST(ShardDrift, ALostLeafIsMadeOnlyWhereItIsKnownToHaveBeenEmpty) {
  ShardFacts lost = facts();
  lost.leaves[0].there.reset();
  for (double rows : {-1.0, 1000.0}) {
    lost.leaves[0].here->rows = rows;
    EXPECT_FALSE(only(compare_shard(desire(), lost)).fix);
  }
  lost.leaves[0].here->rows = 0;
  const ShardDrift drift = only(compare_shard(desire(), lost));
  ASSERT_TRUE(drift.fix);
  EXPECT_EQ(drift.fix->caution, FixCaution::kUnasked);
}

TEST(ShardDrift, AForeignTableIsMadeUnaskedOnlyForASoundLeaf) {
  ShardFacts unseen = facts();
  unseen.leaves[0].here.reset();
  ShardDrift drift = only(compare_shard(desire(), unseen));
  EXPECT_EQ(drift.kind, ShardDriftKind::kNoForeignTable);
  EXPECT_EQ(drift.fix->caution, FixCaution::kUnasked);
  unseen.leaves[0].there->bound = "FOR VALUES WITH (modulus 2, remainder 1)";
  EXPECT_EQ(only(compare_shard(desire(), unseen)).fix->caution, FixCaution::kOnRequest);
  unseen.leaves[0].there->parent.reset();
  const auto found = compare_shard(desire(), unseen);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[1].kind, ShardDriftKind::kNoForeignTable);
  EXPECT_FALSE(found[1].fix);
}

TEST(ShardDrift, WhatLeadsElsewhereIsForPeople) {
  ShardFacts elsewhere = facts();
  elsewhere.leaves[0].here->shard = "s2";
  EXPECT_EQ(only(compare_shard(desire(), elsewhere)).kind, ShardDriftKind::kOtherShard);
  elsewhere = facts();
  elsewhere.leaves[0].here->target = name("other");
  const ShardDrift drift = only(compare_shard(desire(), elsewhere));
  EXPECT_EQ(drift.kind, ShardDriftKind::kOtherTarget);
  EXPECT_FALSE(drift.fix);
}

TEST(ShardDrift, BoundsAreMendedWhereTheyAreNotThoseOfTheRegistry) {
  const std::string wrong = "FOR VALUES WITH (modulus 2, remainder 1)";
  ShardFacts other = facts();
  other.leaves[0].here->bound = wrong;
  EXPECT_EQ(only(compare_shard(desire(), other)).fix->site, FixSite::kHere);
  other = facts();
  other.leaves[0].there->bound = wrong;
  EXPECT_EQ(only(compare_shard(desire(), other)).fix->site, FixSite::kOnShard);
  other.leaves[0].placement.bound = "FOR VALUES IN ('x')";
  EXPECT_FALSE(only(compare_shard(desire(), other)).fix);
}

TEST(ShardDrift, PrivilegesThatLackAreGrantedAndOthersTold) {
  ShardedDesire wanted = desire();
  wanted.grants["s1"] = {{"app", Privilege::kSelect, {}, false},
                         {"app", Privilege::kInsert, {}, false}};
  ShardFacts users = facts();
  users.parent->held["app"] = {"SELECT", "INSERT"};
  users.leaves[0].there->held["app"] = {"SELECT"};
  users.leaves[0].there->granted["app"] = {"SELECT", "DELETE"};
  const auto found = compare_shard(wanted, users);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].kind, ShardDriftKind::kPrivilegeMissing);
  EXPECT_EQ(fix_of(found[0]), R"(GRANT INSERT ON "public"."t_p0" TO "app";)");
  EXPECT_EQ(found[1].kind, ShardDriftKind::kPrivilegeExtra);
  EXPECT_EQ(found[1].detail, "on the shard alone the user has DELETE");
}

TEST(ShardDrift, TablesMadeByHandAreCheckedForDamageAlone) {
  ForeignTable table(name("f"), name("t"));
  table.shard = "s1";
  EXPECT_EQ(only(compare_foreign_table(table, parent_shape())).kind, ShardDriftKind::kRemoteParent);
  table.is_updatable = false;
  EXPECT_TRUE(compare_foreign_table(table, parent_shape()).empty());
  table.is_updatable = true;
  table.parent = name("here");
  Shape plain;
  ShardDrift drift = only(compare_foreign_table(table, plain));
  EXPECT_EQ(drift.kind, ShardDriftKind::kNotAttached);
  EXPECT_FALSE(drift.fix);  // of a hash partition only this server knows which rows belong to it
  table.condition = "((a IS NOT NULL) AND (a >= 1))";
  drift = only(compare_foreign_table(table, plain));
  EXPECT_EQ(
      fix_of(drift),
      R"(ALTER TABLE "public"."t" ADD CONSTRAINT pgscale_partition CHECK (((a IS NOT NULL) AND (a >= 1)));)");
  plain.constraints = {{"c", 'c', "CHECK (((a IS NOT NULL) AND (a >= 1)))", true}};
  EXPECT_TRUE(compare_foreign_table(table, plain).empty());
}

TEST(ShardDrift, TheWorstIsToldToHealth) {
  ShardFacts loose = facts();
  loose.parent->columns[1].expression = "'x'::text";
  loose.leaves[0].there->kind = 'p';
  const ShardDriftSummary summary = summary_of(compare_shard(desire(), loose));
  EXPECT_EQ(summary.warnings, 1);
  EXPECT_EQ(summary.critical, 1);
  EXPECT_EQ(summary.worst, "t_p0: remote_parent");
}

TEST(ShardStatistics, ATenthMakesCountsStale) {
  EXPECT_TRUE(counts_are_stale(-1, 0));
  EXPECT_FALSE(counts_are_stale(-1, -1));
  EXPECT_FALSE(counts_are_stale(1000, -1));
  EXPECT_FALSE(counts_are_stale(1000, 1100));
  EXPECT_TRUE(counts_are_stale(1000, 1101));
  EXPECT_TRUE(counts_are_stale(1000, 0));
  EXPECT_FALSE(counts_are_stale(0, 0));
}

TEST(ShardStatistics, DriftIsLookedForNowAndThen) {
  EXPECT_TRUE(drift_look_is_due(std::nullopt, 0));
  EXPECT_FALSE(drift_look_is_due(0, 299 * kMicrosPerSecond));
  EXPECT_TRUE(drift_look_is_due(0, 300 * kMicrosPerSecond));
  EXPECT_TRUE(drift_look_is_due(1, 0));
}

}  // namespace
}  // namespace pgscale
