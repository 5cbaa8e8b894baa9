#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/inventory.h"

namespace pgscale {

// The whole numbers that a column can take, as far as a sequence can give them.
struct NumberRange {
  std::int64_t low;
  std::int64_t high;
};

enum class ColumnKind {
  kSmallint,
  kInteger,
  kNumeric,    // with a precision
  kUnlimited,  // bigint, and whatever takes every value of a sequence
};
// digits: of a numeric column before the point, below 1 when it takes none but 0.
[[nodiscard]] NumberRange range_of(ColumnKind kind, int digits);

// A column that takes values of a sequence, because it owns the sequence (serial, identity) or has
// it in its default.
struct SequenceUse {
  Oid sequence = 0;
  Oid relation = 0;
  int column = 0;
  bool owned = false;
  NumberRange range{};
  std::string name;  // of the column
  std::string type;  // its type, as SQL writes it
};
// One use of each sequence, that with the smallest range: the owner before others, then the oldest
// table. In the order of the sequences' OIDs.
[[nodiscard]] std::vector<SequenceUse> narrowest_uses(std::vector<SequenceUse> uses);

}  // namespace pgscale
