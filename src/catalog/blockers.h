#pragma once

#include <chrono>
#include <vector>

#include "core/inventory.h"
#include "core/step.h"

namespace pgscale::catalog {

// The processes whose locks stand in the way of the step, as far as can be seen after it gave up.
[[nodiscard]] std::vector<int> lock_holders(const Step& step, const Inventory& inventory);

// The processes of this database that have held a snapshot for longer than `age`: finishing a
// detach waits for them while it holds a strong lock, so it is not begun.
[[nodiscard]] std::vector<int> old_snapshots(std::chrono::milliseconds age);

}  // namespace pgscale::catalog
