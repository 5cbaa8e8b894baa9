#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/calendar.h"
#include "core/encoding.h"
#include "core/point.h"

namespace pgscale {

// The types a range key may have.
enum class KeyKind { kTimestampTz, kTimestamp, kDate, kSmallint, kInteger, kBigint, kNumeric };

[[nodiscard]] constexpr bool is_time(KeyKind kind) {
  return kind == KeyKind::kTimestampTz || kind == KeyKind::kTimestamp || kind == KeyKind::kDate;
}

// How far apart two bounds are: an interval for times, a width in the key's own unit for numbers.
using Stride = std::variant<Interval, Point>;

// PostgreSQL's MINVALUE and MAXVALUE lie beyond every value.
enum class EndKind { kMinimum, kValue, kMaximum };

// One column of the key in one end of a range: a value as SQL reads it, or MINVALUE or MAXVALUE.
struct EndColumn {
  EndKind kind;
  std::string value;
};

// One end of a range.
struct End {
  using Kind = EndKind;
  Kind kind = Kind::kValue;
  Point value = 0;
  // An end in the catalog may lie between two positions: where the first column is no smallest key
  // of its moment, or the others are not MINVALUE. It counts as behind `value`, in the order of
  // `rank` where there are several, and keeps its columns as they are.
  int rank = 0;
  std::vector<EndColumn> columns = {};

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

// The line on which the bounds of a set lie: the key's type and, for times, the set's zone. Further
// columns of a key play no part: ends that are made have MINVALUE there.
class Axis {
 public:
  Axis(KeyKind kind, Zone zone, std::size_t key_columns = 1)
      : kind_(kind), zone_(std::move(zone)), key_columns_(key_columns) {}
  // Of moments that are written in keys of another type.
  Axis(Encoding encoding, Zone zone, std::size_t key_columns = 1)
      : kind_(KeyKind::kTimestampTz),
        zone_(std::move(zone)),
        key_columns_(key_columns),
        encoding_(std::move(encoding)) {}

  [[nodiscard]] KeyKind kind() const { return kind_; }
  [[nodiscard]] const Zone& zone() const { return zone_; }
  [[nodiscard]] const std::optional<Encoding>& encoding() const { return encoding_; }

  // Times only: where a moment lies on the axis, and the moment of a position.
  [[nodiscard]] Point position(Micros instant) const;
  [[nodiscard]] Micros instant(Point position) const;

  [[nodiscard]] Point add(Point start, const Stride& stride, Point times = 1) const;
  // The position that follows an end, which may lie between two.
  [[nodiscard]] Point at_or_after(const End& end) const;

  // A position as PostgreSQL reads it back under any setting: "2026-11-01 00:00:00+01", "1000".
  // Encoded keys: the moment, not the key.
  [[nodiscard]] std::string text(Point position) const;
  [[nodiscard]] std::string text(const End& end) const;

  // The position as an End; one beyond what the keys can hold becomes MAXVALUE or MINVALUE.
  [[nodiscard]] End end(Point position) const;
  // What the columns of the key are at that end, as a bound clause names them.
  [[nodiscard]] std::vector<EndColumn> columns(const End& end) const;

  // The first and the last position that a bound may name.
  [[nodiscard]] Point first() const;
  [[nodiscard]] Point last() const;

 private:
  [[nodiscard]] const Zone& arithmetic_zone() const;

  KeyKind kind_;
  Zone zone_;
  std::size_t key_columns_;
  std::optional<Encoding> encoding_;
};

// The last value + 1 that a bound of the type may name.
[[nodiscard]] Point largest(KeyKind kind);
// The first value that a bound of the type may name.
[[nodiscard]] Point smallest(KeyKind kind);

}  // namespace pgscale
