#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pgscale {

// Bloat is the free and the dead bytes of a relation; the bytes that fillfactor keeps free on
// purpose are not counted, dead bytes always are.

// What one page holds that is of no use, in bytes.
struct PageWaste {
  double free = 0;      // on a page in use
  double dead = 0;      // of dead items; all of a page that is not in use
  double reserve = 0;   // what fillfactor keeps free here
  double expected = 0;  // the free bytes that the free space map tells
};

// How the figure was found, from the best to none.
enum class BloatMethod {
  kExact,     // pgstattuple read everything
  kAllPages,  // every page was read
  kMap,       // free space map, set right by a sample of pages
  kSample,    // a sample of pages
  kUnknown,
};
[[nodiscard]] const char* text(BloatMethod method);

// Bytes, with the ends of an interval of 95 percent confidence.
struct Bloat {
  BloatMethod method = BloatMethod::kUnknown;
  double bytes = 0;
  double low = 0;
  double high = 0;
};

// The free space map keeps 256 categories of a page's free bytes, rounded down.
using MapCounts = std::array<std::int64_t, 256>;
[[nodiscard]] double map_bytes(int category, double page_size);
// The mean over all pages that were counted; 0 for none.
[[nodiscard]] double map_mean(const MapCounts& counts, double page_size);

[[nodiscard]] double reserve_bytes(int fillfactor, double page_size);

// Relations of so many pages or fewer are read as a whole.
inline constexpr std::int64_t kSamplePages = 300;

// Pages to read of `first` to `end` - 1, ascending: all of them, or one at random out of each of
// kSamplePages equal stretches. The same seed gives the same pages.
[[nodiscard]] std::vector<std::uint32_t> choose_pages(std::uint32_t first, std::uint32_t end,
                                                      std::uint64_t seed);

// From the pages read to all `population` pages. expected_mean: the mean of PageWaste::expected
// over the population, where there is a map.
[[nodiscard]] Bloat estimate(const std::vector<PageWaste>& sample, std::int64_t population,
                             double page_size, std::optional<double> expected_mean);

// From sums over all pages.
[[nodiscard]] Bloat exact(const PageWaste& total);

// Percent of the size with two decimals; empty for a relation without pages.
[[nodiscard]] std::optional<std::string> percent(double bytes, double size);

}  // namespace pgscale
