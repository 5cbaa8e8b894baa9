#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "builders.h"
#include "core/cold_shard.h"
#include "core/coverage.h"
#include "core/grid.h"
#include "core/plan.h"
#include "core/wanted.h"
#include "model.h"
#include "zones.h"

namespace pgscale {
namespace {

using testing::attach;
using testing::between;
using testing::days;
using testing::hours;
using testing::kZones;
using testing::minutes;
using testing::moment;
using testing::months;
using testing::overlap;
using testing::range_set;
using testing::ranges_of;
using testing::retired;
using testing::Server;
using testing::shown;
using testing::step_of;
using testing::zone_of;

using Random = std::mt19937_64;

int below(Random& random, int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); }

struct Case {
  PartitionSet set;
  std::string zone;
  Micros now;
};

Stride random_stride(Random& random, KeyKind kind) {
  if (!is_time(kind)) return Point{1 + below(random, 1'000)};
  const int choice = below(random, kind == KeyKind::kDate ? 3 : 6);
  switch (choice) {
    case 0: return months(1 + below(random, 13));
    case 1: return days(1 + below(random, 30));
    case 2: return Interval{1 + below(random, 2), below(random, 9), 0};
    case 3: return hours(1 + below(random, 30));
    case 4: return minutes(15 * (1 + below(random, 8)));
    default: return Interval{0, 1 + below(random, 2), below(random, 24) * kMicrosPerHour};
  }
}

Stride scaled(const Stride& stride, int times) {
  if (const auto* width = std::get_if<Point>(&stride)) return *width * times;
  const auto& interval = std::get<Interval>(stride);
  return Interval{interval.months * times, interval.days * times, interval.micros * times};
}

// Partitions of odd widths with holes between them, from some periods before the position to some
// after.
void attach_random_partitions(PartitionSet& set, Random& random, Point position) {
  const Point period = usual_length(*set.policy.interval);
  const Point grain = !is_time(set.axis->kind())           ? 1
                      : set.axis->kind() == KeyKind::kDate ? kMicrosPerDay
                                                           : kMicrosPerSecond;
  auto part = [&](Point most) {
    return std::max<Point>(1, most * (1 + below(random, 100)) / 100 / grain) * grain;
  };
  // In a set of more than one key column, or with encoded keys, ends may lie between positions.
  const bool may_be_odd = set.axis->columns(End::at(position)).size() > 1 || set.axis->encoding();
  auto odd = [&](Point value) {
    End end = End::at(value);
    if (!may_be_odd || below(random, 3) != 0) return end;
    end.columns = set.axis->columns(end);
    if (end.columns.size() > 1) {
      end.columns[1] = {EndKind::kValue, "b"};
    } else {
      end.columns[0].value.back()++;
    }
    end.rank = 1;
    return end;
  };
  Point at = (position - period * below(random, 9)) / grain * grain;
  End lower = odd(at);
  const int count = below(random, 7);
  for (int i = 0; i < count; i++) {
    if (below(random, 3) == 0) lower = odd(at += part(period * 2));
    const Point upper = at + part(period * 2);
    Range range{lower, odd(upper)};
    lower = range.upper;
    if (i == 0 && below(random, 10) == 0) range.lower = End::minimum();
    if (i == count - 1 && below(random, 20) == 0) range.upper = End::maximum();
    attach(set, "existing_" + std::to_string(i), range).bytes = below(random, 200);
    at = upper;
  }
}

// An interrupted detach of the oldest partition, where a newer one has ended too.
void interrupt_a_detach(PartitionSet& set, Random& random, Point position) {
  auto& partitions = set.inventory.partitions;
  if (partitions.size() < 2 || below(random, 3) != 0) return;
  if (End::at(position) < std::get<Range>(partitions[1].bound).upper) return;
  partitions[0].detach_pending = true;
  if (below(random, 2) == 0) {
    retired(set, partitions[0].oid, partitions[0].name.name.name(),
            below(random, 2) == 0 ? Retire::kDrop : Retire::kDetach, true);
  }
}

Encoding random_encoding(Random& random) {
  switch (below(random, 3)) {
    case 0: return encoding_named("uuidv7", {}, KeyStorage::kUuid);
    case 1: return encoding_named("ulid", {}, KeyStorage::kText);
    default: break;
  }
  return encoding_named("snowflake", {moment("1990-01-01"), 20, 10}, KeyStorage::kBigint);
}

Axis random_axis(Random& random, const Zone& zone) {
  constexpr KeyKind kKinds[] = {KeyKind::kTimestampTz, KeyKind::kTimestampTz, KeyKind::kTimestamp,
                                KeyKind::kDate, KeyKind::kBigint};
  const std::size_t key_columns = below(random, 4) == 0 ? 2 : 1;
  if (below(random, 4) == 0) return Axis(random_encoding(random), zone, key_columns);
  return Axis(kKinds[random() % std::size(kKinds)], zone, key_columns);
}

void add_retirement(PartitionSet& set, Random& random) {
  Policy& policy = set.policy;
  policy.retire = kAllRetire[random() % std::size(kAllRetire)];
  if (policy.retire == Retire::kArchive) policy.archive = ArchivePolicy{"attic", "", true};
  if (policy.retire == Retire::kExport) policy.exported = ExportPolicy{"/backup"};
  if (policy.retire == Retire::kShard) policy.retire_shard = "cold";
  const bool drops = policy.retire == Retire::kDrop || policy.retire == Retire::kExport;
  if (drops && below(random, 3) == 0) policy.keep_for = days(1 + below(random, 40));
  if (below(random, 4) == 0) policy.before_retire = testing::in_public("ask");
  if (below(random, 4) == 0) policy.after_retire = testing::in_public("tell");
}

// Rules of count and size, and where the rows are that they must spare: the newest partition with
// rows need not be that of the present.
void add_rules(PartitionSet& set, Random& random, Point position) {
  if (below(random, 3) == 0) set.policy.retention_count = 1 + below(random, 4);
  if (below(random, 3) == 0) set.policy.retention_bytes = 1 + below(random, 400);
  if (!is_time(set.axis->kind()) || below(random, 10) == 0) return;
  const Point period = usual_length(*set.policy.interval);
  set.inventory.reached = position + period * (below(random, 12) - 8);
}

Case random_case(Random& random) {
  const std::string zone = kZones[random() % std::size(kZones)];
  const Axis axis = random_axis(random, zone_of(zone));
  const KeyKind kind = axis.kind();
  const Stride stride = random_stride(random, kind);
  Case result{range_set(kind, stride, below(random, 6), zone_of(zone)), zone, 0};
  PartitionSet& set = result.set;
  set.axis = axis;
  if (axis.columns(End::at(0)).size() > 1) set.inventory.parent.key_columns.push_back("second");
  std::uniform_int_distribution<Micros> moments(moment("2011-06-01"), moment("2031-01-01"));
  result.now = moments(random);
  if (!is_time(kind)) set.inventory.reached = below(random, 100'000) - 50'000;
  const Point position = is_time(kind) ? set.axis->position(result.now) : *set.inventory.reached;
  if (below(random, 3) != 0) set.policy.retention = scaled(stride, 1 + below(random, 5));
  add_retirement(set, random);
  add_rules(set, random, position);
  const bool is_kept =
      !set.policy.retention && !set.policy.retention_count && !set.policy.retention_bytes;
  set.policy.default_partition = below(random, 4) == 0;
  if (below(random, 3) == 0) {
    const Point grain = kind == KeyKind::kDate ? kMicrosPerDay
                        : is_time(kind)        ? kMicrosPerSecond
                                               : 1;
    const Point back = usual_length(stride) * below(random, 30);
    set.policy.origin = (position - back) / grain * grain;
    set.policy.fill_from_origin = is_kept && below(random, 2) == 0;
  }
  attach_random_partitions(set, random, position);
  if (!set.policy.fill_from_origin) interrupt_a_detach(set, random, position);
  std::shuffle(set.inventory.partitions.begin(), set.inventory.partitions.end(), random);
  if (below(random, 4) == 0) {
    attach(set, "rest", DefaultSlot{});
    set.inventory.guard_left = below(random, 2) == 0;
  }
  return result;
}

std::string about(const Case& c) {
  const Axis& axis = *c.set.axis;
  std::string text =
      c.zone + ", now " + shown(c.now) + ", premake " + std::to_string(c.set.policy.premake);
  for (const Range& range : ranges_of(c.set)) {
    text += "\n  " + axis.text(range.lower) + "/" + std::to_string(range.lower.rank) + " .. " +
            axis.text(range.upper) + "/" + std::to_string(range.upper.rank);
  }
  return text;
}

const Range* holder(const std::vector<Range>& ranges, const End& end) {
  for (const Range& range : ranges) {
    if (!(end < range.lower) && end < range.upper) return &range;
  }
  return nullptr;
}

// The end of the present period and the `premake` periods after it, where all of them exist.
End covered_until(const PartitionSet& set, Point position) {
  const std::vector<Range> ranges = ranges_of(set);
  End end = End::at(position);
  for (int i = 0; i <= set.policy.premake && end.kind == End::Kind::kValue; i++) {
    const Range* range = holder(ranges, end);
    if (range == nullptr) return end;
    end = range->upper;
  }
  return end;
}

template <typename Check>
void for_random_cases(std::uint64_t seed, int count, Check check) {
  Random random(seed);
  for (int i = 0; i < count && !::testing::Test::HasFailure(); i++) {
    Case c = random_case(random);
    SCOPED_TRACE("case " + std::to_string(i) + ": " + about(c));
    check(c);
  }
}

TEST(PlanProperty, IsEmptyOnceItHasBeenCarriedOut) {
  for_random_cases(11, 2'000, [](Case& c) {
    Server(c.set, c.now).carry_out(plan(c.set, c.now));
    EXPECT_EQ(testing::outline(plan(c.set, c.now)), testing::Lines{});
  });
}

struct Past {
  int count = 0;
  std::int64_t bytes = 0;
};

// What is left of the past, and how large the set is.
Past what_is_left(const PartitionSet& set, Point position) {
  Past left;
  for (const Partition& partition : set.inventory.partitions) {
    const auto* range = std::get_if<Range>(&partition.bound);
    if (range == nullptr || partition.detach_pending || is_cold(set.policy, partition)) continue;
    left.bytes += partition.bytes;
    if (!(End::at(position) < range->upper)) left.count++;
  }
  return left;
}

bool is_too_old(const PartitionSet& set, Point position, const End& upper) {
  return set.policy.retention && upper.kind == End::Kind::kValue &&
         set.axis->add(set.axis->at_or_after(upper), *set.policy.retention) <= position;
}

const Partition* newest_gone_by_others(const PartitionSet& set, Point position,
                                       const std::set<Oid>& gone) {
  const Partition* newest = nullptr;
  for (const Partition& partition : set.inventory.partitions) {
    if (gone.count(partition.oid) == 0) continue;
    const End& upper = std::get<Range>(partition.bound).upper;
    if (is_too_old(set, position, upper)) continue;
    if (newest == nullptr || std::get<Range>(newest->bound).upper < upper) newest = &partition;
  }
  return newest;
}

// A partition goes by its age, or it is of the past, older than the newest with rows, and would be
// one too many, or too much, if it stayed.
TEST(PlanProperty, NeverRetiresWhatRetentionStillWants) {
  int by_age = 0;
  int by_others = 0;
  for_random_cases(12, 4'000, [&](Case& c) {
    const Point position = current_position(c.set, c.now);
    const Policy& policy = c.set.policy;
    std::set<Oid> gone;
    for (const Item& item : plan(c.set, c.now).items) {
      const Step* step = step_of(item);
      if (step == nullptr || (step->action != Action::kDetach && step->action != Action::kDrop))
        continue;
      for (const Partition& partition : c.set.inventory.partitions) {
        if (partition.oid != step->partition_oid || partition.detach_pending) continue;
        if (!gone.insert(partition.oid).second) continue;  // the drop after the detach
        const Range& range = std::get<Range>(partition.bound);
        ASSERT_EQ(range.upper.kind, End::Kind::kValue);
        if (is_too_old(c.set, position, range.upper)) {
          by_age++;
          continue;
        }
        by_others++;
        EXPECT_FALSE(End::at(position) < range.upper);
        ASSERT_TRUE(c.set.inventory.reached.has_value());
        EXPECT_TRUE(range.lower < End::at(*c.set.inventory.reached));
      }
    }
    const Partition* last = newest_gone_by_others(c.set, position, gone);
    if (last == nullptr) return;
    const std::int64_t bytes = last->bytes;
    Server(c.set, c.now).carry_out(plan(c.set, c.now));
    Past left = what_is_left(c.set, position);
    left.count++;
    left.bytes += bytes;
    const bool too_many = policy.retention_count && left.count > *policy.retention_count;
    const bool too_large = policy.retention_bytes && left.bytes > *policy.retention_bytes;
    EXPECT_TRUE(too_many || too_large) << left.count << ", " << left.bytes;
  });
  EXPECT_GT(by_age, 500);
  EXPECT_GT(by_others, 500);
}

// A set whose present was covered has slept through nothing: its older holes are its owner's.
TEST(PlanProperty, LeavesNoHoleFromTheNewestOldPartitionToTheLastPremadeOne) {
  for_random_cases(13, 2'000, [](Case& c) {
    const Point position = current_position(c.set, c.now);
    End newest_end = End::minimum();
    const std::vector<Range> before = ranges_of(c.set);
    if (holder(before, End::at(position)) == nullptr) {
      for (const Range& range : before) {
        if (!(End::at(position) < range.upper)) newest_end = std::max(newest_end, range.upper);
      }
    }
    const End start = newest_end == End::minimum() ? End::at(position) : newest_end;
    Server(c.set, c.now).carry_out(plan(c.set, c.now));
    const std::vector<Range> ranges = ranges_of(c.set);
    const Range present_and_past{start, End::at(position + 1)};
    for (const Range& gap : uncovered(present_and_past, ranges)) {
      if (is_too_old(c.set, position, gap.upper)) continue;
      ASSERT_TRUE(c.set.policy.retention_count || c.set.policy.retention_bytes)
          << c.set.axis->text(gap.lower);
      EXPECT_FALSE(End::at(position) < gap.upper);
      EXPECT_TRUE(c.set.inventory.reached && gap.lower < End::at(*c.set.inventory.reached));
    }
    End end = End::at(position);
    for (int i = 0; i <= c.set.policy.premake && end.kind == End::Kind::kValue; i++) {
      const Range* range = holder(ranges, end);
      ASSERT_NE(range, nullptr) << c.set.axis->text(end);
      end = range->upper;
    }
  });
}

TEST(PlanProperty, RepairLeavesNoHoleButWhatRetentionHasTaken) {
  int holes = 0;
  for_random_cases(15, 1'000, [&holes](Case& c) {
    // What is on a shard is still a neighbour of holes, though retention counts it no more: one
    // that was too many beside it may be made by the next plan.
    if (c.set.policy.retire == Retire::kShard) return;
    c.set.policy.fill_holes = true;
    const std::size_t before = ranges_of(c.set).size();
    Server(c.set, c.now).carry_out(plan(c.set, c.now));
    const Plan rest = plan(c.set, c.now);
    EXPECT_EQ(testing::outline(rest), testing::Lines{});
    for (const Drift& drift : coverage_drift(c.set, rest, c.now)) {
      EXPECT_NE(drift.kind, DriftKind::kGap) << drift.object;
    }
    const std::vector<Range> ranges = ranges_of(c.set);
    End first = End::maximum(), last = End::minimum();
    for (const Range& range : ranges) {
      first = std::min(first, range.lower);
      last = std::max(last, range.upper);
    }
    for (const Range& gap : uncovered({first, last}, ranges)) {
      ASSERT_TRUE(c.set.policy.retention.has_value()) << c.set.axis->text(gap.lower);
      const Point upper = c.set.axis->at_or_after(gap.upper);
      EXPECT_TRUE(c.set.axis->add(upper, *c.set.policy.retention) <=
                  current_position(c.set, c.now));
    }
    holes += ranges.size() > before ? 1 : 0;
  });
  EXPECT_GT(holes, 300);
}

// Where clocks jump, a local time has no first moment: of the local types only sets in zones
// without daylight saving are asked.
TEST(PlanProperty, NextDueIsTheFirstMomentWithSomethingToDo) {
  int checked = 0;
  for_random_cases(14, 2'000, [&checked](Case& c) {
    const bool is_steady = c.zone == "UTC" || c.zone == "Asia/Kolkata";
    if (c.set.axis->kind() != KeyKind::kTimestampTz && !is_steady) return;
    Server(c.set, c.now).carry_out(plan(c.set, c.now));
    const Plan rest = plan(c.set, c.now);
    if (!rest.next_due) return;
    ASSERT_GT(*rest.next_due, c.now);
    const Micros half_way = c.now + (*rest.next_due - c.now) / 2;
    EXPECT_EQ(testing::outline(plan(c.set, half_way)), testing::Lines{});
    EXPECT_EQ(testing::outline(plan(c.set, *rest.next_due - 1)), testing::Lines{})
        << shown(*rest.next_due);
    End last = End::minimum();
    for (const Range& range : ranges_of(c.set)) last = std::max(last, range.upper);
    const bool has_spare = !(last == covered_until(c.set, current_position(c.set, c.now)));
    if (has_spare) return;
    EXPECT_FALSE(plan(c.set, *rest.next_due).items.empty()) << shown(*rest.next_due);
    checked++;
  });
  EXPECT_GT(checked, 500);
}

struct Life {
  const char* zone;
  KeyKind kind;
  Interval interval;
  Interval retention;
  const char* from;
  int visits;
};

// Visit after visit at next_due only: the bounds chain, nothing is lost early, nothing piles up.
TEST(PlanProperty, ASetLivesOnFromDueVisitToDueVisit) {
  const Life lives[] = {
      {"Europe/Berlin", KeyKind::kTimestampTz, hours(1), days(1), "2026-03-28 05:30", 100},
      {"Europe/Berlin", KeyKind::kTimestampTz, hours(1), days(1), "2026-10-24 05:30", 100},
      {"Australia/Lord_Howe", KeyKind::kTimestampTz, hours(1), hours(30), "2026-04-04 05:30", 100},
      {"America/Sao_Paulo", KeyKind::kTimestampTz, days(1), days(7), "2018-10-30 05:30", 40},
      {"Pacific/Apia", KeyKind::kTimestampTz, days(1), days(3), "2011-12-20 05:30", 40},
      {"Pacific/Apia", KeyKind::kDate, days(1), days(3), "2011-12-20 05:30", 40},
      {"Africa/Casablanca", KeyKind::kTimestampTz, minutes(15), hours(6), "2026-02-14 20:00", 200},
      {"America/New_York", KeyKind::kTimestamp, days(7), months(2), "2026-01-30 05:30", 80},
      {"Asia/Kolkata", KeyKind::kTimestampTz, months(1), months(12), "2024-01-31 05:30", 60}};
  for (const Life& life : lives) {
    SCOPED_TRACE(std::string(life.zone) + " from " + life.from);
    PartitionSet set = range_set(life.kind, life.interval, 3, zone_of(life.zone));
    set.policy.retention = life.retention;
    set.policy.retire = Retire::kDrop;
    Micros now = moment(life.from);
    const Point kept = usual_length(life.retention);
    for (int visit = 0; visit < life.visits; visit++) {
      Server(set).carry_out(plan(set, now));
      const Plan rest = plan(set, now);
      ASSERT_TRUE(rest.items.empty() && rest.next_due && *rest.next_due > now) << shown(now);
      const std::vector<Range> ranges = ranges_of(set);
      End lowest = End::maximum(), highest = End::minimum();
      for (const Range& range : ranges) {
        lowest = std::min(lowest, range.lower);
        highest = std::max(highest, range.upper);
      }
      ASSERT_TRUE(uncovered({lowest, highest}, ranges).empty()) << shown(now);
      const auto period = static_cast<double>(usual_length(life.interval));
      ASSERT_LT(static_cast<double>(ranges.size()), static_cast<double>(kept) / period + 10);
      now = *rest.next_due;
    }
    EXPECT_TRUE(set.axis->position(now) - set.axis->position(moment(life.from)) > kept);
  }
}

}  // namespace
}  // namespace pgscale
