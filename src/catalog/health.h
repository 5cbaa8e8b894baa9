#pragma once

#include <string>

#include "core/health.h"

namespace pgscale::catalog {

// A threshold that differs from the usual one; kept in the role of the extension.
void save_threshold(const std::string& check, const Threshold& threshold);
void reset_threshold(const std::string& check);

// Writes down what view health says of each check now, where it differs from what it said before.
void record_health();

}  // namespace pgscale::catalog
