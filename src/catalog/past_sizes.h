#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/calendar.h"
#include "core/inventory.h"

namespace pgscale::catalog {

// What a table weighed in the past, as far as the history reaches.
struct PastSizes {
  Oid table = 0;  // 0: all tables together, those that are gone too
  std::optional<std::int64_t> day_ago;
  std::optional<std::int64_t> week_ago;
  std::optional<std::int64_t> month_ago;  // 30 days
  // A week ago, or where the history begins later the first size in it.
  std::optional<Micros> since;
  std::optional<std::int64_t> since_bytes;
};

enum class Tables { kAll, kPartitioned };

// The tables that are no partitions, as far as the reader may see their history; all of them
// together only for one who may see all.
[[nodiscard]] std::vector<PastSizes> past_sizes(Micros now, Oid reader, Tables tables);

}  // namespace pgscale::catalog
