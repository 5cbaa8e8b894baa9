#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pgscale {

// A position on the axis of a range key. Times: microseconds since 2000-01-01 (PostgreSQL's epoch),
// in UTC for timestamptz and in local time for timestamp and date. Integers: the value itself.
// numeric: the value times 10^kNumericScale.
__extension__ typedef __int128 Point;

inline constexpr int kNumericScale = 10;

// The decimal text of value / 10^scale, without needless zeros: "-12.5", "1000".
[[nodiscard]] std::string decimal_text(Point value, int scale);

// The inverse, for text as PostgreSQL writes numbers. Empty when it is no finite number, or when it
// does not fit (more than `scale` digits behind the point, or beyond the range of Point).
[[nodiscard]] std::optional<Point> parse_decimal(std::string_view text, int scale);

// A number that grows with the text as its bytes sort: that of its first 15 bytes.
[[nodiscard]] Point rank_of_text(std::string_view text);

}  // namespace pgscale
