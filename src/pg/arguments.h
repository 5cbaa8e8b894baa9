#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/failure.h"
#include "core/inventory.h"
#include "pg/call.h"
#include "pg/query.h"
#include "shim/arguments.h"

namespace pgscale::pg {

// An argument that must be given.
template <typename T>
T not_null(const std::optional<T>& value, const char* name) {
  if (!value) throw Failure(Problem::kNullNotAllowed, std::string(name) + " must not be null");
  return *value;
}

// The arguments of an SQL function, in order; empty for NULL.
class Arguments {
 public:
  explicit Arguments(PgsCall* call) : call_(call) {}

  [[nodiscard]] std::optional<std::string> text(int index) const {
    if (is_null(index)) return std::nullopt;
    return std::string(pg::call(pgs_arg_text, call_, index));
  }
  [[nodiscard]] std::optional<int> integer(int index) const {
    if (is_null(index)) return std::nullopt;
    return pg::call(pgs_arg_int32, call_, index);
  }
  [[nodiscard]] std::optional<bool> boolean(int index) const {
    if (is_null(index)) return std::nullopt;
    return pg::call(pgs_arg_bool, call_, index);
  }
  [[nodiscard]] std::optional<Oid> oid(int index) const {
    if (is_null(index)) return std::nullopt;
    return pg::call(pgs_arg_oid, call_, index);
  }
  // Of NULL none.
  [[nodiscard]] std::vector<Oid> oids(int index) const {
    if (is_null(index)) return {};
    const std::uint32_t* first = nullptr;
    const std::int64_t count = pg::call(pgs_arg_oids, call_, index, &first);
    return {first, first + count};
  }
  [[nodiscard]] std::optional<std::uint64_t> lsn(int index) const {
    if (is_null(index)) return std::nullopt;
    return pg::call(pgs_arg_lsn, call_, index);
  }
  [[nodiscard]] std::optional<std::chrono::microseconds> duration(int index) const {
    if (is_null(index)) return std::nullopt;
    return std::chrono::microseconds(pg::call(pgs_arg_interval, call_, index));
  }
  // The infinities are the ends of Micros.
  [[nodiscard]] std::optional<Micros> instant(int index) const {
    if (is_null(index)) return std::nullopt;
    return pg::call(pgs_arg_instant, call_, index);
  }
  // The relation in the argument; NULL is an error that names the argument.
  [[nodiscard]] Oid relation(int index, const char* name) const {
    return not_null(oid(index), name);
  }

 private:
  [[nodiscard]] bool is_null(int index) const { return pg::call(pgs_arg_is_null, call_, index); }

  PgsCall* call_;
};

// NULL for a null pointer.
inline void return_text(PgsCall* call, const char* text) {
  if (text == nullptr) {
    pg::call(pgs_return_null, call);
  } else {
    pg::call(pgs_return_text, call, text);
  }
}

// The one row that an SQL function returns that is not of a set.
inline void return_row(PgsCall* call, const std::vector<Value>& values) {
  std::vector<const char*> pointers;
  for (const Value& value : values) pointers.push_back(value ? value->c_str() : nullptr);
  pg::call(pgs_return_row, call, pointers.data());
}

// A value of a row that does not go through text; see PgsCell.
inline PgsCell cell(std::int64_t number) { return {false, {number}}; }
inline PgsCell cell(std::nullopt_t) { return {true, {0}}; }
inline PgsCell cell(std::optional<std::int64_t> number) { return {!number, {number.value_or(0)}}; }
inline PgsCell cell(std::optional<double> fraction) {
  PgsCell cell{!fraction, {}};
  cell.fraction = fraction.value_or(0);
  return cell;
}
inline PgsCell cell(const char* text) {
  PgsCell cell{text == nullptr, {}};
  cell.text = text;
  return cell;
}

// The rows an SQL function returns.
class ResultRows {
 public:
  explicit ResultRows(PgsCall* call) : call_(call) { pg::call(pgs_rows_begin, call); }
  void add(const std::vector<Value>& values) {
    std::vector<const char*> pointers;
    for (const Value& value : values) pointers.push_back(value ? value->c_str() : nullptr);
    pg::call(pgs_rows_add, call_, pointers.data());
  }
  void add(const char* const* values) { pg::call(pgs_rows_add, call_, values); }
  // Runs the statement and adds its rows, which must be of the function's row type, as they are.
  void add_query(const Sql& sql) {
    (void)execute(sql);
    pg::call(pgs_rows_add_result, call_);
  }
  void add_query_often(const Sql& sql) {
    (void)execute_often(sql);
    pg::call(pgs_rows_add_result, call_);
  }
  void add(const std::vector<PgsCell>& cells) { pg::call(pgs_rows_add_cells, call_, cells.data()); }

 private:
  PgsCall* call_;
};

}  // namespace pgscale::pg
