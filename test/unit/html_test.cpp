#include "core/html.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <type_traits>

namespace pgscale {
namespace {

std::string escaped(std::string_view text) { return plain(text).text(); }

std::string decimal(double value) {
  Html html;
  html << Decimal{value};
  return html.text();
}

TEST(Html, EscapesWhatIsMarkupInContentAndInAttributes) {
  EXPECT_EQ(escaped("<script>alert('x') & \"y\"</script>"),
            "&lt;script&gt;alert(&#39;x&#39;) &amp; &quot;y&quot;&lt;/script&gt;");
  EXPECT_EQ(escaped("public.orders_p2026"), "public.orders_p2026");
}

TEST(Html, TakesNoTextThatIsNotAConstant) {
  EXPECT_FALSE((std::is_constructible_v<Html, std::string>));
  EXPECT_FALSE((std::is_constructible_v<Html, const char*>));
}

TEST(Html, IsAsciiWhateverTheText) {
  EXPECT_EQ(escaped("gr\xC3\xB6\xC3\x9F"
                    "e"),
            "gr&#246;&#223;e");
  EXPECT_EQ(escaped("\xE2\x82\xAC\xF0\x9F\x98\x80"), "&#8364;&#128512;");
}

TEST(Html, ReplacesBytesThatAreNoUtf8OneByOne) {
  EXPECT_EQ(escaped("a\xE4z"), "a&#65533;z");                      // LATIN1
  EXPECT_EQ(escaped("\xC3"), "&#65533;");                          // cut short
  EXPECT_EQ(escaped("\xC0\xBC"), "&#65533;&#65533;");              // overlong <
  EXPECT_EQ(escaped("\xE0\x80\xBC"), "&#65533;&#65533;&#65533;");  // overlong <
  EXPECT_EQ(escaped("\xED\xA0\x80"), "&#65533;&#65533;&#65533;");  // half of a surrogate
  EXPECT_EQ(escaped("\xE2<\xAC"), "&#65533;&lt;&#65533;");
}

TEST(Html, KeepsNoControlCharacterButTabAndLineFeed) {
  EXPECT_EQ(escaped("a\tb\nc\x01\x7F\r"), "a\tb\nc&#65533;&#65533;&#65533;");
}

TEST(Html, WritesNumbersWithAtMostTwoDecimals) {
  EXPECT_EQ(decimal(12), "12");
  EXPECT_EQ(decimal(12.5), "12.5");
  EXPECT_EQ(decimal(12.345), "12.35");
  EXPECT_EQ(decimal(12.05), "12.05");
  EXPECT_EQ(decimal(-0.25), "-0.25");
  EXPECT_EQ(decimal(-0.001), "0");
}

TEST(Shortened, CountsCharactersAndCutsNone) {
  EXPECT_EQ(shortened("SELECT", 6), "SELECT");
  EXPECT_EQ(shortened("SELECT 1", 6), "SELECT\xE2\x80\xA6");
  EXPECT_EQ(shortened("\xC3\xA4\xC3\xB6\xC3\xBC", 2), "\xC3\xA4\xC3\xB6\xE2\x80\xA6");
  EXPECT_EQ(shortened("", 3), "");
}

}  // namespace
}  // namespace pgscale
