#pragma once

#include <string>

#include "core/calendar.h"

namespace pgscale::catalog {

// The named zone as the server knows it. Throws Failure when it knows none of that name.
[[nodiscard]] Zone server_zone(const std::string& name);

// A moment as an SQL literal of type timestamptz.
[[nodiscard]] std::string timestamptz_text(Micros instant);

}  // namespace pgscale::catalog
