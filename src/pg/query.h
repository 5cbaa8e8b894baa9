#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/sql.h"
#include "pg/call.h"
#include "shim/spi.h"

namespace pgscale::pg {

// An SQL value as text; empty is NULL.
using Value = std::optional<std::string>;

// The rows of a result, copied out of the server's memory.
class Rows {
 public:
  explicit Rows(std::vector<std::vector<Value>> rows) : rows_(std::move(rows)) {}
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  [[nodiscard]] auto begin() const { return rows_.begin(); }
  [[nodiscard]] auto end() const { return rows_.end(); }
  [[nodiscard]] const std::vector<Value>& front() const { return rows_.front(); }

 private:
  std::vector<std::vector<Value>> rows_;
};

// Columns as C++ values; the column must not be NULL.
[[nodiscard]] std::int64_t to_int(const Value& value);
[[nodiscard]] std::uint32_t to_oid(const Value& value);
[[nodiscard]] bool to_bool(const Value& value);
[[nodiscard]] std::optional<double> to_number(const Value& value);         // empty for NULL
[[nodiscard]] std::optional<std::int64_t> to_integer(const Value& value);  // empty for NULL
[[nodiscard]] Value from_int(std::optional<std::int64_t> number);
[[nodiscard]] Value from_oid(std::uint32_t oid);
[[nodiscard]] Value from_text(const std::string& text);  // NULL for empty

// The first column of each row.
[[nodiscard]] std::vector<std::uint32_t> to_oids(const Rows& rows);

// As UTF-8, whatever the encoding of the database; empty for NULL.
[[nodiscard]] std::string utf8(const Value& value);

// An array literal of text: {"a",NULL}.
[[nodiscard]] std::string array_literal(const std::vector<Value>& elements);
[[nodiscard]] std::string array_literal(const std::vector<std::string>& elements);
[[nodiscard]] std::string array_literal(const std::vector<std::uint32_t>& oids);

// Run in the current SPI connection; parameters $1 ... are text, cast them in the statement.
[[nodiscard]] Rows query(const Sql& sql, const std::vector<Value>& parameters = {});
// Returns the number of rows changed.
std::uint64_t execute(const Sql& sql, const std::vector<Value>& parameters = {});
// Sees what other sessions committed a moment ago, whatever the caller's isolation level.
[[nodiscard]] Rows query_latest(const Sql& sql, const std::vector<Value>& parameters);

// The same by plans that the session keeps, for statements of constant text that are run for each
// set, or compile longer than they run. One plan serves all values, so none for tables of users: it
// would lock all of their partitions.
[[nodiscard]] Rows query_often(const Sql& sql, const std::vector<Value>& parameters = {});
// The one row of such a statement, whose columns are arrays of bigint without nulls; of NULL none.
[[nodiscard]] std::vector<std::vector<std::int64_t>> query_bigints_often(const Sql& sql);
std::uint64_t execute_often(const Sql& sql, const std::vector<Value>& parameters = {});

}  // namespace pgscale::pg
