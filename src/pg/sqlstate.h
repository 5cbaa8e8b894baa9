#pragma once

#include <string>

#include "core/failure.h"

namespace pgscale::pg {

// PostgreSQL packs the five characters of an SQLSTATE into an int, six bits each.
constexpr int packed(const char (&code)[6]) {
  int value = 0;
  for (int i = 0; i < 5; i++) value |= ((code[i] - '0') & 0x3F) << (6 * i);
  return value;
}

constexpr int packed(Problem problem) { return packed(sqlstate(problem)); }

inline int packed(const std::string& code) {
  char characters[6] = "XX000";
  code.copy(characters, 5);
  return packed(characters);
}

inline std::string unpacked(int state) {
  std::string code(5, '0');
  for (char& c : code) {
    c = static_cast<char>((state & 0x3F) + '0');
    state >>= 6;
  }
  return code;
}

}  // namespace pgscale::pg
