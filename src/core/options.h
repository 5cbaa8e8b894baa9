#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/sql.h"

namespace pgscale {

// Storage parameters of a table or an index, or options of a view: name and value. Those of the
// TOAST table of a table bear its name, as in "toast.autovacuum_enabled".
using Options = std::vector<std::pair<std::string, std::string>>;

[[nodiscard]] bool is_of_toast(const std::string& option);

// (name = 'value', ...)
[[nodiscard]] Sql option_list(const Options& options);
// Adds WITH and the list, where there are any.
void append_options(Sql& sql, const Options& options);

}  // namespace pgscale
