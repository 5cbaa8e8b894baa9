#pragma once

#include "core/html.h"

namespace pgscale {

// The style sheet of the report, and the shapes and patterns that its parts refer to.
[[nodiscard]] Html report_style();
[[nodiscard]] Html report_shapes();

}  // namespace pgscale
