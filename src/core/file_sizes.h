#pragma once

#include <cstddef>

namespace pgscale {

// What the server says of helpers, which count as its parallel workers.
struct ParallelHelp {
  bool is_possible = false;
  int most = 0;           // max_parallel_workers_per_gather
  double setup_cost = 0;  // parallel_setup_cost
};

// How many helpers are to find the sizes of so many files. One takes 3 to 5 ms to start, and a file
// 1.5 to 2 microseconds (measured; bench/RESULTS.md): at the usual parallel_setup_cost, 1000, the
// first pays for certain from 10,000 files on, 15 to 20 ms of work. One more each time the files
// are three times as many, as PostgreSQL plans parallel scans.
[[nodiscard]] int helpers_for(std::size_t files, const ParallelHelp& help);

}  // namespace pgscale
