#include "core/point.h"

#include <algorithm>

namespace pgscale {
namespace {

constexpr Point kLargest = ~(static_cast<Point>(1) << 127);

}  // namespace

std::string decimal_text(Point value, int scale) {
  const bool negative = value < 0;
  std::string digits;
  for (Point rest = value; rest != 0 || static_cast<int>(digits.size()) <= scale; rest /= 10) {
    int digit = static_cast<int>(rest % 10);
    digits += static_cast<char>('0' + (digit < 0 ? -digit : digit));
  }
  std::reverse(digits.begin(), digits.end());
  std::string whole = digits.substr(0, digits.size() - static_cast<std::size_t>(scale));
  std::string fraction = digits.substr(whole.size());
  fraction.erase(fraction.find_last_not_of('0') + 1);
  return (negative ? "-" : "") + whole + (fraction.empty() ? "" : "." + fraction);
}

std::optional<Point> parse_decimal(std::string_view text, int scale) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  Point value = 0;
  int behind_point = -1;
  bool any_digit = false;
  auto append = [&value](int digit) {
    if (value > (kLargest - digit) / 10) return false;
    value = value * 10 + digit;
    return true;
  };
  for (char c : text) {
    if (c == '.' && behind_point < 0) {
      behind_point = 0;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    any_digit = true;
    if (behind_point == scale) {
      if (c != '0') return std::nullopt;
      continue;
    }
    if (behind_point >= 0) behind_point++;
    if (!append(c - '0')) return std::nullopt;
  }
  if (!any_digit) return std::nullopt;
  for (int i = std::max(behind_point, 0); i < scale; i++) {
    if (!append(0)) return std::nullopt;
  }
  return negative ? -value : value;
}

Point rank_of_text(std::string_view text) {
  constexpr std::size_t kBytes = 15;
  Point rank = 0;
  for (std::size_t i = 0; i < kBytes; i++) {
    rank = rank * 256 + (i < text.size() ? static_cast<unsigned char>(text[i]) : 0);
  }
  return rank;
}

}  // namespace pgscale
