#pragma once

#include <cstddef>

namespace pgscale {

// What the server says of parallel workers.
struct ParallelHelp {
  bool is_possible = false;
  int most = 0;           // max_parallel_workers_per_gather
  double setup_cost = 0;  // parallel_setup_cost
};

// How many parallel workers are to help to find the sizes of so many files. The planner's cost of
// starting some, 1000 unless somebody set it, stands for about 20 ms, in which the kernel tells the
// sizes of 15,000 files (measured; bench/RESULTS.md): each worker is to get at least so many.
[[nodiscard]] int helpers_for(std::size_t files, const ParallelHelp& help);

}  // namespace pgscale
