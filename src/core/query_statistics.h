#pragma once

#include <optional>
#include <set>
#include <string>

#include "core/sql.h"

namespace pgscale {

// What of pg_stat_statements is there.
struct StatementsFacts {
  bool on_disk = false;   // the server has its files
  bool loaded = false;    // by shared_preload_libraries
  bool created = false;   // the extension, in this database
  bool readable = false;  // by the caller
};

// What is to be done, step by step, before the statements can be shown; empty when nothing is.
[[nodiscard]] std::string steps_to_statements(const StatementsFacts& facts);

// The view pg_stat_statements as this database has it. Its columns depend on the version of the
// extension, which an upgrade of the server does not change.
struct StatementsView {
  QualifiedName name;
  std::set<std::string> columns;
  std::optional<QualifiedName> info;  // pg_stat_statements_info, where there is one
};

// Selects the rows of query_statistics().
[[nodiscard]] Sql select_statements(const StatementsView& view);

}  // namespace pgscale
