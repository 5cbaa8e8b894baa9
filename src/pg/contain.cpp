#include "pg/contain.h"

#include <cstdio>
#include <new>

#include "core/failure.h"
#include "pg/attempt.h"
#include "pg/sqlstate.h"

namespace pgscale::pg {
namespace {

void fill(PgsFailure* failure, int state, const char* message, const char* detail = "",
          const char* hint = "") {
  failure->sqlstate = state;
  std::snprintf(failure->message, sizeof failure->message, "%s", message);
  std::snprintf(failure->detail, sizeof failure->detail, "%s", detail);
  std::snprintf(failure->hint, sizeof failure->hint, "%s", hint);
}

}  // namespace

void describe_current_exception(PgsFailure* failure) noexcept {
  *failure = {};
  try {
    throw;
  } catch (Error& error) {
    failure->error = error.release();
  } catch (const Failure& error) {
    fill(failure, packed(error.problem()), error.what(), error.detail().c_str(),
         error.hint().c_str());
  } catch (const OutcomeError& error) {
    const Outcome& outcome = error.outcome();
    fill(failure, packed(outcome.sqlstate), outcome.message.c_str(), outcome.detail.c_str(),
         outcome.hint.c_str());
  } catch (const std::bad_alloc&) {
    fill(failure, packed("53200"), "out of memory");
  } catch (const std::exception& error) {
    fill(failure, packed("XX000"), error.what());
  } catch (...) {
    fill(failure, packed("XX000"), "unknown C++ exception");
  }
}

Outcome outcome_of_current_exception() {
  try {
    throw;
  } catch (const Error& error) {
    return {unpacked(error.sqlstate()), error.what(), error.detail(), error.hint()};
  } catch (const OutcomeError& error) {
    return error.outcome();
  } catch (const Failure& error) {
    return {sqlstate(error.problem()), error.what(), error.detail(), error.hint()};
  }
}

void rethrow_if_final() {
  try {
    throw;
  } catch (const Error& error) {
    const int state = error.sqlstate();
    if (state == packed("57014") || state == packed("P0004") || state == packed("53200")) throw;
  } catch (const OutcomeError&) {
    return;
  } catch (const Failure&) {
    return;
  }
}

}  // namespace pgscale::pg
