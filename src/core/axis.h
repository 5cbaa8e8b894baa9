#pragma once

#include <optional>
#include <string>
#include <variant>

#include "core/calendar.h"
#include "core/point.h"

namespace pgscale {

// The types a range key may have.
enum class KeyKind { kTimestampTz, kTimestamp, kDate, kSmallint, kInteger, kBigint, kNumeric };

[[nodiscard]] constexpr bool is_time(KeyKind kind) {
  return kind == KeyKind::kTimestampTz || kind == KeyKind::kTimestamp || kind == KeyKind::kDate;
}

// How far apart two bounds are: an interval for times, a width in the key's own unit for numbers.
using Stride = std::variant<Interval, Point>;

// One end of a range. PostgreSQL's MINVALUE and MAXVALUE lie beyond every value.
struct End {
  enum class Kind { kMinimum, kValue, kMaximum };
  Kind kind = Kind::kValue;
  Point value = 0;

  static End minimum() { return {Kind::kMinimum, 0}; }
  static End maximum() { return {Kind::kMaximum, 0}; }
  static End at(Point value) { return {Kind::kValue, value}; }
};

[[nodiscard]] bool operator<(const End& a, const End& b);
[[nodiscard]] bool operator==(const End& a, const End& b);

// Half open: lower is inside, upper is not.
struct Range {
  End lower;
  End upper;
};

// The line on which the bounds of a set lie: the key's type and, for times, the set's zone.
class Axis {
 public:
  Axis(KeyKind kind, Zone zone) : kind_(kind), zone_(std::move(zone)) {}

  [[nodiscard]] KeyKind kind() const { return kind_; }
  [[nodiscard]] const Zone& zone() const { return zone_; }

  // Times only: where a moment lies on the axis, and the moment of a position.
  [[nodiscard]] Point position(Micros instant) const;
  [[nodiscard]] Micros instant(Point position) const;

  [[nodiscard]] Point add(Point start, const Stride& stride, Point times = 1) const;

  // A bound as PostgreSQL reads it back under any setting: "2026-11-01 00:00:00+01", "1000".
  [[nodiscard]] std::string text(Point position) const;
  [[nodiscard]] std::string text(const End& end) const;

  // The position as an End; one past what the type can hold becomes MAXVALUE.
  [[nodiscard]] End end(Point position) const;

 private:
  [[nodiscard]] const Zone& arithmetic_zone() const;

  KeyKind kind_;
  Zone zone_;
};

// The last value + 1 that a bound of the type may name.
[[nodiscard]] Point largest(KeyKind kind);
// The first value that a bound of the type may name.
[[nodiscard]] Point smallest(KeyKind kind);

}  // namespace pgscale
