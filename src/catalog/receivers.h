#pragma once

#include <cstdint>
#include <string>

namespace pgscale::catalog {

// Writes down which standbys without a slot are connected, for once such a one is gone, nothing in
// the server tells of it; forgets those that have been gone for a week.
void note_receivers();

// Returns how many there were of that name.
std::uint64_t forget_receiver(const std::string& name);

}  // namespace pgscale::catalog
