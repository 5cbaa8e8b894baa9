#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pgscale {

// Data, as opposed to markup; UTF-8.
struct Text {
  std::string_view value;
};

// A number in markup with at most two decimals: a coordinate, a share.
struct Decimal {
  double value;
};

// HTML or SVG, built only from constant fragments, numbers and escaped text. It is all ASCII, so
// that the page reads the same whatever encodings it passes through.
class Html {
 public:
  Html() = default;
  template <std::size_t N>
  explicit Html(const char (&markup)[N]) : markup_(markup, N - 1) {}

  template <std::size_t N>
  Html& operator<<(const char (&markup)[N]) {
    markup_.append(markup, N - 1);
    return *this;
  }
  Html& operator<<(Text text);
  Html& operator<<(std::int64_t number);
  Html& operator<<(Decimal number);
  Html& operator<<(const Html& html);

  [[nodiscard]] bool empty() const noexcept { return markup_.empty(); }
  [[nodiscard]] const std::string& text() const noexcept { return markup_; }

 private:
  std::string markup_;
};

// The text alone.
[[nodiscard]] Html plain(std::string_view text);

// At most so many characters; what is longer ends in an ellipsis.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t characters);

}  // namespace pgscale
