#pragma once

#include "pg/arguments.h"

namespace pgscale::api {

// How many rows a procedure may move in one transaction: its argument `batch`.
[[nodiscard]] int batch_of(const pg::Arguments& arguments, int index);

}  // namespace pgscale::api
