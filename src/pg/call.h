#pragma once

#include <exception>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "shim/guard.h"

namespace pgscale::pg {

// A PostgreSQL ERROR, travelling through C++ as an exception.
class Error final : public std::exception {
 public:
  explicit Error(ErrorData* error) noexcept : error_(error) {}
  [[nodiscard]] int sqlstate() const noexcept { return pgs_error_sqlstate(error_.get()); }
  [[nodiscard]] const char* what() const noexcept override {
    return pgs_error_message(error_.get());
  }
  [[nodiscard]] const char* detail() const noexcept { return pgs_error_detail(error_.get()); }
  [[nodiscard]] const char* hint() const noexcept { return pgs_error_hint(error_.get()); }
  [[nodiscard]] ErrorData* release() noexcept { return error_.release(); }

 private:
  struct Free {
    void operator()(ErrorData* error) const noexcept { pgs_error_free(error); }
  };
  std::unique_ptr<ErrorData, Free> error_;
};

namespace internal {
template <typename T>
struct AsDeclared {
  using type = T;
};
}  // namespace internal

// Calls a shim function; an error it raises becomes pg::Error.
template <typename Result, typename... Params>
Result call(Result (*function)(Params...), typename internal::AsDeclared<Params>::type... args) {
  struct Frame {
    Result (*function)(Params...);
    std::tuple<Params...> args;
    std::conditional_t<std::is_void_v<Result>, char, Result> result;
  };
  static_assert(std::is_trivially_destructible_v<Frame>, "PostgreSQL may jump over this frame");

  Frame frame{function, {args...}, {}};
  ErrorData* error = pgs_try(
      [](void* raw) noexcept {
        auto* f = static_cast<Frame*>(raw);
        if constexpr (std::is_void_v<Result>) {
          std::apply(f->function, f->args);
        } else {
          f->result = std::apply(f->function, f->args);
        }
      },
      &frame);
  if (error != nullptr) throw Error(error);
  if constexpr (!std::is_void_v<Result>) return frame.result;
}

// True while an exception thrown after construction unwinds the stack. Then RAII over server state
// does nothing: the abort cleans up.
class Unwinding {
 public:
  explicit operator bool() const noexcept { return std::uncaught_exceptions() > before_; }

 private:
  int before_ = std::uncaught_exceptions();
};

}  // namespace pgscale::pg
