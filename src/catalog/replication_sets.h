#pragma once

#include "core/inventory.h"

namespace pgscale::catalog {

// The publications that name partitions of the set, and those that retired tables have yet to
// leave.
void load_publications(Inventory& inventory);

// The enabled subscriptions of this database that know partitions of the set.
void load_subscriptions(Inventory& inventory);

}  // namespace pgscale::catalog
