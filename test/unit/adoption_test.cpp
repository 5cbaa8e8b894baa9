#include "core/adoption.h"

#include <gtest/gtest.h>

#include "adoptees.h"
#include "zones.h"

namespace pgscale {
namespace {

using testing::events;
using testing::in_public;
using testing::index_on;
using testing::moment;
using testing::months;
using testing::primary_key;
using testing::shown;
using testing::unique_index;

const Micros kNow = moment("2026-11-15 12:00");

AdoptionRequest monthly(int premake = 4) {
  AdoptionRequest request{{}, Axis(KeyKind::kTimestampTz, Zone::utc()), kNow, std::nullopt};
  request.policy.interval = months(1);
  request.policy.premake = premake;
  return request;
}

AdoptionRequest by_thousands() {
  AdoptionRequest request{{}, Axis(KeyKind::kBigint, Zone::utc()), kNow, std::nullopt};
  request.policy.interval = Point{1000};
  return request;
}

Adoptee with_newest(Point newest) {
  Adoptee table = events();
  table.rows->newest = newest;
  return table;
}

// "verdict boundary", or the finding where there is none.
std::string chosen(const Adoptee& table, const AdoptionRequest& request) {
  const BoundaryChoice choice = choose_boundary(table, request);
  EXPECT_EQ(choice.boundary.has_value(), choice.finding.verdict != Verdict::kBlocker);
  EXPECT_EQ(choice.finding.subject, "boundary");
  if (!choice.boundary) return choice.finding.object + ": " + choice.finding.finding;
  EXPECT_EQ(choice.finding.object, request.axis.text(*choice.boundary));
  return std::string(text(choice.finding.verdict)) + " " + choice.finding.object;
}

TEST(ChooseBoundary, LeavesOneIntervalForRowsThatComeInMeanwhile) {
  EXPECT_EQ(chosen(events(), monthly()), "info 2027-01-01 00:00:00+00");
  EXPECT_EQ(chosen(with_newest(kNow), monthly()), "info 2027-01-01 00:00:00+00");
  AdoptionRequest at_a_bound = monthly();
  at_a_bound.now = moment("2026-12-01");
  EXPECT_EQ(chosen(events(), at_a_bound), "info 2027-02-01 00:00:00+00");
}

TEST(ChooseBoundary, CountsFromTheOriginInTheZoneOfTheSet) {
  AdoptionRequest request = monthly();
  request.axis = Axis(KeyKind::kTimestampTz, testing::zone_of("Europe/Berlin"));
  EXPECT_EQ(chosen(events(), request), "info 2027-01-01 00:00:00+01");
  request.policy.origin = request.axis.zone().to_instant(moment("2026-01-10"));
  EXPECT_EQ(chosen(events(), request), "info 2027-01-10 00:00:00+01");
}

TEST(ChooseBoundary, LiesAboveRowsThatLieAhead) {
  EXPECT_EQ(chosen(with_newest(moment("2027-03-05")), monthly()), "change 2027-04-01 00:00:00+00");
  EXPECT_EQ(chosen(with_newest(moment("2027-01-01")), monthly()), "change 2027-02-01 00:00:00+00");
}

TEST(ChooseBoundary, IsNotLedAstrayByOneRowOfTheFarFuture) {
  EXPECT_EQ(chosen(with_newest(moment("2027-04-30")), monthly()), "change 2027-05-01 00:00:00+00");
  EXPECT_EQ(chosen(with_newest(moment("2027-05-01")), monthly()),
            "2027-05-01 00:00:00+00: the newest row lies further ahead than the partitions kept "
            "ready would reach");
  EXPECT_EQ(chosen(with_newest(moment("2027-05-01")), monthly(12)),
            "change 2027-06-01 00:00:00+00");
}

TEST(ChooseBoundary, TakesTheOneAskedForIfNoRowLiesAboveIt) {
  AdoptionRequest request = monthly();
  request.boundary = moment("2026-12-24");
  EXPECT_EQ(chosen(with_newest(kNow), request), "info 2026-12-24 00:00:00+00");
  EXPECT_EQ(chosen(with_newest(moment("2026-12-24")), request),
            "2026-12-24 00:00:00+00: there are rows above it, up to 2026-12-24 00:00:00+00");
  request.boundary = kNow;
  EXPECT_EQ(chosen(events(), request), "2026-11-15 12:00:00+00: it does not lie ahead");
  request.boundary = moment("2999-01-01");
  EXPECT_EQ(chosen(with_newest(moment("2998-01-01")), request), "info 2999-01-01 00:00:00+00");
}

TEST(ChooseBoundary, OfNumbersCountsFromTheLargest) {
  EXPECT_EQ(chosen(with_newest(5'432), by_thousands()), "info 7000");
  EXPECT_EQ(chosen(with_newest(-5'432), by_thousands()), "info -4000");
  EXPECT_EQ(chosen(events(), by_thousands()), "info 2000");
  AdoptionRequest request = by_thousands();
  request.boundary = 6'500;
  EXPECT_EQ(chosen(with_newest(5'432), request), "info 6500");
  EXPECT_EQ(chosen(with_newest(6'500), request), "6500: there are rows above it, up to 6500");
}

TEST(ChooseBoundary, FindsNoneAboveEveryValue) {
  Adoptee table = events();
  table.rows->is_beyond = true;
  EXPECT_EQ(chosen(table, monthly()), "at: rows have a value above every bound, such as infinity");
  AdoptionRequest request = by_thousands();
  request.axis = Axis(KeyKind::kSmallint, Zone::utc());
  EXPECT_EQ(chosen(with_newest(30'000), request), "info 32000");
  EXPECT_EQ(chosen(with_newest(31'000), request),
            "31000: the key type has no room for partitions above it");
}

TEST(ChooseBoundary, NeedsTheRowsOnlyForNumbers) {
  Adoptee table = events();
  table.rows.reset();
  EXPECT_EQ(chosen(table, monthly()), "info 2027-01-01 00:00:00+00");
  EXPECT_EQ(chosen(table, by_thousands()),
            "at: its owner cannot see all rows, so nobody can tell the largest");
}

TEST(EndOfGuard, IsHalfWayToTheBoundary) {
  const Axis axis(KeyKind::kDate, testing::zone_of("Europe/Berlin"));
  EXPECT_EQ(shown(end_of_guard(axis, moment("2027-01-01"), moment("2026-12-01 23:00"))),
            "2026-12-16 23:00");
}

TEST(IsNear, MeansHalfAnInterval) {
  EXPECT_FALSE(is_near(7'000, Point{1000}, 6'499));
  EXPECT_TRUE(is_near(7'000, Point{1000}, 6'500));
}

TEST(AdoptionNames, GiveTheTableTheNameOfTheOldestPartition) {
  const AdoptionNames names = adoption_names(events(), "");
  EXPECT_EQ(readable(names.table), "public.events");
  EXPECT_EQ(readable(names.old), "public.events_pmin");
  EXPECT_EQ(adoption_names(events(), "{parent}_before_{bound}").old.name.name(),
            "events_before_min");
  EXPECT_NE(names.sample.name.name(), names.passing.name.name());
}

TEST(AdoptionNames, FitLongTables) {
  Adoptee table(1, in_public(std::string(63, 'x')));
  const std::string old = adoption_names(table, "").old.name.name();
  EXPECT_EQ(old.size(), 63U);
  EXPECT_EQ(old.substr(old.size() - 5), "_pmin");
}

TEST(ExtendedKey, IsTheIndexThatTheOldKeyLacks) {
  Adoptee table = events();
  EXPECT_EQ(key_to_extend(table), nullptr);
  table.indexes = {primary_key({"id", "at"})};
  EXPECT_EQ(key_to_extend(table), nullptr);
  EXPECT_EQ(extended_key(table), nullptr);

  table.indexes = {primary_key({"id"}), unique_index("u1", {"at", "id"}),
                   index_on("i", {"id", "at"})};
  ASSERT_NE(key_to_extend(table), nullptr);
  EXPECT_EQ(key_to_extend(table)->name, "events_pkey");
  EXPECT_EQ(extended_key(table), nullptr);
  for (auto spoil : {+[](AdopteeIndex& index) { index.is_valid = false; },
                     +[](AdopteeIndex& index) { index.is_plain = false; },
                     +[](AdopteeIndex& index) { index.is_constraint = true; },
                     +[](AdopteeIndex& index) { index.included = {"n"}; }}) {
    table.indexes.push_back(unique_index("spoilt", {"id", "at"}));
    spoil(table.indexes.back());
    EXPECT_EQ(extended_key(table), nullptr);
  }
  table.indexes.push_back(unique_index("good", {"id", "at"}));
  ASSERT_NE(extended_key(table), nullptr);
  EXPECT_EQ(extended_key(table)->name, "good");
}

TEST(ExtendedKey, IncludesWhatTheOldOneDidButNotTheKeyTwice) {
  Adoptee table = events();
  table.indexes = {primary_key({"id"}), unique_index("k", {"id", "at"})};
  table.indexes[0].included = {"at", "n"};
  EXPECT_EQ(extended_key(table), nullptr);
  table.indexes[1].included = {"n"};
  EXPECT_NE(extended_key(table), nullptr);
}

TEST(HasIndexOnKey, WantsItInFront) {
  Adoptee table = events();
  table.indexes = {index_on("i", {"id", "at"})};
  EXPECT_FALSE(has_index_on_key(table));
  table.indexes.push_back(index_on("j", {"at", "id"}));
  EXPECT_TRUE(has_index_on_key(table));
  table.indexes.back().is_valid = false;
  EXPECT_FALSE(has_index_on_key(table));
}

}  // namespace
}  // namespace pgscale
