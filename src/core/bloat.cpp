#include "core/bloat.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace pgscale {
namespace {

constexpr double kNormal95 = 1.96;

struct Interval95 {
  double center = 0;
  double half_width = 0;
};

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (double value : values) sum += value;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

double variance_of(const std::vector<double>& values) {
  if (values.size() < 2) return 0;
  const double mean = mean_of(values);
  double sum = 0;
  for (double value : values) sum += (value - mean) * (value - mean);
  return sum / static_cast<double>(values.size() - 1);
}

// The mean of a population from that of a sample. The variance is that of a simple random sample,
// which stretches can only lessen; it is corrected for the part of the population that was read.
// Half a page in the sample is added, since a sample may miss all of something rare.
Interval95 mean_interval(const std::vector<double>& values, std::int64_t population,
                         double page_size) {
  const auto n = static_cast<double>(values.size());
  const auto all = static_cast<double>(population);
  if (n >= all) return {mean_of(values), 0};
  const double unread = (all - n) / (all - 1);
  return {mean_of(values),
          kNormal95 * std::sqrt(variance_of(values) / n * unread) + unread * page_size / (2 * n)};
}

// A small generator whose numbers are the same on every platform (SplitMix64).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t below(std::uint64_t limit) {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return (z ^ (z >> 31U)) % limit;
  }

 private:
  std::uint64_t state_;
};

}  // namespace

const char* text(BloatMethod method) {
  switch (method) {
    case BloatMethod::kExact: return "pgstattuple";
    case BloatMethod::kAllPages: return "all pages";
    case BloatMethod::kMap: return "free space map";
    case BloatMethod::kSample: return "sample";
    case BloatMethod::kUnknown: break;
  }
  return "unknown";
}

double map_bytes(int category, double page_size) {
  // A page without an entry is of category 0, just as a full one.
  if (category <= 0) return 0;
  const double step = page_size / 256;
  // The highest is for pages that hold nothing; the others are right in the middle on average.
  if (category >= 255) return page_size - step;
  return (category + 0.5) * step;
}

double map_mean(const MapCounts& counts, double page_size) {
  double pages = 0;
  double bytes = 0;
  for (std::size_t category = 0; category < counts.size(); category++) {
    const auto count = static_cast<double>(counts[category]);
    pages += count;
    bytes += count * map_bytes(static_cast<int>(category), page_size);
  }
  return pages > 0 ? bytes / pages : 0;
}

double reserve_bytes(int fillfactor, double page_size) {
  return page_size * (100 - std::clamp(fillfactor, 0, 100)) / 100;
}

std::vector<std::uint32_t> choose_pages(std::uint32_t first, std::uint32_t end,
                                        std::uint64_t seed) {
  std::vector<std::uint32_t> pages;
  if (end <= first) return pages;
  const std::uint64_t population = end - first;
  const std::uint64_t count = std::min<std::uint64_t>(population, kSamplePages);
  Random random(seed);
  pages.reserve(count);
  for (std::uint64_t i = 0; i < count; i++) {
    const std::uint64_t from = population * i / count;
    const std::uint64_t to = population * (i + 1) / count;
    pages.push_back(static_cast<std::uint32_t>(first + from + random.below(to - from)));
  }
  return pages;
}

Bloat estimate(const std::vector<PageWaste>& sample, std::int64_t population, double page_size,
               std::optional<double> expected_mean) {
  const bool all_read = static_cast<std::int64_t>(sample.size()) >= population;
  Bloat bloat;
  bloat.method = all_read ? BloatMethod::kAllPages : BloatMethod::kSample;
  if (sample.empty()) return bloat;

  std::vector<double> counted;     // free bytes beyond the reserve, and dead ones
  std::vector<double> unexpected;  // the same less what the map told
  std::vector<double> dead;
  for (const PageWaste& page : sample) {
    counted.push_back(page.free - page.reserve + page.dead);
    unexpected.push_back(counted.back() - page.expected);
    dead.push_back(page.dead);
  }

  // The map knows of every page, the sample how far the map is wrong. A map that differs more from
  // the pages than these among themselves (after a crash, say) is of no help.
  Interval95 with_free = mean_interval(counted, population, page_size);
  if (!all_read && expected_mean && variance_of(unexpected) <= variance_of(counted)) {
    with_free = mean_interval(unexpected, population, page_size);
    with_free.center += *expected_mean;
    bloat.method = BloatMethod::kMap;
  }

  // Where updates have used up the reserve there is none to subtract: only the dead bytes count.
  const Interval95 dead_only = mean_interval(dead, population, page_size);
  const auto of_all = [&](double a, double b) {
    return std::clamp(std::max(a, b), 0.0, page_size) * static_cast<double>(population);
  };
  bloat.bytes = of_all(with_free.center, dead_only.center);
  bloat.low =
      of_all(with_free.center - with_free.half_width, dead_only.center - dead_only.half_width);
  bloat.high =
      of_all(with_free.center + with_free.half_width, dead_only.center + dead_only.half_width);
  return bloat;
}

Bloat exact(const PageWaste& total) {
  Bloat bloat;
  bloat.method = BloatMethod::kExact;
  bloat.bytes = std::max(total.free - total.reserve, 0.0) + total.dead;
  bloat.low = bloat.bytes;
  bloat.high = bloat.bytes;
  return bloat;
}

std::optional<std::string> percent(double bytes, double size) {
  if (size <= 0) return std::nullopt;
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.2f", std::clamp(100 * bytes / size, 0.0, 100.0));
  return std::string(buffer);
}

}  // namespace pgscale
