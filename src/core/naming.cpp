#include "core/naming.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>

#include "core/failure.h"
#include "core/sql.h"

namespace pgscale {
namespace {

constexpr std::string_view kParent = "{parent}";
constexpr std::string_view kBound = "{bound}";

bool take(std::string_view& text, std::string_view prefix) {
  if (text.substr(0, prefix.size()) != prefix) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// The template with both names put in, in one pass: a name that looks like a placeholder is none.
std::string filled(std::string_view naming, const std::string& parent, const std::string& bound) {
  std::string text;
  while (!naming.empty()) {
    if (take(naming, kParent)) {
      text += parent;
    } else if (take(naming, kBound)) {
      text += bound;
    } else {
      text += naming.front();
      naming.remove_prefix(1);
    }
  }
  return text;
}

int count(std::string_view text, std::string_view part) {
  int found = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) {
    found++;
  }
  return found;
}

// FNV-1a, 64 bits folded to 32 (Fowler, Noll, Vo): stable over versions, which std::hash is not.
std::string short_hash(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  char digits[9];
  std::snprintf(digits, sizeof digits, "%08x",
                static_cast<unsigned>((hash >> 32) ^ (hash & 0xffffffffU)));
  return digits;
}

// At most `bytes` bytes; a shortened text ends in _ and its hash and never splits a character.
std::string shortened(const std::string& text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  const std::string hash = "_" + short_hash(text);
  std::size_t keep = bytes > hash.size() ? bytes - hash.size() : 0;
  auto continues = [&text](std::size_t i) {
    return (static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U;
  };
  while (keep > 0 && continues(keep)) keep--;
  return text.substr(0, keep) + hash;
}

std::string fitted(const std::string& naming, const std::string& parent, const std::string& bound) {
  constexpr std::size_t kShortestParent = 16;
  const std::size_t fixed = filled(naming, "", "").size();
  const bool names_parent = naming.find(kParent) != std::string::npos;
  const std::size_t room = Identifier::kMaxBytes - std::min(fixed, Identifier::kMaxBytes);
  const std::size_t kept_for_parent = names_parent ? std::min(parent.size(), kShortestParent) : 0;
  const std::string fitted_bound = shortened(bound, room - std::min(room, kept_for_parent));
  const std::string fitted_parent = shortened(parent, room - fitted_bound.size());
  return filled(naming, fitted_parent, fitted_bound);
}

enum class Precision { kYear, kMonth, kDay, kHour, kMinute, kSecond, kMicrosecond };

Precision precision_of(const Interval& interval) {
  if (interval.micros % kMicrosPerSecond != 0) return Precision::kMicrosecond;
  if (interval.micros % (60 * kMicrosPerSecond) != 0) return Precision::kSecond;
  if (interval.micros % kMicrosPerHour != 0) return Precision::kMinute;
  if (interval.micros != 0) return Precision::kHour;
  if (interval.days != 0) return Precision::kDay;
  return interval.months % 12 != 0 ? Precision::kMonth : Precision::kYear;
}

Precision precision_of(const Civil& civil) {
  if (civil.time_of_day != 0) return precision_of(Interval{0, 0, civil.time_of_day});
  if (civil.day != 1) return Precision::kDay;
  return civil.month != 1 ? Precision::kMonth : Precision::kYear;
}

std::string civil_name(const Civil& civil, Precision precision) {
  const bool before_christ = civil.year <= 0;
  const long long seconds = civil.time_of_day / kMicrosPerSecond;
  std::string name = before_christ ? "bc" : "";
  auto append = [&name](const char* format, long long value) {
    char text[32];
    std::snprintf(text, sizeof text, format, value);
    name += text;
  };
  append("%04lld", before_christ ? 1 - civil.year : civil.year);
  if (precision >= Precision::kMonth) append("_%02lld", civil.month);
  if (precision >= Precision::kDay) append("_%02lld", civil.day);
  if (precision >= Precision::kHour) append("_%02lld", seconds / 3600);
  if (precision >= Precision::kMinute) append("%02lld", seconds / 60 % 60);
  if (precision >= Precision::kSecond) append("%02lld", seconds % 60);
  if (precision >= Precision::kMicrosecond) append("_%06lld", civil.time_of_day % kMicrosPerSecond);
  return name;
}

// When the clocks go back an hour is told twice; the telling that the zone does not map back to its
// instant is marked, so that both have names.
const char* fold_mark(const Axis& axis, Micros instant, Micros local) {
  const Micros usual = axis.zone().to_instant(local);
  if (usual == instant) return "";
  return instant < usual ? "a" : "b";
}

}  // namespace

void check_naming(std::string_view naming) {
  auto fail = [naming](const std::string& detail) {
    throw Failure(Problem::kInvalidParameter,
                  "invalid name template \"" + std::string(naming) + "\"", detail,
                  "The usual template is {parent}_p{bound}.");
  };
  if (count(naming, kBound) != 1) fail("It must contain {bound} once.");
  if (count(naming, kParent) > 1) fail("It may contain {parent} only once.");
  if (naming.find('\0') != std::string_view::npos) fail("It must not contain a zero byte.");
  const std::string rest = filled(naming, "", "");
  if (rest.find_first_of("{}") != std::string::npos) {
    fail("It may contain no other placeholders than {parent} and {bound}.");
  }
  constexpr std::size_t kMostFixed = 24;
  if (rest.size() > kMostFixed) fail("Its fixed part may have at most 24 bytes.");
}

std::string partition_name(const std::string& parent, const std::string& naming, Method method,
                           const std::string& bound) {
  const char* usual = method == Method::kList ? "{parent}_{bound}" : "{parent}_p{bound}";
  return fitted(naming.empty() ? usual : naming, parent, bound);
}

std::string default_partition_name(const std::string& parent) {
  return fitted("{parent}_{bound}", parent, "default");
}

std::string range_name(const Axis& axis, const Stride& stride, const End& lower) {
  if (lower.kind != End::Kind::kValue) return lower.kind == End::Kind::kMinimum ? "min" : "max";
  if (lower.rank > 0) {  // beside it there may be one that starts at the position itself
    return range_name(axis, stride, End::at(lower.value)) + "_r" + std::to_string(lower.rank);
  }
  if (!is_time(axis.kind())) {
    std::string name = axis.text(lower.value);
    if (name[0] == '-') name[0] = 'm';
    std::replace(name.begin(), name.end(), '.', '_');
    return name;
  }
  const Micros value = static_cast<Micros>(lower.value);
  const bool zoned = axis.kind() == KeyKind::kTimestampTz;
  const Micros local = zoned ? axis.zone().to_local(value) : value;
  const Civil civil = to_civil(local);
  const Precision precision =
      std::max(precision_of(std::get<Interval>(stride)), precision_of(civil));
  return civil_name(civil, precision) + (zoned ? fold_mark(axis, value, local) : "");
}

std::string remainder_name(int modulus, int remainder) {
  const auto width = static_cast<int>(std::to_string(modulus - 1).size());
  char text[32];
  std::snprintf(text, sizeof text, "%0*d", width, remainder);
  return text;
}

}  // namespace pgscale
