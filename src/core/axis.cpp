#include "core/axis.h"

#include <cstdio>
#include <limits>

namespace pgscale {
namespace {

const Zone& plain_calendar() {
  static const Zone* const zone = new Zone(Zone::utc());  // never destroyed: nothing runs at exit
  return *zone;
}

// timestamp covers 4714-11-24 BC to 294276-12-31; one day is kept free at each end for zones.
const Micros kLastTime = from_civil({294276, 12, 31, 0});
const Micros kFirstTime = from_civil({-4713, 11, 25, 0});

std::string date_text(const Civil& civil) {
  const bool before_christ = civil.year <= 0;
  char text[40];
  std::snprintf(text, sizeof text, "%04lld-%02d-%02d",
                static_cast<long long>(before_christ ? 1 - civil.year : civil.year), civil.month,
                civil.day);
  return text;
}

std::string time_text(Micros time_of_day) {
  const long long seconds = time_of_day / kMicrosPerSecond;
  const long long fraction = time_of_day % kMicrosPerSecond;
  char text[40];
  std::snprintf(text, sizeof text, " %02lld:%02lld:%02lld", seconds / 3600, seconds / 60 % 60,
                seconds % 60);
  std::string result = text;
  if (fraction != 0) {
    std::snprintf(text, sizeof text, ".%06lld", fraction);
    result += text;
    result.erase(result.find_last_not_of('0') + 1);
  }
  return result;
}

std::string offset_text(Micros offset) {
  const long long seconds = (offset < 0 ? -offset : offset) / kMicrosPerSecond;
  char text[40];
  std::snprintf(text, sizeof text, "%c%02lld", offset < 0 ? '-' : '+', seconds / 3600);
  std::string result = text;
  if (seconds % 3600 != 0) {
    std::snprintf(text, sizeof text, ":%02lld", seconds / 60 % 60);
    result += text;
  }
  if (seconds % 60 != 0) {
    std::snprintf(text, sizeof text, ":%02lld", seconds % 60);
    result += text;
  }
  return result;
}

}  // namespace

bool operator<(const End& a, const End& b) {
  if (a.kind != b.kind) return a.kind < b.kind;
  if (a.kind != End::Kind::kValue) return false;
  return a.value != b.value ? a.value < b.value : a.rank < b.rank;
}

bool operator==(const End& a, const End& b) {
  if (a.kind != b.kind) return false;
  return a.kind != End::Kind::kValue || (a.value == b.value && a.rank == b.rank);
}

Point largest(KeyKind kind) {
  switch (kind) {
    case KeyKind::kTimestampTz:
    case KeyKind::kTimestamp:
    case KeyKind::kDate: return kLastTime;
    case KeyKind::kSmallint: return std::numeric_limits<std::int16_t>::max();
    case KeyKind::kInteger: return std::numeric_limits<std::int32_t>::max();
    case KeyKind::kBigint: return std::numeric_limits<std::int64_t>::max();
    case KeyKind::kNumeric: break;
  }
  return *parse_decimal("1000000000000000000000000000", kNumericScale);
}

Point smallest(KeyKind kind) {
  if (is_time(kind)) return kFirstTime;
  return kind == KeyKind::kNumeric ? -largest(kind) : -largest(kind) - 1;
}

// Dates and timestamps without zone know no offsets: their arithmetic is the bare calendar's.
const Zone& Axis::arithmetic_zone() const {
  return kind_ == KeyKind::kTimestampTz ? zone_ : plain_calendar();
}

Point Axis::position(Micros instant) const {
  return kind_ == KeyKind::kTimestampTz ? instant : zone_.to_local(instant);
}

Micros Axis::instant(Point position) const {
  const Micros micros = static_cast<Micros>(position);
  return kind_ == KeyKind::kTimestampTz ? micros : zone_.to_instant(micros);
}

Point Axis::add(Point start, const Stride& stride, Point times) const {
  if (const auto* width = std::get_if<Point>(&stride)) return start + *width * times;
  const Micros sum = pgscale::add(static_cast<Micros>(start), std::get<Interval>(stride),
                                  static_cast<std::int64_t>(times), arithmetic_zone());
  return encoding_ ? encoding_->round_up(sum) : sum;
}

Point Axis::at_or_after(const End& end) const {
  if (end.rank == 0) return end.value;
  if (encoding_) return end.value + encoding_->unit;
  return end.value + (kind_ == KeyKind::kDate ? kMicrosPerDay : 1);
}

Point Axis::first() const { return encoding_ ? encoding_->first : smallest(kind_); }

Point Axis::last() const { return encoding_ ? encoding_->last : largest(kind_); }

std::string Axis::text(Point position) const {
  if (!is_time(kind_))
    return decimal_text(position, kind_ == KeyKind::kNumeric ? kNumericScale : 0);
  const Micros value = static_cast<Micros>(position);
  const Micros local = arithmetic_zone().to_local(value);
  const Civil civil = to_civil(local);
  std::string result = date_text(civil);
  if (kind_ != KeyKind::kDate) result += time_text(civil.time_of_day);
  if (kind_ == KeyKind::kTimestampTz) result += offset_text(local - value);
  if (civil.year <= 0) result += " BC";
  return result;
}

std::string Axis::text(const End& end) const {
  switch (end.kind) {
    case End::Kind::kMinimum: return "MINVALUE";
    case End::Kind::kMaximum: return "MAXVALUE";
    case End::Kind::kValue: break;
  }
  return text(end.value);
}

End Axis::end(Point position) const {
  if (position > last()) return End::maximum();
  return position < first() ? End::minimum() : End::at(position);
}

std::vector<EndColumn> Axis::columns(const End& end) const {
  if (!end.columns.empty()) return end.columns;
  const EndKind others = end.kind == EndKind::kMaximum ? EndKind::kMaximum : EndKind::kMinimum;
  std::vector<EndColumn> columns(key_columns_, {others, ""});
  if (end.kind != EndKind::kValue) return columns;
  columns.front() = {EndKind::kValue, encoding_ ? encoding_->encode(static_cast<Micros>(end.value))
                                                : text(end.value)};
  return columns;
}

}  // namespace pgscale
