#pragma once

#include <string>

#include "pg/arguments.h"

namespace pgscale::api {

// What every procedure that commits begins with: it is called at top level, and not on a standby.
// The name is that of the procedure with its schema; the detail says why.
void require_top_level(PgsCall* call, const std::string& name, const char* detail);

// Its last word where not all could be done: `what` left so many things undone.
void warn_of_undone(const std::string& what, int count, const std::string& thing,
                    const std::string& last_error, const char* hint = "See pgscale.runs.");

}  // namespace pgscale::api
