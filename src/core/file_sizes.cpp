#include "core/file_sizes.h"

#include <algorithm>

namespace pgscale {

int helpers_for(std::size_t files, const ParallelHelp& help) {
  constexpr double kFilesAtCostOne = 10;
  if (!help.is_possible) return 0;
  int helpers = 0;
  for (double pays = std::max(help.setup_cost * kFilesAtCostOne, 1.0);
       helpers < help.most && static_cast<double>(files) >= pays; pays *= 3) {
    helpers++;
  }
  return helpers;
}

}  // namespace pgscale
