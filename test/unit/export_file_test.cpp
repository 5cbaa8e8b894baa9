#include "core/export_file.h"

#include <gtest/gtest.h>

#include "builders.h"

namespace pgscale {
namespace {

using testing::in_public;

constexpr char kHeader[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0";  // signature, flags, no extension

std::string header() { return std::string(kHeader, 19); }
std::string number(std::uint32_t value, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; i--) text += static_cast<char>(value >> (8 * i) & 0xff);
  return text;
}
std::string field(const std::string& value) {
  return number(static_cast<std::uint32_t>(value.size()), 4) + value;
}

// The rows of a file that is read in portions of each size.
std::optional<std::int64_t> rows(ExportFormat format, const std::string& file) {
  RowCounter whole(format);
  whole.read(file);
  for (std::size_t size = 1; size < 9; size++) {
    RowCounter counter(format);
    for (std::size_t at = 0; at < file.size(); at += size) counter.read(file.substr(at, size));
    EXPECT_EQ(counter.rows(), whole.rows()) << "in portions of " << size;
  }
  return whole.rows();
}

TEST(ExportFile, HasANameThatLeadsNowhereElse) {
  const ExportPolicy policy{"/backup/old", ExportFormat::kCsv};
  EXPECT_EQ(export_file(policy, in_public("orders_p2026_08")),
            "/backup/old/public.orders_p2026_08.csv");
  EXPECT_EQ(export_file(policy, {Identifier(".."), Identifier("../../etc/x y")}),
            "/backup/old/%2E%2E.%2E%2E%2F%2E%2E%2Fetc%2Fx%20y.csv");
  EXPECT_EQ(export_file(policy, in_public("\xc3\xa4")), "/backup/old/public.%C3%A4.csv");
  EXPECT_EQ(export_file({"/", ExportFormat::kBinary}, in_public("a")), "/public.a.binary");
  EXPECT_NE(export_file(policy, {Identifier("a.b"), Identifier("c")}),
            export_file(policy, {Identifier("a"), Identifier("b.c")}));
}

TEST(ExportFile, IsWrittenUnderAnotherName) {
  EXPECT_EQ(export_statement({"/it's", ExportFormat::kCsv}, in_public("a"), {"x", "y z"}).text(),
            "COPY (SELECT \"x\", \"y z\" FROM \"public\".\"a\") TO '/it''s/public.a.csv.partial'"
            " WITH (FORMAT csv, HEADER true, ENCODING 'UTF8')");
  EXPECT_EQ(export_statement({"/d", ExportFormat::kBinary}, in_public("a"), {}).text(),
            "COPY (SELECT  FROM \"public\".\"a\") TO '/d/public.a.binary.partial'"
            " WITH (FORMAT binary, ENCODING 'UTF8')");
}

TEST(RowCounter, CountsRecordsOfCsv) {
  EXPECT_EQ(rows(ExportFormat::kCsv, "a,b\n"), 0);
  EXPECT_EQ(rows(ExportFormat::kCsv, "a,b\n1,2\n3,\n"), 2);
  EXPECT_EQ(rows(ExportFormat::kCsv, "a\n\n\n"), 2) << "of one column that is NULL";
  EXPECT_EQ(rows(ExportFormat::kCsv, "a\n\"x\ny\"\n\"\"\"\n\"\n\"\"\n"), 3)
      << "quoted ends of lines";
}

TEST(RowCounter, SeesThatCsvIsNotWhole) {
  EXPECT_EQ(rows(ExportFormat::kCsv, ""), std::nullopt);
  EXPECT_EQ(rows(ExportFormat::kCsv, "a,b\n1,2"), std::nullopt);
  EXPECT_EQ(rows(ExportFormat::kCsv, "a\n\"x\n"), std::nullopt);
}

TEST(RowCounter, CountsTuplesOfBinary) {
  const std::string end = number(0xffff, 2);
  EXPECT_EQ(rows(ExportFormat::kBinary, header() + end), 0);
  EXPECT_EQ(rows(ExportFormat::kBinary, header() + number(0, 2) + number(0, 2) + end), 2);
  const std::string row =
      number(3, 2) + field("ab") + number(0xffffffff, 4) + field(std::string("\0\xff\xff", 3));
  EXPECT_EQ(rows(ExportFormat::kBinary, header() + row + row + row + end), 3);
  const std::string extended = header().substr(0, 15) + field("more");
  EXPECT_EQ(rows(ExportFormat::kBinary, extended + row + end), 1);
}

TEST(RowCounter, SeesThatBinaryIsNotWhole) {
  const std::string end = number(0xffff, 2);
  const std::string row = number(1, 2) + field("abc");
  const std::string file = header() + row + end;
  for (std::size_t size = 0; size < file.size(); size++) {
    EXPECT_EQ(rows(ExportFormat::kBinary, file.substr(0, size)), std::nullopt) << size;
  }
  EXPECT_EQ(rows(ExportFormat::kBinary, file + "x"), std::nullopt);
}

}  // namespace
}  // namespace pgscale
