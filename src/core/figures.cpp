#include "core/figures.h"

#include <algorithm>
#include <limits>

namespace pgscale {
namespace {

__extension__ using Wide = __int128;

std::int64_t narrow(Wide number) {
  using Limits = std::numeric_limits<std::int64_t>;
  return static_cast<std::int64_t>(std::clamp<Wide>(number, Limits::min(), Limits::max()));
}

Wide rounded_quotient(Wide dividend, Wide divisor) {
  if (divisor < 0) return rounded_quotient(-dividend, -divisor);
  return (2 * dividend + (dividend < 0 ? -divisor : divisor)) / (2 * divisor);
}

}  // namespace

std::optional<std::int64_t> percent_hundredths(std::int64_t part, std::int64_t whole) {
  constexpr Wide kOne = 100 * 100;
  if (whole == 0) return std::nullopt;
  return narrow(rounded_quotient(kOne * part, whole));
}

std::int64_t bytes_scanned(const Scanned& scanned) {
  const std::int64_t at_most = scanned.largest_bytes == 0
                                   ? scanned.table_bytes
                                   : std::min(scanned.table_bytes, scanned.largest_bytes);
  const Wide by_scans = Wide{scanned.scans} * at_most;
  if (scanned.table_rows == 0) return narrow(by_scans);
  const Wide by_rows =
      rounded_quotient(Wide{scanned.rows} * scanned.table_bytes, scanned.table_rows);
  return narrow(std::min(by_rows, by_scans));
}

}  // namespace pgscale
