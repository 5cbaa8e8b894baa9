#include "api/procedure.h"

#include "core/failure.h"
#include "shim/session.h"

namespace pgscale::api {

void require_top_level(PgsCall* call, const std::string& name, const char* detail) {
  const std::string procedure = name + "()";
  if (!pg::call(pgs_call_may_commit, call)) {
    throw Failure(Problem::kInvalidTransactionState,
                  procedure + " cannot run inside a transaction block or a function", detail);
  }
  pg::call(pgs_prevent_in_recovery, procedure.c_str());
}

void warn_of_undone(const std::string& what, int count, const std::string& thing,
                    const std::string& last_error, const char* hint) {
  if (count == 0) return;
  const std::string message = what + " left " + std::to_string(count) + " " + thing +
                              (count == 1 ? "" : "s") + " undone: " + last_error;
  pg::call(pgs_warning, message.c_str(), hint);
}

}  // namespace pgscale::api
