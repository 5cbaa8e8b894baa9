#include "core/undo.h"

#include <gtest/gtest.h>

#include "builders.h"
#include "core/failure.h"

namespace pgscale {
namespace {

using testing::attach;
using testing::between;
using testing::in_public;
using testing::Lines;
using testing::months;
using testing::range_set;

PartitionSet two_months() {
  PartitionSet set = range_set(KeyKind::kTimestampTz, months(1), 0);
  attach(set, "rest", DefaultSlot{});
  attach(set, "now", between("2026-11-01", "2026-12-01"));
  attach(set, "old", between("2026-09-01", "2026-10-01"));
  return set;
}

template <typename Do>
std::string refusal(Do&& action) {
  try {
    action();
  } catch (const Failure& failure) {
    return failure.what();
  }
  return "";
}

const std::vector<UndoColumn> kColumns{{"id", "integer"}, {"at", "timestamp with time zone"}};

UndoTarget plain() {
  UndoTarget target{7, in_public("plain")};
  target.columns = kColumns;
  return target;
}

TEST(Undo, TheOldestComesFirstAndTheDefaultPartitionLast) {
  PartitionSet set = two_months();
  Lines names;
  for (const Partition* partition : undo_order(set.inventory)) {
    names.push_back(partition->name.name.name());
  }
  EXPECT_EQ(names, (Lines{"old", "now", "rest"}));
  set.inventory.partitions[1].detach_pending = true;
  EXPECT_EQ(undo_order(set.inventory).size(), 2U) << "it is on its way out already";
}

TEST(Undo, ABatchIsSoManyPages) {
  UndoLeaf leaf{1, in_public("p"), TableKind::kTable, 1000, 100000};
  EXPECT_EQ(pages_for(leaf, 50000), 500);
  EXPECT_EQ(pages_for(leaf, 1), 1) << "never none";
  leaf.rows = -1;
  EXPECT_EQ(pages_for(leaf, 50000), 1000) << "nobody has counted them";
  leaf.rows = 0;
  EXPECT_EQ(pages_for(leaf, 500), 10);
  leaf.rows = 10;  // of a table that has lost nearly all
  EXPECT_EQ(pages_for(leaf, 500), 500) << "not more pages than rows";
}

TEST(Undo, PassesEndWhenTheyGainNothing) {
  EXPECT_TRUE(is_worth_a_pass(100000, std::nullopt, 500));
  EXPECT_TRUE(is_worth_a_pass(2000, 100000, 500));
  EXPECT_FALSE(is_worth_a_pass(499, 2000, 500)) << "the rest is quickly done";
  EXPECT_FALSE(is_worth_a_pass(1900, 2000, 500)) << "somebody writes as quickly";
}

TEST(Undo, AllThatCouldLoseSomethingIsRefused) {
  const auto failure = [](auto&& change) {
    PartitionSet set = two_months();
    UndoTarget target = plain();
    change(set, target);
    return refusal([&] { check_undo(set.inventory.parent, kColumns, target, {}); });
  };
  EXPECT_EQ(failure([](PartitionSet&, UndoTarget&) {}), "");
  EXPECT_EQ(failure([](PartitionSet&, UndoTarget& t) { t.is_plain = false; }),
            "public.plain is not an ordinary table");
  EXPECT_EQ(failure([](PartitionSet&, UndoTarget& t) { t.has_same_owner = false; }),
            "table public.plain must belong to the owner of public.orders");
  EXPECT_EQ(refusal([] {
              const TableReference reference{in_public("lines"), in_public("old")};
              check_undo(two_months().inventory.parent, kColumns, plain(), {reference});
            }),
            "table public.lines has a foreign key to public.old");
  EXPECT_EQ(failure([](PartitionSet&, UndoTarget& t) { t.has_foreign_keys = true; }),
            "table public.plain has foreign keys");
  EXPECT_EQ(failure([](PartitionSet&, UndoTarget& t) { t.has_deferrable_keys = true; }),
            "table public.plain has deferrable constraints");
  EXPECT_EQ(failure([](PartitionSet&, UndoTarget& t) { t.columns.pop_back(); }),
            "column \"at\" of public.orders is missing in table public.plain");
  EXPECT_EQ(failure([](PartitionSet&, UndoTarget& t) {
              t.columns.push_back({"more", "text"});
            }),
            "column \"more\" of table public.plain is missing in public.orders");
  EXPECT_EQ(failure([](PartitionSet&, UndoTarget& t) { t.columns[0].type = "bigint"; }),
            "column \"id\" of table public.plain has another type");
  EXPECT_EQ(failure([](PartitionSet&, UndoTarget& t) { std::swap(t.columns[0], t.columns[1]); }),
            "")
      << "columns go by name";
  EXPECT_EQ(refusal([] {
              const PartitionSet set = two_months();
              check_undo(set.inventory.partitions[1],
                         {UndoLeaf{1, in_public("far"), TableKind::kForeign}});
            }),
            "public.far is a foreign table");
  EXPECT_EQ(refusal([] {
              const PartitionSet set = two_months();
              UndoLeaf leaf{1, in_public("leaving")};
              leaf.is_detaching = true;
              check_undo(set.inventory.partitions[1], {leaf});
            }),
            "table public.leaving is being detached from public.now or from a partition of it");
  EXPECT_EQ(refusal([] {
              PartitionSet set = two_months();
              set.inventory.partitions[1].sealed = true;
              check_undo(set.inventory.partitions[1], {});
            }),
            "partition public.now is being moved to a shard");
}

TEST(Undo, ValuesStayWhatTheyAre) {
  const std::string stored = "(id * 2) STORED";
  const std::string computed = "(id * 2) VIRTUAL";
  const auto moves = [](const UndoColumn& column, const UndoColumn& other) {
    UndoTarget target = plain();
    target.columns = {other};
    return refusal([&] { check_undo(two_months().inventory.parent, {column}, target, {}); });
  };
  const std::string other_way = "column \"b\" of table public.plain is generated in another way";
  EXPECT_EQ(moves({"b", "int", stored}, {"b", "int", stored}), "");
  EXPECT_EQ(moves({"b", "int", stored}, {"b", "int"}), "");
  EXPECT_EQ(moves({"b", "int", computed, false}, {"b", "int", computed, false}), "");
  EXPECT_EQ(moves({"b", "int", computed, false}, {"b", "int"}), other_way) << "it has no values";
  EXPECT_EQ(moves({"b", "int"}, {"b", "int", stored}), other_way);
  EXPECT_EQ(moves({"b", "int"}, {"b", "int", computed, false}), other_way);
  EXPECT_EQ(moves({"b", "int", stored}, {"b", "int", "(id + 1) STORED"}), other_way);
}

TEST(Undo, OnlyWhatWasJustDetachedMayBeItsOwn) {
  PartitionSet set = two_months();
  testing::retired(set, 50, "taken_out", Retire::kDetach, false);
  testing::retired(set, 51, "exported", Retire::kExport, false);
  testing::retired(set, 52, "wanted", Retire::kDetach, true);
  EXPECT_TRUE(may_be_emptied(set.inventory.retired[0]));
  EXPECT_FALSE(may_be_emptied(set.inventory.retired[1]));
  EXPECT_FALSE(may_be_emptied(set.inventory.retired[2]));
}

TEST(Undo, OfWhatWasLeftOnlyItsOwnIsDropped) {
  PartitionSet set = two_months();
  set.policy.retire = Retire::kDrop;
  set.inventory.partitions[1].detach_pending = true;
  testing::retired(set, 50, "emptied", Retire::kDetach, false);
  testing::retired(set, 51, "wanted", Retire::kDrop, false);
  set.inventory.hold_until = 1;
  Lines names;
  for (const Step& step : undo_leftovers(set, 0, {50})) {
    names.push_back(std::string(text(step.action)) + " " + step.partition.name.name());
  }
  EXPECT_EQ(names, (Lines{"finalize now", "drop emptied"}));
}

TEST(Undo, APartitionIsEmptiedClosedAndDropped) {
  PartitionSet set = two_months();
  set.policy.retire = Retire::kArchive;
  set.policy.before_retire = in_public("ask");
  set.policy.after_retire = in_public("tell");
  set.policy.keep_for = months(1);
  const Partition& old = set.inventory.partitions[2];
  const UndoLeaf leaf{old.oid, old.name, TableKind::kTable, 10, 100};
  const Step move = move_step(set.inventory.parent, old, leaf, plain(), 0, 5);
  EXPECT_EQ(move.sql[0].text(), "LOCK TABLE ONLY \"public\".\"orders\" IN ROW EXCLUSIVE MODE");
  EXPECT_EQ(move.sql[1].text(), "LOCK TABLE ONLY \"public\".\"plain\" IN ROW EXCLUSIVE MODE");
  EXPECT_EQ(move.move->ctids.text(),
            "SELECT ctid FROM ONLY \"public\".\"old\" WHERE ctid >= '(0,0)'::pg_catalog.tid AND "
            "ctid < '(5,0)'::pg_catalog.tid");
  const std::vector<NamedRelation> below{{9, in_public("old_1")}};
  const Step close = close_step(old, below);
  ASSERT_EQ(close.sql.size(), 3U);
  EXPECT_EQ(close.sql[0].text(), "LOCK TABLE ONLY \"public\".\"old\" IN ACCESS EXCLUSIVE MODE");
  EXPECT_EQ(close.sql[1].text(), "LOCK TABLE ONLY \"public\".\"old_1\" IN ACCESS EXCLUSIVE MODE");
  EXPECT_EQ(close.locks, "ACCESS EXCLUSIVE on public.old, public.old_1");
  EXPECT_EQ(close.sql[2].text(),
            "ALTER TABLE \"public\".\"old\" ADD CONSTRAINT \"pgscale_sealed\" CHECK (false) NOT "
            "VALID");
  EXPECT_EQ(open_step(old, below).sql[2].text(),
            "ALTER TABLE \"public\".\"old\" DROP CONSTRAINT \"pgscale_sealed\"");
  const auto steps = detach_steps(set, old);
  ASSERT_EQ(steps.size(), 1U) << "what the policy says of retirement does not count here";
  EXPECT_EQ(steps[0].action, Action::kDetach);
  EXPECT_EQ(steps[0].retire, Retire::kDetach) << "a request to drop could outlive the call";
}

}  // namespace
}  // namespace pgscale
