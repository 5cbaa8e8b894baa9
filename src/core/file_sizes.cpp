#include "core/file_sizes.h"

#include <algorithm>

namespace pgscale {

int helpers_for(std::size_t files, const ParallelHelp& help) {
  constexpr double kFilesAtCostOne = 15;
  if (!help.is_possible || help.most <= 0) return 0;
  const double share = std::max(help.setup_cost * kFilesAtCostOne, 1.0);
  return static_cast<int>(std::min<double>(help.most, static_cast<double>(files) / share));
}

}  // namespace pgscale
