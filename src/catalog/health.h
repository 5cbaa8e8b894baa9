#pragma once

#include <string>

#include "core/health.h"

namespace pgscale::catalog {

// A threshold that differs from the usual one; kept in the role of the extension.
void save_threshold(const std::string& check, const Threshold& threshold);
void reset_threshold(const std::string& check);

}  // namespace pgscale::catalog
