#include "core/encoding.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include "core/axis.h"
#include "core/failure.h"
#include "core/point.h"

namespace pgscale {
namespace {

constexpr Micros kUnixEpoch = -946'684'800 * kMicrosPerSecond;
constexpr Micros kKsuidEpoch = kUnixEpoch + 1'400'000'000 * kMicrosPerSecond;
constexpr Micros kMillisecond = 1'000;

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::string_view kBase62 =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

Point floor_div(Point a, Point b) { return a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0); }

// ---- texts ----------------------------------------------------------------------------------
// The alphabets ascend in ASCII, so that texts of one length sort as the numbers they stand for.

// The number in `count` digits, the highest first.
std::string digits(std::uint64_t number, std::string_view alphabet, std::size_t count) {
  std::string text(count, alphabet[0]);
  for (std::size_t i = count; i-- > 0; number /= alphabet.size()) {
    text[i] = alphabet[number % alphabet.size()];
  }
  return text;
}

std::optional<std::uint64_t> number_of(std::string_view text, std::string_view alphabet) {
  std::uint64_t number = 0;
  for (char c : text) {
    const auto digit = alphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    number = number * alphabet.size() + digit;
  }
  return number;
}

bool are_digits(std::string_view text, std::string_view alphabet) {
  return text.find_first_not_of(alphabet) == std::string_view::npos;
}

// 48 bits of milliseconds. What follows is zero, version and variant too: so the bound lies below
// every uuid with these 48 bits, whatever its version, and says of each the same as its time does.
std::string uuid_text(std::uint64_t milliseconds) {
  const std::string hex = digits(milliseconds, kHex, 12);
  return hex.substr(0, 8) + "-" + hex.substr(8) + "-0000-0000-000000000000";
}

std::optional<std::uint64_t> uuid_number(std::string_view key) {
  if (key.size() != 36) return std::nullopt;
  for (std::size_t i = 0; i < key.size(); i++) {
    const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (is_dash ? key[i] != '-' : !are_digits(key.substr(i, 1), kHex)) return std::nullopt;
  }
  return number_of(std::string(key.substr(0, 8)) + std::string(key.substr(9, 4)), kHex);
}

// 10 digits of milliseconds, 16 of chance.
std::string ulid_text(std::uint64_t milliseconds) {
  return digits(milliseconds, kCrockford, 10) + std::string(16, '0');
}

std::optional<std::uint64_t> ulid_number(std::string_view key) {
  if (key.size() != 26 || key[0] > '7' || !are_digits(key, kCrockford)) return std::nullopt;
  return number_of(key.substr(0, 10), kCrockford);
}

constexpr std::size_t kKsuidDigits = 27;
using KsuidBytes = std::array<unsigned, 20>;  // 4 of seconds, 16 of chance

std::string ksuid_text(std::uint64_t seconds) {
  KsuidBytes bytes{};
  for (std::size_t i = 4; i-- > 0; seconds /= 256) bytes[i] = static_cast<unsigned>(seconds % 256);
  std::string text(kKsuidDigits, '0');
  for (std::size_t i = kKsuidDigits; i-- > 0;) {
    unsigned rest = 0;
    for (unsigned& byte : bytes) {
      rest = rest * 256 + byte;
      byte = rest / 62;
      rest %= 62;
    }
    text[i] = kBase62[rest];
  }
  return text;
}

std::optional<std::uint64_t> ksuid_number(std::string_view key) {
  if (key.size() != kKsuidDigits || !are_digits(key, kBase62)) return std::nullopt;
  KsuidBytes bytes{};
  for (char c : key) {
    unsigned carry = static_cast<unsigned>(kBase62.find(c));
    for (std::size_t i = bytes.size(); i-- > 0;) {
      carry += bytes[i] * 62;
      bytes[i] = carry % 256;
      carry /= 256;
    }
    if (carry != 0) return std::nullopt;  // above the largest KSUID
  }
  std::uint64_t seconds = 0;
  for (std::size_t i = 0; i < 4; i++) seconds = seconds * 256 + bytes[i];
  return seconds;
}

// An identifier whose text begins with the units since an epoch, up to `largest`.
struct TextLayout {
  Micros epoch;
  Micros unit;
  std::uint64_t largest;
  std::string (*text)(std::uint64_t units);
  std::optional<std::uint64_t> (*units)(std::string_view key);  // empty: it is no such identifier
};

// A key that is no identifier, a prefix say, lies between two of them all the same.
Place place_by_search(const TextLayout& layout, const std::string& key) {
  if (key < layout.text(0)) return {layout.epoch - layout.unit, false};
  std::uint64_t low = 0;
  for (std::uint64_t high = layout.largest; low < high;) {
    const std::uint64_t middle = high - (high - low) / 2;
    if (key < layout.text(middle)) {
      high = middle - 1;
    } else {
      low = middle;
    }
  }
  return {layout.epoch + static_cast<Micros>(low) * layout.unit, false};
}

Encoding encoding_of(const TextLayout& layout) {
  Encoding encoding;
  encoding.epoch = layout.epoch;
  encoding.unit = layout.unit;
  encoding.first = layout.epoch;
  encoding.last = layout.epoch + static_cast<Micros>(layout.largest) * layout.unit;
  encoding.encode = [layout](Micros instant) {
    const Point units = floor_div(Point{instant} - layout.epoch + layout.unit - 1, layout.unit);
    return layout.text(static_cast<std::uint64_t>(units));
  };
  encoding.decode = [layout](const std::string& key) -> Place {
    const auto units = layout.units(key);
    if (!units) return place_by_search(layout, key);
    return {layout.epoch + static_cast<Micros>(*units) * layout.unit, key == layout.text(*units)};
  };
  return encoding;
}

constexpr std::uint64_t kLargest48 = (std::uint64_t{1} << 48) - 1;
constexpr TextLayout kUuid = {kUnixEpoch, kMillisecond, kLargest48, uuid_text, uuid_number};
constexpr TextLayout kUlid = {kUnixEpoch, kMillisecond, kLargest48, ulid_text, ulid_number};
constexpr TextLayout kKsuid = {kKsuidEpoch, kMicrosPerSecond,
                               std::numeric_limits<std::uint32_t>::max(), ksuid_text, ksuid_number};

// ---- numbers --------------------------------------------------------------------------------

// key = units since the epoch x width
struct NumberLayout {
  Micros epoch;
  Micros unit;
  Point width;
  Point smallest;
  Point largest;
};

Encoding encoding_of(const NumberLayout& layout) {
  auto moment_of = [layout](Point key) {
    const Point moment = layout.epoch + floor_div(key, layout.width) * layout.unit;
    return static_cast<Micros>(
        std::clamp(moment, smallest(KeyKind::kTimestampTz), largest(KeyKind::kTimestampTz)));
  };
  auto key_of = [layout](Micros instant) {
    return floor_div(Point{instant} - layout.epoch + layout.unit - 1, layout.unit) * layout.width;
  };
  Encoding encoding;
  encoding.epoch = layout.epoch;
  encoding.unit = layout.unit;
  encoding.first = encoding.round_up(moment_of(layout.smallest + layout.width - 1));
  encoding.last = moment_of(layout.largest);
  encoding.encode = [key_of](Micros instant) { return decimal_text(key_of(instant), 0); };
  encoding.decode = [moment_of, key_of](const std::string& key) -> Place {
    const Point number = parse_decimal(key, 0).value();
    const Micros moment = moment_of(number);
    return {moment, key_of(moment) == number};
  };
  return encoding;
}

[[noreturn]] void invalid(const std::string& message, const std::string& detail = {},
                          const std::string& hint = {}) {
  throw Failure(Problem::kInvalidParameter, message, detail, hint);
}

NumberLayout snowflake(const SnowflakeOptions& options, const NumberLayout& plain) {
  if (!options.epoch) {
    invalid("encoding \"snowflake\" needs the moment from which its times are counted", {},
            "For example encoding_options => '{\"epoch\": \"2015-01-01T00:00:00Z\"}'.");
  }
  const int shift = options.shift.value_or(22);
  const int unit_ms = options.unit_ms.value_or(1);
  if (shift < 0 || shift > 40) invalid("shift of encoding \"snowflake\" must be between 0 and 40");
  if (unit_ms < 1 || unit_ms > 1000) {
    invalid("unit_ms of encoding \"snowflake\" must be between 1 and 1000");
  }
  NumberLayout layout = plain;
  layout.epoch = *options.epoch;
  layout.unit = unit_ms * kMillisecond;
  layout.width = Point{1} << shift;
  return layout;
}

NumberLayout unix_time(const std::string& name, const NumberLayout& plain) {
  NumberLayout layout = plain;
  layout.epoch = kUnixEpoch;
  layout.unit = name == "unix_seconds"        ? kMicrosPerSecond
                : name == "unix_milliseconds" ? kMillisecond
                                              : 1;
  layout.width = name == "unix_nanoseconds" ? 1'000 : 1;
  return layout;
}

constexpr const char* kNames[] = {"uuidv7",
                                  "ulid",
                                  "ksuid",
                                  "snowflake",
                                  "unix_seconds",
                                  "unix_milliseconds",
                                  "unix_microseconds",
                                  "unix_nanoseconds"};

void check_name(const std::string& name) {
  std::string names;
  for (const char* known : kNames) {
    if (name == known) return;
    names += (names.empty() ? "" : ", ") + std::string(known);
  }
  invalid("invalid value for encoding: \"" + name + "\"", {}, "Available values: " + names + ".");
}

// Whether keys of the type can hold the encoding. A ULID kept as uuid is like a UUIDv7 in what
// counts here.
bool fits(const std::string& name, KeyStorage storage) {
  if (name == "uuidv7" || name == "ulid") {
    return storage == KeyStorage::kUuid || storage == KeyStorage::kText;
  }
  if (name == "ksuid") return storage == KeyStorage::kText;
  return storage == KeyStorage::kBigint ||
         (name == "unix_seconds" && storage == KeyStorage::kInteger);
}

}  // namespace

Micros Encoding::round_up(Micros instant) const {
  const Point units = floor_div(Point{instant} - epoch + unit - 1, unit);
  const Point rounded = epoch + units * unit;
  return rounded > std::numeric_limits<Micros>::max() ? instant : static_cast<Micros>(rounded);
}

const char* text(KeyStorage storage) {
  switch (storage) {
    case KeyStorage::kUuid: return "uuid";
    case KeyStorage::kText: return "text";
    case KeyStorage::kInteger: return "integer";
    case KeyStorage::kBigint: break;
  }
  return "bigint";
}

Encoding encoding_named(const std::string& name, const SnowflakeOptions& options,
                        KeyStorage storage) {
  check_name(name);
  if (!fits(name, storage)) {
    invalid("encoding \"" + name + "\" does not fit a key of type " + text(storage));
  }
  const bool has_options = options.epoch || options.shift || options.unit_ms;
  if (has_options && name != "snowflake") invalid("encoding \"" + name + "\" has no options");
  if (storage == KeyStorage::kUuid) return encoding_of(kUuid);
  if (name == "uuidv7") return encoding_of(kUuid);
  if (name == "ulid") return encoding_of(kUlid);
  if (name == "ksuid") return encoding_of(kKsuid);
  const KeyKind kind = storage == KeyStorage::kInteger ? KeyKind::kInteger : KeyKind::kBigint;
  const NumberLayout plain = {kUnixEpoch, kMillisecond, 1, smallest(kind), largest(kind)};
  return encoding_of(name == "snowflake" ? snowflake(options, plain) : unix_time(name, plain));
}

}  // namespace pgscale
