#include "core/row_transfer.h"

#include <algorithm>

namespace pgscale {
namespace {

template <typename Item, typename Write>
void append_list(Sql& sql, const std::vector<Item>& items, Write write) {
  bool first = true;
  for (const Item& item : items) {
    if (!first) sql << ", ";
    first = false;
    write(item);
  }
}

void append_names(Sql& sql, const std::vector<TransferColumn>& columns) {
  append_list(sql, columns, [&](const TransferColumn& column) { sql << Identifier(column.name); });
}

// A constant of the column's type, which a shard can compare without a cast.
void append_constant(Sql& sql, const ColumnValue& given) {
  if (!given.value) {
    sql << "NULL";
  } else {
    sql << Literal{*given.value};
  }
  sql << "::" << Definition{given.column.type};
}

void append_option(Sql& sql, const CopyOption& option) {
  sql << Identifier(option.name) << " ";
  if (option.columns.empty()) {
    sql << Literal{option.value};
    return;
  }
  sql << "(";
  append_list(sql, option.columns, [&](const std::string& name) { sql << Identifier(name); });
  sql << ")";
}

}  // namespace

Sql stage_statement(const QualifiedName& stage, const std::vector<TransferColumn>& columns) {
  Sql sql("CREATE TEMPORARY TABLE ");
  sql << stage << " (";
  append_list(sql, columns, [&](const TransferColumn& column) {
    sql << Identifier(column.name) << " " << Definition{column.type};
  });
  sql << ") ON COMMIT DROP";
  return sql;
}

Sql copy_statement(const QualifiedName& stage, CopySource source, const std::string& where,
                   const std::vector<CopyOption>& options) {
  Sql sql("COPY ");
  sql << stage << " FROM " << Definition{source == CopySource::kProgram ? "PROGRAM " : ""}
      << Literal{where};
  if (options.empty()) return sql;
  sql << " WITH (";
  append_list(sql, options, [&](const CopyOption& option) { append_option(sql, option); });
  sql << ")";
  return sql;
}

Sql transfer_statement(const QualifiedName& from, const QualifiedName& to,
                       const std::vector<TransferColumn>& columns) {
  Sql sql("INSERT INTO ");
  sql << to << " (";
  append_names(sql, columns);
  sql << ") OVERRIDING SYSTEM VALUE SELECT ";
  append_names(sql, columns);
  sql << " FROM " << from;
  return sql;
}

Sql move_statement(const QualifiedName& table, const std::vector<TransferColumn>& columns,
                   const std::vector<ColumnValue>& old_values,
                   const std::vector<ColumnValue>& new_values) {
  Sql sql("WITH moved AS (DELETE FROM ");
  sql << table << " WHERE ";
  bool first = true;
  for (const ColumnValue& old : old_values) {
    if (!first) sql << " AND ";
    first = false;
    sql << Identifier(old.column.name);
    if (old.value) {
      sql << " = ";
      append_constant(sql, old);
    } else {
      sql << " IS NULL";
    }
  }
  sql << " RETURNING ";
  append_names(sql, columns);
  sql << ") INSERT INTO " << table << " (";
  append_names(sql, columns);
  sql << ") OVERRIDING SYSTEM VALUE SELECT ";
  append_list(sql, columns, [&](const TransferColumn& column) {
    const auto changed =
        std::find_if(new_values.begin(), new_values.end(),
                     [&](const ColumnValue& given) { return given.column.name == column.name; });
    if (changed == new_values.end()) {
      sql << Identifier(column.name);
    } else {
      append_constant(sql, *changed);
    }
  });
  sql << " FROM moved";
  return sql;
}

}  // namespace pgscale
