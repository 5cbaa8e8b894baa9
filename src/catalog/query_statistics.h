#pragma once

#include <variant>

#include "core/query_statistics.h"

namespace pgscale::catalog {

// The view pg_stat_statements, or what of it is missing for this caller.
[[nodiscard]] std::variant<StatementsView, StatementsFacts> find_statements();

}  // namespace pgscale::catalog
