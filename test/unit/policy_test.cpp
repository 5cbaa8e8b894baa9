#include "core/policy.h"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <set>

#include "builders.h"

namespace pgscale {
namespace {

using testing::days;
using testing::failure_of;
using testing::hours;
using testing::minutes;
using testing::months;
using testing::years;

Policy range_policy(Stride interval, std::optional<Stride> retention = std::nullopt) {
  Policy policy;
  policy.interval = interval;
  policy.retention = retention;
  return policy;
}

Policy hash_policy(int partitions) {
  Policy policy;
  policy.partitions = partitions;
  return policy;
}

Policy list_policy(std::vector<ListGroup> lists) {
  Policy policy;
  policy.lists = std::move(lists);
  return policy;
}

template <typename Change>
Policy changed(Policy policy, Change change) {
  change(policy);
  return policy;
}

TEST(Validate, AcceptsSoundPolicies) {
  const Interval second{0, 0, kMicrosPerSecond};
  const struct {
    Policy policy;
    Method method;
    std::optional<KeyKind> key;
  } cases[] = {
      {range_policy(months(1)), Method::kRange, KeyKind::kTimestampTz},
      {range_policy(months(1), months(1)), Method::kRange, KeyKind::kTimestampTz},
      {range_policy(months(1), days(31)), Method::kRange, KeyKind::kDate},
      {range_policy(days(1), hours(36)), Method::kRange, KeyKind::kDate},
      {range_policy(second), Method::kRange, KeyKind::kTimestamp},
      {range_policy(days(7), years(1'000'000)), Method::kRange, KeyKind::kTimestampTz},
      {range_policy(Point{32'767}), Method::kRange, KeyKind::kSmallint},
      {range_policy(Point{1}, Point{1}), Method::kRange, KeyKind::kNumeric},
      {changed(range_policy(months(1)), [](Policy& p) { p.premake = 0; }), Method::kRange,
       KeyKind::kDate},
      {changed(range_policy(months(1)), [](Policy& p) { p.premake = 10'000; }), Method::kRange,
       KeyKind::kDate},
      {changed(range_policy(months(1)), [](Policy& p) { p.default_partition = true; }),
       Method::kRange, KeyKind::kDate},
      {changed(range_policy(months(1)), [](Policy& p) { p.ahead = days(0); }), Method::kRange,
       KeyKind::kDate},
      {changed(range_policy(Point{5}), [](Policy& p) { p.ahead = years(900); }), Method::kRange,
       KeyKind::kBigint},
      {changed(range_policy(months(1)), [](Policy& p) { p.naming = "{parent}_{bound}"; }),
       Method::kRange, KeyKind::kDate},
      {list_policy({}), Method::kList, std::nullopt},
      {list_policy({{"na", {"US", "CA"}}, {"none", {std::nullopt}}, {"text", {"NULL", ""}}}),
       Method::kList, std::nullopt},
      {hash_policy(1), Method::kHash, std::nullopt},
      {hash_policy(10'000), Method::kHash, std::nullopt}};
  int number = 0;
  for (const auto& c : cases) {
    EXPECT_NO_THROW(validate(c.policy, c.method, c.key)) << "case " << number;
    number++;
  }
}

struct Refused {
  const char* message;
  Policy policy;
  Method method;
  std::optional<KeyKind> key;
  Problem problem = Problem::kInvalidParameter;
};

std::vector<Refused> refused_policies() {
  const auto range = Method::kRange;
  const auto time = KeyKind::kTimestampTz;
  auto with = [](auto change) { return changed(range_policy(months(1)), change); };
  return {
      {"a range set needs an interval", Policy{}, range, time},
      {"a range set needs an interval", Policy{}, range, KeyKind::kBigint},
      {"interval must be positive", range_policy(months(0)), range, time},
      {"interval must be positive", range_policy(months(-1)), range, time},
      {"interval must be positive", range_policy(Interval{1, -1, 0}), range, time},
      {"interval must be positive", range_policy(Interval{0, 1, -1}), range, time},
      {"interval must be positive", range_policy(Point{0}), range, KeyKind::kBigint},
      {"interval must be positive", range_policy(Point{-5}), range, KeyKind::kBigint},
      {"interval does not fit the key type date", range_policy(hours(24)), range, KeyKind::kDate},
      {"interval does not fit the key type date", range_policy(Interval{0, 1, 1}), range,
       KeyKind::kDate},
      {"interval is too short", range_policy(Interval{0, 0, kMicrosPerSecond - 1}), range, time},
      {"interval does not fit the key type", range_policy(Point{32'768}), range,
       KeyKind::kSmallint},
      {"interval does not fit the key type", range_policy(Point{2'147'483'648}), range,
       KeyKind::kInteger},
      {"retention must be positive", range_policy(months(1), months(0)), range, time},
      {"retention must be positive", range_policy(months(1), Interval{2, -1, 0}), range, time},
      {"retention must be positive", range_policy(Point{5}, Point{-5}), range, KeyKind::kBigint},
      {"retention does not fit the key type", range_policy(Point{5}, Point{32'768}), range,
       KeyKind::kSmallint},
      {"retention must not be shorter than the interval", range_policy(months(1), days(7)), range,
       time},
      {"retention must not be shorter than the interval", range_policy(hours(1), minutes(59)),
       range, time},
      {"retention must not be shorter than the interval", range_policy(Point{100}, Point{99}),
       range, KeyKind::kBigint},
      {"premake must not be negative", with([](Policy& p) { p.premake = -1; }), range, time},
      {"ahead must not be negative", with([](Policy& p) { p.ahead = days(-1); }), range, time},
      {"ahead is too long", with([](Policy& p) { p.ahead = years(900); }), range, time},
      {"ahead does not apply to a hash set",
       changed(hash_policy(8), [](Policy& p) { p.ahead = days(1); }),
       Method::kHash,
       {}},
      {"premake is too large", with([](Policy& p) { p.premake = 10'001; }), range, time},
      {"invalid name template \"{parent}\"", with([](Policy& p) { p.naming = "{parent}"; }), range,
       time},
      {"lists does not apply to a range set", with([](Policy& p) {
         p.lists = {{"a", {"1"}}};
       }),
       range, time},
      {"partitions does not apply to a range set", with([](Policy& p) { p.partitions = 8; }), range,
       time},
      {"interval does not apply to a list set", range_policy(months(1)), Method::kList, {}},
      {"interval does not apply to a hash set", range_policy(months(1)), Method::kHash, {}},
      {"retention does not apply to a list set",
       changed(list_policy({}), [](Policy& p) { p.retention = Stride{months(1)}; }),
       Method::kList,
       {}},
      {"start_at does not apply to a hash set",
       changed(hash_policy(8), [](Policy& p) { p.origin = 0; }),
       Method::kHash,
       {}},
      {"lists does not apply to a hash set",
       changed(hash_policy(8),
               [](Policy& p) {
                 p.lists = {{"a", {"1"}}};
               }),
       Method::kHash,
       {}},
      {"partitions does not apply to a list set", hash_policy(8), Method::kList, {}},
      {"a list group needs a name", list_policy({{"", {"US"}}}), Method::kList, {}},
      {"list group \"na\" is named more than once",
       list_policy({{"na", {"US"}}, {"na", {"CA"}}}),
       Method::kList,
       {}},
      {"list group \"na\" has no values", list_policy({{"na", {}}}), Method::kList, {}},
      {"value \"US\" stands in more than one place of lists",
       list_policy({{"na", {"US"}}, {"eu", {"UK", "US"}}}),
       Method::kList,
       {},
       Problem::kInvalidDefinition},
      {"value \"US\" stands in more than one place of lists",
       list_policy({{"na", {"US", "US"}}}),
       Method::kList,
       {},
       Problem::kInvalidDefinition},
      {"value NULL stands in more than one place of lists",
       list_policy({{"a", {std::nullopt}}, {"b", {std::nullopt}}}),
       Method::kList,
       {},
       Problem::kInvalidDefinition},
      {"invalid name template \"x\"",
       changed(list_policy({}), [](Policy& p) { p.naming = "x"; }),
       Method::kList,
       {}},
      {"a hash set needs the number of partitions", Policy{}, Method::kHash, {}},
      {"number of partitions must be between 1 and 10000", hash_policy(0), Method::kHash, {}},
      {"number of partitions must be between 1 and 10000", hash_policy(-8), Method::kHash, {}},
      {"number of partitions must be between 1 and 10000", hash_policy(10'001), Method::kHash, {}},
      {"a hash-partitioned table may not have a default partition",
       changed(hash_policy(8), [](Policy& p) { p.default_partition = true; }),
       Method::kHash,
       {},
       Problem::kInvalidDefinition}};
}

TEST(Validate, RefusesEachMistakeWithItsProblem) {
  for (const Refused& c : refused_policies()) {
    const Failure failure = failure_of([&c] { validate(c.policy, c.method, c.key); });
    EXPECT_STREQ(failure.what(), c.message);
    EXPECT_EQ(failure.problem(), c.problem) << c.message;
  }
}

TEST(Validate, HintsNameTheUnitOfTheKey) {
  EXPECT_NE(
      failure_of([] { validate(Policy{}, Method::kRange, KeyKind::kDate); }).hint().find("1 month"),
      std::string::npos);
  EXPECT_NE(failure_of([] { validate(Policy{}, Method::kRange, KeyKind::kBigint); })
                .hint()
                .find("1000000"),
            std::string::npos);
}

TEST(Text, OfMethodsAndRetirementsIsWhatUsersWrite) {
  EXPECT_STREQ(text(Method::kRange), "range");
  EXPECT_STREQ(text(Method::kList), "list");
  EXPECT_STREQ(text(Method::kHash), "hash");
  EXPECT_STREQ(text(Retire::kDetach), "detach");
  EXPECT_STREQ(text(Retire::kDrop), "drop");
}

TEST(Sqlstate, IsFiveCharactersAndDiffersForEachProblem) {
  std::set<std::string> seen;
  for (int i = 0; i <= static_cast<int>(Problem::kInternal); i++) {
    const std::string code = sqlstate(static_cast<Problem>(i));
    EXPECT_EQ(code.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"), std::string::npos);
    EXPECT_EQ(code.size(), 5U);
    EXPECT_TRUE(seen.insert(code).second) << code;
  }
  EXPECT_STREQ(sqlstate(Problem::kInvalidParameter), "22023");
  EXPECT_STREQ(sqlstate(Problem::kDuplicateTable), "42P07");
  EXPECT_STREQ(sqlstate(Problem::kInternal), "XX000");
}

}  // namespace
}  // namespace pgscale
