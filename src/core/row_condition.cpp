#include "core/row_condition.h"

#include <algorithm>

namespace pgscale {
namespace {

using Columns = std::vector<EndColumn>;

void append_column(Sql& sql, const Parent& parent, std::size_t column) {
  sql << Identifier(parent.key_columns[column]);
  if (column < parent.key_collations.size() && parent.key_collations[column]) {
    sql << " COLLATE " << *parent.key_collations[column];
  }
}

bool is_value(const Columns& end, std::size_t column) {
  return column < end.size() && end[column].kind == EndKind::kValue;
}

enum class Side { kLower, kUpper };

// The last comparison of an arm. What follows decides whether the value itself belongs to it.
void append_comparison(Sql& sql, Side side, const Columns& end, std::size_t column) {
  const bool is_last = column + 1 == end.size();
  const EndKind next = is_last ? EndKind::kMinimum : end[column + 1].kind;
  if (side == Side::kLower) {
    if (next == EndKind::kMinimum) {
      sql << " >= ";
    } else {
      sql << " > ";
    }
  } else if (next == EndKind::kMaximum) {
    sql << " <= ";
  } else {
    sql << " < ";
  }
}

// One arm for each column that counts: those before it are equal, it is beyond.
void append_side(Sql& sql, const Parent& parent, Side side, const Columns& end, std::size_t from) {
  std::size_t arms = 0;
  while (is_value(end, from + arms)) arms++;
  if (arms == 0) return;
  sql << " AND ";
  if (arms > 1) sql << "(";
  for (std::size_t arm = 0; arm < arms; arm++) {
    if (arm > 0) sql << " OR ";
    for (std::size_t column = from; column <= from + arm; column++) {
      if (column > from) sql << " AND ";
      append_column(sql, parent, column);
      if (column < from + arm) {
        sql << " = ";
      } else {
        append_comparison(sql, side, end, column);
      }
      sql << Literal{end[column].value};
    }
  }
  if (arms > 1) sql << ")";
}

Sql range_condition(const Parent& parent, const Range& range, const Axis& axis) {
  const Columns lower = axis.columns(range.lower);
  const Columns upper = axis.columns(range.upper);
  Sql sql("");
  for (std::size_t i = 0; i < parent.key_columns.size(); i++) {
    if (i > 0) sql << " AND ";
    sql << Identifier(parent.key_columns[i]) << " IS NOT NULL";
  }
  std::size_t same = 0;
  for (; is_value(lower, same) && is_value(upper, same); same++) {
    if (lower[same].value != upper[same].value) break;
    sql << " AND ";
    append_column(sql, parent, same);
    sql << " = " << Literal{lower[same].value};
  }
  append_side(sql, parent, Side::kLower, lower, same);
  append_side(sql, parent, Side::kUpper, upper, same);
  return sql;
}

Sql list_condition(const Identifier& column, const ListValues& list) {
  const bool has_null =
      std::find(list.values.begin(), list.values.end(), std::nullopt) != list.values.end();
  Sql values("");
  bool has_value = false;
  for (const auto& value : list.values) {
    if (!value) continue;
    if (has_value) {
      values << ", ";
    } else {
      values << column << " IN (";
    }
    has_value = true;
    values << Literal{*value};
  }
  if (has_value) values << ")";
  Sql sql("");
  if (has_null) {
    sql << column << " IS NULL";
    if (has_value) sql << " OR " << values;
  } else {
    sql << column << " IS NOT NULL AND " << values;
  }
  return sql;
}

}  // namespace

Sql key_expression(const Parent& parent) {
  Sql sql("");
  append_column(sql, parent, 0);
  return sql;
}

Sql row_condition(const Parent& parent, const Bound& bound, const std::optional<Axis>& axis) {
  if (const auto* range = std::get_if<Range>(&bound)) {
    return range_condition(parent, *range, axis.value());
  }
  return list_condition(Identifier(parent.key_columns.front()), std::get<ListValues>(bound));
}

}  // namespace pgscale
