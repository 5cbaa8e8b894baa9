#include "core/html.h"

#include <cmath>
#include <cstdlib>

namespace pgscale {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

struct Character {
  char32_t code;
  std::size_t bytes;
};

std::size_t announced_bytes(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first < 0xE0) return 2;
  if (first >= 0xE0 && first < 0xF0) return 3;
  if (first >= 0xF0 && first < 0xF5) return 4;
  return 0;
}

// Overlong forms, halves of surrogates and what lies beyond Unicode.
bool is_invalid(char32_t code, std::size_t bytes) {
  return (bytes == 3 && code < 0x800) || (bytes == 4 && code < 0x10000) || code > 0x10FFFF ||
         (code >= 0xD800 && code < 0xE000);
}

// Bytes that are no UTF-8 (a database of encoding SQL_ASCII may hold them) are replaced one by one.
Character first_character(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const std::size_t bytes = announced_bytes(first);
  if (bytes == 1) return {first, 1};
  if (bytes == 0 || bytes > text.size()) return {kReplacement, 1};
  char32_t code = first & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; i++) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0U) != 0x80) return {kReplacement, 1};
    code = (code << 6U) | (byte & 0x3FU);
  }
  if (is_invalid(code, bytes)) return {kReplacement, 1};
  return {code, bytes};
}

// Control characters have no place in HTML; tab and line feed have.
bool is_control(char32_t code) {
  return (code < 0x20 && code != '\t' && code != '\n') || (code >= 0x7F && code < 0xA0);
}

void append_escaped(std::string& markup, char32_t code) {
  switch (code) {
    case '&': markup += "&amp;"; return;
    case '<': markup += "&lt;"; return;
    case '>': markup += "&gt;"; return;
    case '"': markup += "&quot;"; return;
    case '\'': markup += "&#39;"; return;
    default: break;
  }
  if (is_control(code)) code = kReplacement;
  if (code < 0x80) {
    markup += static_cast<char>(code);
  } else {
    markup += "&#" + std::to_string(static_cast<std::uint32_t>(code)) + ";";
  }
}

}  // namespace

Html& Html::operator<<(Text text) {
  std::string_view rest = text.value;
  while (!rest.empty()) {
    const Character character = first_character(rest);
    append_escaped(markup_, character.code);
    rest.remove_prefix(character.bytes);
  }
  return *this;
}

Html& Html::operator<<(std::int64_t number) {
  markup_ += std::to_string(number);
  return *this;
}

Html& Html::operator<<(Decimal number) {
  const std::int64_t hundredths = std::llround(number.value * 100);
  const std::int64_t fraction = std::llabs(hundredths) % 100;
  if (hundredths < 0) markup_ += '-';
  markup_ += std::to_string(std::llabs(hundredths) / 100);
  if (fraction == 0) return *this;
  markup_ += '.';
  markup_ += static_cast<char>('0' + fraction / 10);
  if (fraction % 10 != 0) markup_ += static_cast<char>('0' + fraction % 10);
  return *this;
}

Html& Html::operator<<(const Html& html) {
  markup_ += html.markup_;
  return *this;
}

Html plain(std::string_view text) {
  Html html;
  html << Text{text};
  return html;
}

std::string shortened(std::string_view text, std::size_t characters) {
  std::size_t end = 0;
  for (std::size_t count = 0; end < text.size(); count++) {
    if (count == characters) return std::string(text.substr(0, end)) + "\xE2\x80\xA6";
    end += first_character(text.substr(end)).bytes;
  }
  return std::string(text);
}

}  // namespace pgscale
