#pragma once

#include <optional>
#include <string>

#include "core/inventory.h"
#include "core/options.h"

namespace pgscale::catalog {

// Storage parameters of a table and, with the prefix "toast.", of its TOAST table. `array` is a
// text[] in the form of pg_class.reloptions.

[[nodiscard]] Options read_options(const std::string& array);

// The same array as the server would store it. Throws the error of CREATE TABLE for what is no
// parameter of a table.
[[nodiscard]] std::string canonical_parameters(const std::string& array);

// Those that the table has; empty for none.
[[nodiscard]] std::optional<std::string> storage_parameters_of(Oid table);

}  // namespace pgscale::catalog
