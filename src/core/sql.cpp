#include "core/sql.h"

#include <algorithm>

namespace pgscale {
namespace {

bool needs_no_quotes(const std::string& name) {
  auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return std::all_of(name.begin(), name.end(), is_plain) && !(name[0] >= '0' && name[0] <= '9');
}

std::string quoted(const std::string& name) {
  std::string text = "\"";
  for (char c : name) {
    if (c == '"') text += '"';
    text += c;
  }
  return text += '"';
}

}  // namespace

Identifier::Identifier(std::string_view name) : name_(name) {
  if (name.empty() || name.size() > kMaxBytes || name.find('\0') != std::string_view::npos) {
    throw Failure(Problem::kInvalidParameter, "invalid identifier \"" + name_ + "\"",
                  "An identifier has 1 to 63 bytes.");
  }
}

Sql& Sql::operator<<(const Identifier& identifier) {
  text_ += quoted(identifier.name());
  return *this;
}

Sql& Sql::operator<<(const QualifiedName& name) { return *this << name.schema << "." << name.name; }

// A backslash selects the E'' form, so standard_conforming_strings does not matter.
Sql& Sql::operator<<(Literal literal) {
  if (literal.value.find('\\') != std::string_view::npos) text_ += " E";
  text_ += '\'';
  for (char c : literal.value) {
    if (c == '\'' || c == '\\') text_ += c;
    text_ += c;
  }
  text_ += '\'';
  return *this;
}

Sql& Sql::operator<<(Definition definition) {
  text_ += definition.text;
  return *this;
}

Sql& Sql::operator<<(std::int64_t number) {
  text_ += std::to_string(number);
  return *this;
}

Sql& Sql::operator<<(const Sql& sql) {
  text_ += sql.text_;
  return *this;
}

std::string readable(const QualifiedName& name) {
  auto part = [](const std::string& text) { return needs_no_quotes(text) ? text : quoted(text); };
  return part(name.schema.name()) + "." + part(name.name.name());
}

}  // namespace pgscale
