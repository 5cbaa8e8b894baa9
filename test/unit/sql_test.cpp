#include "core/sql.h"

#include <gtest/gtest.h>

#include <limits>
#include <type_traits>

#include "builders.h"

namespace pgscale {
namespace {

using testing::failure_of;

template <typename T>
std::string written(const T& value) {
  Sql sql("");
  sql << value;
  return sql.text();
}

TEST(Identifier, IsAlwaysQuotedAndDoublesItsQuotes) {
  const struct {
    const char* name;
    const char* sql;
  } cases[] = {
      {"orders", R"("orders")"}, {"Orders", R"("Orders")"},
      {"select", R"("select")"}, {"a b", R"("a b")"},
      {R"(a"b)", R"("a""b")"},   {R"(x"; DROP TABLE users; --)", R"("x""; DROP TABLE users; --")"},
      {R"(a\b)", R"("a\b")"},    {"größe", R"("größe")"}};
  for (const auto& c : cases) EXPECT_EQ(written(Identifier(c.name)), c.sql);
}

TEST(Identifier, HasOneTo63Bytes) {
  EXPECT_EQ(Identifier("a").name(), "a");
  EXPECT_EQ(Identifier(std::string(63, 'a')).name().size(), 63U);
  for (const std::string& bad : {std::string(), std::string(64, 'a'), std::string("a\0b", 3)}) {
    EXPECT_EQ(failure_of([&] { Identifier{bad}; }).problem(), Problem::kInvalidParameter);
  }
}

TEST(QualifiedName, QuotesBothParts) {
  EXPECT_EQ(written(QualifiedName{Identifier("My Schema"), Identifier(R"(t".")")}),
            R"("My Schema"."t"".""")");
}

TEST(Literal, DoublesQuotesAndUsesTheEscapeFormForBackslashes) {
  const struct {
    const char* value;
    const char* sql;
  } cases[] = {{"", "''"},
               {"US", "'US'"},
               {"O'Brien", "'O''Brien'"},
               {"'); DROP TABLE users; --", "'''); DROP TABLE users; --'"},
               {R"(C:\temp)", R"( E'C:\\temp')"},
               {R"(\'; DROP TABLE users; --)", R"( E'\\''; DROP TABLE users; --')"},
               {R"(\)", R"( E'\\')"},
               {"a\nb", "'a\nb'"},
               {"$$", "'$$'"}};
  for (const auto& c : cases) EXPECT_EQ(written(Literal{c.value}), c.sql);
}

// A reader of the two string forms of PostgreSQL: a value must come back and end where it should.
std::string read_back(const std::string& sql) {
  const bool escapes = sql.rfind(" E'", 0) == 0;
  std::string value;
  std::size_t at = escapes ? 3 : 1;
  for (; at < sql.size(); at++) {
    if (escapes && sql[at] == '\\') {
      at++;
    } else if (sql[at] == '\'') {
      if (at + 1 >= sql.size() || sql[at + 1] != '\'') break;
      at++;
    }
    value += sql[at];
  }
  EXPECT_EQ(at, sql.size() - 1) << "the constant ends early: " << sql;
  return value;
}

TEST(Literal, EveryShortTextOfDangerousCharactersComesBack) {
  const std::string alphabet = "'\\\"n;-$\n";
  std::vector<std::string> texts{""};
  for (std::size_t i = 0; i < texts.size() && texts.size() < 5'000; i++) {
    for (char c : alphabet) texts.push_back(texts[i] + c);
  }
  for (const std::string& value : texts) ASSERT_EQ(read_back(written(Literal{value})), value);
}

TEST(Sql, JoinsFragmentsNamesNumbersAndOtherSql) {
  Sql inner("MODULUS ");
  inner << std::int64_t{8};
  Sql sql("ALTER TABLE ");
  sql << Identifier("t") << " (" << inner << ", " << std::numeric_limits<std::int64_t>::min()
      << ")";
  EXPECT_EQ(sql.text(), R"(ALTER TABLE "t" (MODULUS 8, -9223372036854775808))");
}

TEST(Sql, TakesWhatTheServerHasWrittenAsItStands) {
  Sql sql("ALTER TABLE t ADD ");
  sql << Definition{"CHECK ((x <> 'a'::text))"};
  EXPECT_EQ(sql.text(), "ALTER TABLE t ADD CHECK ((x <> 'a'::text))");
}

template <typename T, typename = void>
struct CanBeAppended : std::false_type {};
template <typename T>
struct CanBeAppended<T, std::void_t<decltype(std::declval<Sql&>() << std::declval<T>())>>
    : std::true_type {};

TEST(Sql, IsNotBuiltFromStringsByAccident) {
  EXPECT_FALSE((std::is_constructible_v<Sql, std::string>));
  EXPECT_FALSE((std::is_constructible_v<Sql, const char*>));
  EXPECT_FALSE(CanBeAppended<const std::string&>::value);
  EXPECT_FALSE(CanBeAppended<std::string_view>::value);
  EXPECT_FALSE(CanBeAppended<const char*>::value);
  EXPECT_FALSE((std::is_convertible_v<std::string, Identifier>));
  EXPECT_TRUE(CanBeAppended<const Identifier&>::value);
}

TEST(Readable, QuotesOnlyWhatNeedsQuotes) {
  const struct {
    const char* schema;
    const char* name;
    const char* text;
  } cases[] = {{"public", "orders_p2026", "public.orders_p2026"},
               {"public", "Orders", R"(public."Orders")"},
               {"my schema", "t", R"("my schema".t)"},
               {"public", "2026", R"(public."2026")"},
               {"public", "_2026", "public._2026"},
               {"public", R"(a"b)", R"(public."a""b")"},
               {"public", "a.b", R"(public."a.b")"},
               {"public", "größe", R"(public."größe")"}};
  for (const auto& c : cases) {
    EXPECT_EQ(readable({Identifier(c.schema), Identifier(c.name)}), c.text);
  }
}

TEST(MicrosOf, CountsFromTheBeginningOf2000) {
  Sql sql("SELECT ");
  sql << micros_of("min(at)") << ", 1";
  EXPECT_EQ(sql.text(), "SELECT ((extract(epoch FROM min(at)) - 946684800) * 1000000)::bigint, 1");
}

}  // namespace
}  // namespace pgscale
