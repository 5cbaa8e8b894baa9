#include "core/sequence_use.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace pgscale {
namespace {

template <typename T>
constexpr NumberRange all_of() {
  return {std::numeric_limits<T>::min(), std::numeric_limits<T>::max()};
}

}  // namespace

NumberRange range_of(ColumnKind kind, int digits) {
  constexpr int kDigitsOfBigint = 18;  // those that are all in range
  switch (kind) {
    case ColumnKind::kSmallint: return all_of<std::int16_t>();
    case ColumnKind::kInteger: return all_of<std::int32_t>();
    case ColumnKind::kUnlimited: break;
    case ColumnKind::kNumeric:
      if (digits > kDigitsOfBigint) break;
      std::int64_t above = 1;
      for (int i = 0; i < digits; i++) above *= 10;
      return {1 - above, above - 1};
  }
  return all_of<std::int64_t>();
}

std::vector<SequenceUse> narrowest_uses(std::vector<SequenceUse> uses) {
  const auto key = [](const SequenceUse& use) {
    return std::make_tuple(use.sequence, use.range.high, !use.owned, use.relation, use.column);
  };
  std::sort(uses.begin(), uses.end(), [key](const SequenceUse& left, const SequenceUse& right) {
    return key(left) < key(right);
  });
  uses.erase(std::unique(uses.begin(), uses.end(),
                         [](const SequenceUse& left, const SequenceUse& right) {
                           return left.sequence == right.sequence;
                         }),
             uses.end());
  return uses;
}

}  // namespace pgscale
