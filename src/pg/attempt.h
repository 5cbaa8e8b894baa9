#pragma once

#include <optional>
#include <string>

#include "pg/call.h"
#include "shim/spi.h"

namespace pgscale::pg {

// How something failed, in the parts of a PostgreSQL message.
struct Outcome {
  std::string sqlstate;
  std::string message;
  std::string detail;
  std::string hint;
};

// An outcome thrown on: the failure of another process, told by this one.
class OutcomeError final : public std::exception {
 public:
  explicit OutcomeError(Outcome outcome) : outcome_(std::move(outcome)) {}
  [[nodiscard]] const Outcome& outcome() const noexcept { return outcome_; }
  [[nodiscard]] const char* what() const noexcept override { return outcome_.message.c_str(); }

 private:
  Outcome outcome_;
};

// Describes the exception being handled, a pg::Error, OutcomeError or Failure; any other is thrown
// on.
[[nodiscard]] Outcome outcome_of_current_exception();

// Throws the exception being handled on if nothing may survive it: a cancelled statement, a failed
// assertion, out of memory, a bug of ours.
void rethrow_if_final();

// Runs body in a subtransaction. On failure rolls it back and says why; this is the only way to
// survive a PostgreSQL error inside a transaction.
template <typename Body>
std::optional<Outcome> attempt(Body&& body) {
  PgsScope scope{};
  call(pgs_subtransaction_begin, &scope);
  try {
    body();
    call(pgs_subtransaction_commit, &scope);
    return std::nullopt;
  } catch (...) {
    call(pgs_subtransaction_abort, &scope);
    rethrow_if_final();
    return outcome_of_current_exception();
  }
}

// Runs body in a subtransaction that is rolled back however it ends, so that the locks it took are
// gone. On failure says why.
template <typename Body>
std::optional<Outcome> glance(Body&& body) {
  PgsScope scope{};
  call(pgs_subtransaction_begin, &scope);
  try {
    body();
    call(pgs_subtransaction_abort, &scope);
    return std::nullopt;
  } catch (...) {
    call(pgs_subtransaction_abort, &scope);
    rethrow_if_final();
    return outcome_of_current_exception();
  }
}

// For a background worker outside any transaction: body begins and ends its own; what is open when
// it fails is rolled back. Cancelling such a body ends it, not the worker.
template <typename Body>
std::optional<Outcome> isolated(Body&& body) {
  try {
    body();
    return std::nullopt;
  } catch (...) {
    call(pgs_transaction_abort);
    return outcome_of_current_exception();
  }
}

}  // namespace pgscale::pg
