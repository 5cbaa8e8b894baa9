#pragma once

#include <string>
#include <vector>

#include "core/inventory.h"
#include "core/row_transfer.h"

namespace pgscale::catalog {

// The columns that can be written, in their order; or those of an array of names. Throws Failure
// (42703, 22023) for names that are none of them.
[[nodiscard]] std::vector<TransferColumn> writable_columns(Oid relation);
[[nodiscard]] std::vector<TransferColumn> chosen_columns(Oid relation, const std::string& names);
[[nodiscard]] QualifiedName name_of(Oid relation);

// Of a JSON object. Throws Failure (22023) when it is none.
[[nodiscard]] std::vector<CopyOption> copy_options(const std::string& json);
// Columns of the relation with the values that the object names. Throws Failure (22023, 42703).
[[nodiscard]] std::vector<ColumnValue> column_values(Oid relation, const std::string& json,
                                                     const char* argument);

// The columns that decide about the partition of the table. Throws Failure (42809) when it is not
// partitioned or by an expression.
[[nodiscard]] std::vector<std::string> key_columns(Oid relation);

}  // namespace pgscale::catalog
