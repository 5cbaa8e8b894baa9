#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/axis.h"
#include "core/failure.h"
#include "core/inventory.h"
#include "core/step.h"

namespace pgscale {

// GoogleTest shows 128-bit numbers and time stamps as people write them.
inline void PrintTo(const End& end, std::ostream* out) {
  *out << (end.kind == End::Kind::kMinimum   ? "MINVALUE"
           : end.kind == End::Kind::kMaximum ? "MAXVALUE"
                                             : decimal_text(end.value, 0));
}
inline bool operator==(const Range& a, const Range& b) {
  return a.lower == b.lower && a.upper == b.upper;
}
inline void PrintTo(const Range& range, std::ostream* out) {
  PrintTo(range.lower, out);
  *out << " .. ";
  PrintTo(range.upper, out);
}
inline bool operator==(const Civil& a, const Civil& b) {
  return a.year == b.year && a.month == b.month && a.day == b.day && a.time_of_day == b.time_of_day;
}
inline void PrintTo(const Civil& civil, std::ostream* out) {
  *out << civil.year << '-' << civil.month << '-' << civil.day << ' ' << civil.time_of_day;
}

namespace testing {

inline Interval years(int n) { return {12 * n, 0, 0}; }
inline Interval months(int n) { return {n, 0, 0}; }
inline Interval days(int n) { return {0, n, 0}; }
inline Interval hours(int n) { return {0, 0, n * kMicrosPerHour}; }
inline Interval minutes(int n) { return {0, 0, n * 60 * kMicrosPerSecond}; }

// "2026-11-01", "2026-11-01 13:30", "2026-11-01 13:30:05" as it stands: local, or UTC for instants.
inline Micros moment(const char* text) {
  long long year = 0;
  int month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (std::sscanf(text, "%lld-%d-%d %d:%d:%d", &year, &month, &day, &hour, &minute, &second) < 3) {
    throw std::invalid_argument(text);
  }
  return from_civil({year, month, day, ((hour * 60 + minute) * 60 + second) * kMicrosPerSecond});
}

// The inverse, with the seconds and their fraction only where there are any.
inline std::string shown(Micros time) {
  std::string text = Axis(KeyKind::kTimestamp, Zone::utc()).text(Point{time});
  if (text.size() == 19 && text.substr(16) == ":00") text.resize(16);
  return text;
}

inline Range between(Point lower, Point upper) { return {End::at(lower), End::at(upper)}; }
inline Range between(const char* lower, const char* upper) {
  return between(moment(lower), moment(upper));
}

inline QualifiedName in_public(const std::string& name) {
  return {Identifier("public"), Identifier(name)};
}

inline PartitionSet empty_set(Method method, const std::string& parent, const std::string& column) {
  PartitionSet set{Policy{}, Inventory{Parent{100, in_public(parent), method}}, std::nullopt};
  set.inventory.parent.key_columns = {column};
  set.inventory.taken_names = {parent};
  return set;
}

// A range set without partitions.
inline PartitionSet range_set(KeyKind kind, Stride interval, int premake, Zone zone = Zone::utc()) {
  PartitionSet set = empty_set(Method::kRange, "orders", "at");
  set.axis.emplace(kind, std::move(zone));
  set.policy.interval = interval;
  set.policy.premake = premake;
  return set;
}

inline PartitionSet list_set(std::vector<ListGroup> groups) {
  PartitionSet set = empty_set(Method::kList, "customers", "region");
  set.policy.lists = std::move(groups);
  return set;
}

inline PartitionSet hash_set(int modulus) {
  PartitionSet set = empty_set(Method::kHash, "sessions", "user_id");
  set.policy.partitions = modulus;
  return set;
}

// Puts an attached partition into the set's inventory.
inline Partition& attach(PartitionSet& set, const std::string& name, Bound bound) {
  static Oid next_oid = 1000;
  set.inventory.taken_names.insert(name);
  set.inventory.partitions.push_back({next_oid++, in_public(name), TableKind::kTable,
                                      std::move(bound), "bounds of " + name, false});
  return set.inventory.partitions.back();
}

// Puts a row of pgscale.retirement into the set's inventory.
inline void retired(PartitionSet& set, Oid oid, const std::string& name, Retire action,
                    bool attached) {
  set.inventory.taken_names.insert(name);
  set.inventory.retired.push_back(
      {oid, in_public(name), TableKind::kTable, action, attached, "bounds of " + name});
}

inline const Step* step_of(const Item& item) { return std::get_if<Step>(&item); }

// Each item in one line: "create orders_p2026", "detach! orders_p2020" (! for concurrently),
// "refused create public.orders_p2026".
inline std::vector<std::string> outline(const Plan& plan) {
  std::vector<std::string> lines;
  for (const Item& item : plan.items) {
    if (const Step* step = step_of(item)) {
      lines.push_back(std::string(text(step->action)) + (step->concurrently ? "! " : " ") +
                      step->partition.name.name());
    } else {
      const auto& refusal = std::get<Refusal>(item);
      lines.push_back(std::string("refused ") + text(refusal.action) + " " + refusal.partition);
    }
  }
  return lines;
}

using Lines = std::vector<std::string>;

// The Failure that an action throws, checked for PostgreSQL's message style.
template <typename Do>
Failure failure_of(Do action) {
  try {
    action();
  } catch (const Failure& failure) {
    const std::string message = failure.what();
    EXPECT_FALSE(message.empty());
    EXPECT_FALSE(message.front() >= 'A' && message.front() <= 'Z') << message;
    EXPECT_NE(message.back(), '.') << message;
    for (const std::string& sentence : {failure.detail(), failure.hint()}) {
      if (sentence.empty()) continue;
      EXPECT_FALSE(sentence.front() >= 'a' && sentence.front() <= 'z') << sentence;
      EXPECT_EQ(sentence.back(), '.') << sentence;
    }
    return failure;
  }
  ADD_FAILURE() << "nothing was thrown";
  return Failure(Problem::kInternal, "nothing was thrown");
}

}  // namespace testing
}  // namespace pgscale
