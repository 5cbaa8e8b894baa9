#pragma once

#include <cstdint>
#include <optional>

namespace pgscale {

// Figures of the views that SQL would compute with type numeric, which takes some ten times as long
// and is felt where there are thousands of rows. Exact, halves away from zero; what is beyond 64
// bits is told as the last number there.

// The part in hundredths of a percent of the whole; empty where there is no whole.
[[nodiscard]] std::optional<std::int64_t> percent_hundredths(std::int64_t part, std::int64_t whole);

// What sequential scans of a table, or of its leaves, have read so far.
struct Scanned {
  std::int64_t scans = 0;
  std::int64_t rows = 0;  // by all of them
  std::int64_t table_bytes = 0;
  std::int64_t table_rows = 0;     // 0 when nobody knows them
  std::int64_t largest_bytes = 0;  // of the leaves; 0 for a table without
};

// In bytes: the rows read, at the bytes that a row takes with the dead space beside it, so that a
// scan that LIMIT ends early counts for what it read. No more than each scan reading all of the
// table, or of the largest leaf, which is all that is said where the rows are not known.
[[nodiscard]] std::int64_t bytes_scanned(const Scanned& scanned);

}  // namespace pgscale
