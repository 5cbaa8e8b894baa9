#include "core/interval_words.h"

#include <cctype>
#include <optional>
#include <string_view>

namespace pgscale {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

// The end of the word for quarters at that place; empty when there is none.
std::optional<std::size_t> end_of_quarter(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] == ' ') at++;
  std::string word;
  while (at < text.size() && is_letter(text[at])) {
    word += static_cast<char>(std::tolower(static_cast<unsigned char>(text[at++])));
  }
  if (word != "quarter" && word != "quarters" && word != "qtr") return std::nullopt;
  return at;
}

}  // namespace

std::string without_quarters(const std::string& text) {
  constexpr std::size_t kMostDigits = 6;
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end])) end++;
    const bool starts_number =
        at == 0 || text[at - 1] == ' ' || text[at - 1] == '-' || text[at - 1] == '+';
    const bool is_count = starts_number && end > at && end - at <= kMostDigits;
    const auto quarter = is_count ? end_of_quarter(text, end) : std::nullopt;
    if (quarter) {
      result += std::to_string(3 * std::stol(text.substr(at, end - at))) + " months";
      at = *quarter;
    } else {
      end = end > at ? end : at + 1;
      result += text.substr(at, end - at);
      at = end;
    }
  }
  return result;
}

}  // namespace pgscale
