#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/failure.h"

namespace pgscale {

// A name as PostgreSQL stores it: 1 to 63 bytes, never truncated, never empty.
class Identifier {
 public:
  static constexpr std::size_t kMaxBytes = 63;

  explicit Identifier(std::string_view name);
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  std::string name_;
};

struct QualifiedName {
  Identifier schema;
  Identifier name;
};

// A string constant, as opposed to a name or to SQL text.
struct Literal {
  std::string_view value;
};

// SQL that is nobody's input: written by the server, such as the definition of an index, or a word
// of ours that is known at run time only.
struct Definition {
  std::string_view text;
};

// SQL text, built only from constant fragments, names, numbers and quoted values.
class Sql {
 public:
  template <std::size_t N>
  explicit Sql(const char (&text)[N]) : text_(text, N - 1) {}

  template <std::size_t N>
  Sql& operator<<(const char (&text)[N]) {
    text_.append(text, N - 1);
    return *this;
  }
  Sql& operator<<(const Identifier& identifier);
  Sql& operator<<(const QualifiedName& name);
  Sql& operator<<(Literal literal);
  Sql& operator<<(Definition definition);
  Sql& operator<<(std::int64_t number);
  Sql& operator<<(const Sql& sql);

  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
};

// A moment of the server as a number that C++ reads: microseconds since 2000, as Micros counts.
template <std::size_t N>
[[nodiscard]] Sql micros_of(const char (&moment)[N]) {
  Sql sql("((extract(epoch FROM ");
  return sql << moment << ") - 946684800) * 1000000)::bigint";
}

// The name as a person would type it: quoted only where its characters need quotes. For messages
// and views, never for SQL that is executed.
[[nodiscard]] std::string readable(const QualifiedName& name);

}  // namespace pgscale
