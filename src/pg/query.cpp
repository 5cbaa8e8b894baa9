#include "pg/query.h"

#include <cstdlib>
#include <string>
#include <unordered_map>

namespace pgscale::pg {
namespace {

std::vector<const char*> pointers(const std::vector<Value>& parameters) {
  std::vector<const char*> result;
  result.reserve(parameters.size());
  for (const Value& value : parameters) result.push_back(value ? value->c_str() : nullptr);
  return result;
}

Rows fetch(std::uint64_t count, int columns) {
  std::vector<std::vector<Value>> rows;
  rows.reserve(count);
  for (std::uint64_t row = 0; row < count; row++) {
    std::vector<Value>& values = rows.emplace_back();
    values.reserve(static_cast<std::size_t>(columns));
    for (int column = 1; column <= columns; column++) {
      const char* text = call(pgs_spi_value, row, column);
      values.push_back(text == nullptr ? Value() : Value(text));
    }
  }
  return Rows(std::move(rows));
}

}  // namespace

std::int64_t to_int(const Value& value) { return std::strtoll(value.value().c_str(), nullptr, 10); }

std::uint32_t to_oid(const Value& value) { return static_cast<std::uint32_t>(to_int(value)); }

bool to_bool(const Value& value) { return value.value() == "t"; }

std::optional<std::int64_t> to_integer(const Value& value) {
  if (!value) return std::nullopt;
  return to_int(value);
}

std::optional<double> to_number(const Value& value) {
  if (!value) return std::nullopt;
  return std::strtod(value->c_str(), nullptr);
}

std::string utf8(const Value& value) { return value ? call(pgs_utf8, value->c_str()) : ""; }

Value from_int(std::optional<std::int64_t> number) {
  return number ? Value(std::to_string(*number)) : Value();
}

Value from_text(const std::string& text) { return text.empty() ? Value() : Value(text); }

std::vector<std::uint32_t> to_oids(const Rows& rows) {
  std::vector<std::uint32_t> oids;
  for (const auto& row : rows) oids.push_back(to_oid(row[0]));
  return oids;
}

Value from_oid(std::uint32_t oid) { return std::to_string(oid); }

std::string array_literal(const std::vector<Value>& elements) {
  std::string text = "{";
  for (const Value& element : elements) {
    if (text.size() > 1) text += ',';
    if (!element) {
      text += "NULL";
      continue;
    }
    text += '"';
    for (char c : *element) {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
    text += '"';
  }
  return text + "}";
}

std::string array_literal(const std::vector<std::uint32_t>& oids) {
  std::string literal = "{";
  for (std::uint32_t oid : oids) literal += (literal.size() > 1 ? "," : "") + std::to_string(oid);
  return literal + "}";
}

std::string array_literal(const std::vector<std::string>& elements) {
  return array_literal(std::vector<Value>(elements.begin(), elements.end()));
}

Rows query(const Sql& sql, const std::vector<Value>& parameters) {
  const auto values = pointers(parameters);
  const std::uint64_t count =
      call(pgs_spi_execute, sql.text().c_str(), static_cast<int>(values.size()), values.data());
  return fetch(count, call(pgs_spi_columns));
}

std::uint64_t execute(const Sql& sql, const std::vector<Value>& parameters) {
  const auto values = pointers(parameters);
  return call(pgs_spi_execute, sql.text().c_str(), static_cast<int>(values.size()), values.data());
}

std::uint64_t execute_often(const Sql& sql, const std::vector<Value>& parameters) {
  static std::unordered_map<std::string, void*> plans;
  const auto values = pointers(parameters);
  return call(pgs_spi_execute_kept, sql.text().c_str(), static_cast<int>(values.size()),
              values.data(), &plans[sql.text()]);
}

Rows query_often(const Sql& sql, const std::vector<Value>& parameters) {
  const std::uint64_t count = execute_often(sql, parameters);
  return fetch(count, call(pgs_spi_columns));
}

std::vector<std::vector<std::int64_t>> query_bigints_often(const Sql& sql) {
  (void)execute_often(sql);
  std::vector<std::vector<std::int64_t>> columns(static_cast<std::size_t>(call(pgs_spi_columns)));
  for (std::size_t i = 0; i < columns.size(); i++) {
    std::int64_t count = 0;
    const std::int64_t* first =
        call(pgs_spi_bigints, std::uint64_t{0}, static_cast<int>(i) + 1, &count);
    columns[i].assign(first, first + count);
  }
  return columns;
}

Rows query_latest(const Sql& sql, const std::vector<Value>& parameters) {
  const auto values = pointers(parameters);
  const std::uint64_t count = call(pgs_spi_execute_latest, sql.text().c_str(),
                                   static_cast<int>(values.size()), values.data());
  return fetch(count, call(pgs_spi_columns));
}

}  // namespace pgscale::pg
