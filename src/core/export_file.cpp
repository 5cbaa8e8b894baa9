#include "core/export_file.h"

#include <algorithm>

namespace pgscale {
namespace {

void append_escaped(std::string& file, const std::string& name) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  for (const char letter : name) {
    const auto byte = static_cast<unsigned char>(letter);
    const bool is_plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                          (letter >= '0' && letter <= '9') || letter == '_' || letter == '-';
    if (is_plain) {
      file += letter;
    } else {
      file += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
}

}  // namespace

std::string export_file(const ExportPolicy& policy, const QualifiedName& table) {
  std::string file = policy.path == "/" ? policy.path : policy.path + "/";
  append_escaped(file, table.schema.name());
  file += '.';
  append_escaped(file, table.name.name());
  file += '.';
  return file + text(policy.format);
}

// Readers do not look at it, and rows that are there need not fulfil it.
Sql seal_statement(const QualifiedName& table) {
  Sql sql("ALTER TABLE ");
  sql << table << " ADD CONSTRAINT " << Identifier(kSealName) << " CHECK (false) NOT VALID";
  return sql;
}

Sql export_lock_statement(const QualifiedName& table) {
  Sql sql("LOCK TABLE ");
  sql << table << " IN SHARE MODE";
  return sql;
}

Sql export_statement(const ExportPolicy& policy, const QualifiedName& table,
                     const std::vector<std::string>& columns) {
  Sql sql("COPY (SELECT ");
  for (std::size_t i = 0; i < columns.size(); i++) {
    if (i > 0) sql << ", ";
    sql << Identifier(columns[i]);
  }
  const std::string file = export_file(policy, table) + kPartialSuffix;
  sql << " FROM " << table << ") TO " << Literal{file};
  if (policy.format == ExportFormat::kCsv) {
    sql << " WITH (FORMAT csv, HEADER true, ENCODING 'UTF8')";
  } else {
    sql << " WITH (FORMAT binary, ENCODING 'UTF8')";
  }
  return sql;
}

Sql count_statement(const QualifiedName& table) {
  Sql sql("SELECT count(*) FROM ");
  return sql << table;
}

void RowCounter::read(std::string_view bytes) {
  if (format_ == ExportFormat::kCsv) {
    read_csv(bytes);
  } else {
    read_binary(bytes);
  }
}

std::optional<std::int64_t> RowCounter::rows() const {
  if (format_ == ExportFormat::kBinary) {
    return expected_ == Expected::kEnd && skip_ == 0 ? std::optional(rows_) : std::nullopt;
  }
  if (quoted_ || last_ != '\n') return std::nullopt;
  return rows_ - 1;  // the header
}

// A quote inside of a value is doubled, so it changes nothing in the end.
void RowCounter::read_csv(std::string_view bytes) {
  for (const char byte : bytes) {
    if (byte == '"') quoted_ = !quoted_;
    if (byte == '\n' && !quoted_) rows_++;
  }
  if (!bytes.empty()) last_ = bytes.back();
}

// Signature of 11 bytes, flags, an extension; rows of a count of fields and for each its length and
// bytes; -1 for the count at the end.
void RowCounter::read_binary(std::string_view bytes) {
  while (!bytes.empty()) {
    if (skip_ > 0) {
      const auto step = std::min<std::int64_t>(skip_, static_cast<std::int64_t>(bytes.size()));
      skip_ -= step;
      bytes.remove_prefix(static_cast<std::size_t>(step));
      continue;
    }
    if (expected_ == Expected::kSignature) expected_ = Expected::kFlags;
    if (expected_ == Expected::kEnd) {
      skip_ = 1;  // bytes behind the end: not as COPY ends a file
      return;
    }
    number_ = number_ << 8 | static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    digits_++;
    if (digits_ == (expected_ == Expected::kFieldCount ? 2 : 4)) end_number();
  }
}

void RowCounter::end_number() {
  const std::uint32_t number = number_;
  number_ = 0;
  digits_ = 0;
  switch (expected_) {
    case Expected::kFlags: expected_ = Expected::kExtensionLength; return;
    case Expected::kExtensionLength:
      skip_ = number;
      expected_ = Expected::kFieldCount;
      return;
    case Expected::kFieldCount:
      if (number == 0xffff) {
        expected_ = Expected::kEnd;
        return;
      }
      rows_++;
      fields_ = static_cast<int>(number);
      if (fields_ > 0) expected_ = Expected::kFieldLength;
      return;
    case Expected::kFieldLength:
      if (number != 0xffffffff) skip_ = number;  // else NULL
      if (--fields_ == 0) expected_ = Expected::kFieldCount;
      return;
    case Expected::kSignature:
    case Expected::kEnd: return;
  }
}

}  // namespace pgscale
