#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/sql.h"

namespace pgscale {

struct TransferColumn {
  std::string name;
  std::string type;  // as the server writes it
};

// An option of COPY: one value, or columns.
struct CopyOption {
  std::string name;
  std::string value;
  std::vector<std::string> columns;
};

enum class CopySource { kFile, kProgram };

// Rows from outside go through a temporary table: COPY straight into partitions on shards sends
// them one by one on servers before 16, INSERT ... SELECT does not.
[[nodiscard]] Sql stage_statement(const QualifiedName& stage,
                                  const std::vector<TransferColumn>& columns);
[[nodiscard]] Sql copy_statement(const QualifiedName& stage, CopySource source,
                                 const std::string& where, const std::vector<CopyOption>& options);
[[nodiscard]] Sql transfer_statement(const QualifiedName& from, const QualifiedName& to,
                                     const std::vector<TransferColumn>& columns);

// A column and the value that it has, or is to have; empty is NULL.
struct ColumnValue {
  TransferColumn column;
  std::optional<std::string> value;
};

// Takes the rows that have the old values out of the table and puts them in again with the new
// ones, so that they come to where these belong.
[[nodiscard]] Sql move_statement(const QualifiedName& table,
                                 const std::vector<TransferColumn>& columns,
                                 const std::vector<ColumnValue>& old_values,
                                 const std::vector<ColumnValue>& new_values);

}  // namespace pgscale
