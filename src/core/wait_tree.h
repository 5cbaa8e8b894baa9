#pragma once

#include <vector>

namespace pgscale {

// One who waits for locks, and those it waits for. Any number names a process.
struct LockWait {
  int waiter;
  std::vector<int> blockers;
};

// The place of one process, waiting or waited for.
struct WaitNode {
  int process;
  bool deadlocked = false;    // waits in a circle
  std::vector<int> blockers;  // those it waits for itself, each once
  std::vector<int> path;   // the longest chain of waits that ends here: the root first, itself last
  std::vector<int> roots;  // all that everything before it waits for in the end, ascending
  int behind = 0;          // how many wait for it, directly or through others

  [[nodiscard]] int depth() const { return static_cast<int>(path.size()) - 1; }
};

// Everybody in the waits, each once, after the one it waits for last; who holds up most comes
// first. Waits are given in the order in which they began, which breaks ties. A circle has no end,
// so it is cut at its oldest wait, which is then a root like one that does not wait.
[[nodiscard]] std::vector<WaitNode> wait_tree(const std::vector<LockWait>& waits);

}  // namespace pgscale
