#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace pgscale {

// What went wrong, in PostgreSQL's terms; each has one SQLSTATE (see sqlstate()).
enum class Problem {
  kInvalidParameter,
  kNullNotAllowed,
  kOutOfRange,
  kUndefinedColumn,
  kUndefinedTable,
  kUndefinedObject,
  kUndefinedSchema,
  kUndefinedFunction,
  kUndefinedFile,
  kDuplicateTable,
  kDuplicateObject,
  kDuplicateFile,
  kWrongObjectType,
  kInvalidDefinition,
  kInsufficientPrivilege,
  kNotSupported,
  kNotInPrerequisiteState,
  kInUse,
  kLockNotAvailable,
  kLimitExceeded,
  kInvalidTransactionState,
  kInternal,
};

// The five characters that PostgreSQL's appendix "Error Codes" gives the problem.
constexpr const char (&sqlstate(Problem problem))[6] {
  switch (problem) {
    case Problem::kInvalidParameter: return "22023";
    case Problem::kNullNotAllowed: return "22004";
    case Problem::kOutOfRange: return "22003";
    case Problem::kUndefinedColumn: return "42703";
    case Problem::kUndefinedTable: return "42P01";
    case Problem::kUndefinedObject: return "42704";
    case Problem::kUndefinedSchema: return "3F000";
    case Problem::kUndefinedFunction: return "42883";
    case Problem::kUndefinedFile: return "58P01";
    case Problem::kDuplicateTable: return "42P07";
    case Problem::kDuplicateObject: return "42710";
    case Problem::kDuplicateFile: return "58P02";
    case Problem::kWrongObjectType: return "42809";
    case Problem::kInvalidDefinition: return "42P17";
    case Problem::kInsufficientPrivilege: return "42501";
    case Problem::kNotSupported: return "0A000";
    case Problem::kNotInPrerequisiteState: return "55000";
    case Problem::kInUse: return "55006";
    case Problem::kLockNotAvailable: return "55P03";
    case Problem::kLimitExceeded: return "54000";
    case Problem::kInvalidTransactionState: return "25000";
    case Problem::kInternal: break;
  }
  return "XX000";
}

// A failure pgscale itself found. Messages follow PostgreSQL's style guide: lower case, no final
// period; detail and hint are whole sentences.
class Failure : public std::runtime_error {
 public:
  Failure(Problem problem, const std::string& message, std::string detail = {},
          std::string hint = {})
      : std::runtime_error(message),
        problem_(problem),
        detail_(std::move(detail)),
        hint_(std::move(hint)) {}
  [[nodiscard]] Problem problem() const noexcept { return problem_; }
  [[nodiscard]] const std::string& detail() const noexcept { return detail_; }
  [[nodiscard]] const std::string& hint() const noexcept { return hint_; }

 private:
  Problem problem_;
  std::string detail_;
  std::string hint_;
};

}  // namespace pgscale
