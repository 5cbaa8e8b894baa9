#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/calendar.h"

namespace pgscale {

// Where a key lies on the line of moments: at the last moment whose smallest key is not above it,
// and whether it is that smallest key.
struct Place {
  Micros instant;
  bool is_exact;
};

// How the moments of a set are written in keys that are no times, such as identifiers that begin
// with their time. A key is not below encode(t) exactly when its moment is not before t.
struct Encoding {
  std::function<std::string(Micros instant)> encode;  // the smallest key of the moment
  std::function<Place(const std::string& key)> decode;
  // Moments have keys of their own at `epoch` and in steps of `unit` from there, from `first` to
  // `last`.
  Micros epoch = 0;
  Micros unit = 1;
  Micros first;
  Micros last;

  // The first moment, not before the given one, that has a key of its own.
  [[nodiscard]] Micros round_up(Micros instant) const;
};

// The types of keys that moments can be encoded in.
enum class KeyStorage { kUuid, kText, kInteger, kBigint };
[[nodiscard]] const char* text(KeyStorage storage);

// What tells one kind of Snowflake from another: moments are counted in units from the epoch and
// shifted to the left.
struct SnowflakeOptions {
  std::optional<Micros> epoch;
  std::optional<int> shift;
  std::optional<int> unit_ms;
};

// The encoding of that name: uuidv7, ulid, ksuid, snowflake, unix_seconds, unix_milliseconds,
// unix_microseconds or unix_nanoseconds. Throws Failure when there is none, when it does not fit
// the type of the key, and for options that do not belong to it.
[[nodiscard]] Encoding encoding_named(const std::string& name, const SnowflakeOptions& options,
                                      KeyStorage storage);

}  // namespace pgscale
