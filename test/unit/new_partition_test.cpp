// What a new partition is made with, besides what it takes from its parent.
#include <gtest/gtest.h>

#include "builders.h"
#include "core/failure.h"
#include "core/plan.h"

namespace pgscale {
namespace {

using testing::Lines;
using testing::moment;
using testing::months;
using testing::outline;
using testing::range_set;
using testing::step_of;

TEST(NewPartition, HasTheStorageParametersOfThePolicy) {
  PartitionSet set = range_set(KeyKind::kDate, months(1), 0);
  set.policy.default_partition = true;
  set.policy.storage_parameters = {{"fillfactor", "70"}, {"toast.autovacuum_enabled", "off"}};
  set.inventory.parent.access_method = "heap";
  set.inventory.parent.tablespace = "fast";
  const Plan made = plan(set, moment("2026-11-05"));
  ASSERT_EQ(outline(made), (Lines{"create orders_p2026_11", "create default orders_default"}));
  const std::string with =
      R"( (LIKE "public"."orders" INCLUDING ALL) USING "heap" WITH ("fillfactor" = '70', toast."autovacuum_enabled" = 'off') TABLESPACE "fast")";
  EXPECT_EQ(step_of(made.items[0])->sql[0].text(),
            R"(CREATE TABLE "public"."orders_p2026_11")" + with);
  EXPECT_EQ(step_of(made.items[1])->sql[0].text(),
            R"(CREATE TABLE "public"."orders_default")" + with);
}

TEST(NewPartition, HasTheIndexesOfTheTemplateBeforeItIsAttached) {
  PartitionSet set = range_set(KeyKind::kDate, months(1), 0);
  set.policy.default_partition = true;
  set.policy.index_template.indexes = {{true, " USING btree (id)", "UNIQUE (id)"},
                                       {true, " USING btree (lower(note))"},
                                       {false, " USING gin (tags)"}};
  const Plan made = plan(set, moment("2026-11-05"));
  ASSERT_EQ(outline(made), (Lines{"create orders_p2026_11", "create default orders_default"}));
  for (const char* name : {"orders_p2026_11", "orders_default"}) {
    const Step& step = *step_of(made.items[name == std::string("orders_default") ? 1 : 0]);
    const std::string table = std::string("\"public\".\"") + name + "\"";
    ASSERT_EQ(step.sql.size(), 5U);
    EXPECT_EQ(step.sql[1].text(), "ALTER TABLE " + table + " ADD UNIQUE (id)");
    EXPECT_EQ(step.sql[2].text(), "CREATE UNIQUE INDEX ON " + table + " USING btree (lower(note))");
    EXPECT_EQ(step.sql[3].text(), "CREATE INDEX ON " + table + " USING gin (tags)");
    EXPECT_EQ(step.first_strong, 4U);  // ATTACH
  }
}

TEST(NewPartition, IsNotMadeWhereItWouldLackWhatItsTemplateHas) {
  PartitionSet set = range_set(KeyKind::kDate, months(1), 0);
  set.policy.default_partition = true;
  set.policy.index_template.trouble =
      Failure(Problem::kUndefinedColumn, "column \"id\" does not exist", {}, "Change it.");
  const Plan made = plan(set, moment("2026-11-05"));
  ASSERT_EQ(outline(made), (Lines{"refused create public.orders_p2026_11",
                                  "refused create default public.orders_default"}));
  const auto& refusal = std::get<Refusal>(made.items[0]);
  EXPECT_EQ(refusal.problem, Problem::kUndefinedColumn);
  EXPECT_EQ(refusal.message, "column \"id\" does not exist");
  EXPECT_EQ(refusal.hint, "Change it.");
  EXPECT_EQ(std::get<Refusal>(made.items[1]).bounds, "DEFAULT");
}

}  // namespace
}  // namespace pgscale
