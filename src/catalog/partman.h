#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/parents.h"
#include "core/partman_import.h"

namespace pgscale::catalog {

// A row of pg_partman's part_config.
struct PartmanRow {
  std::string parent_table;  // as pg_partman writes it, without quotes
  std::string shown;         // as SQL reads it
  std::optional<Oid> table;  // empty: there is no such table
  bool is_subpartitioned;
  bool is_on;                       // automatic_maintenance
  std::optional<std::string> root;  // the table it is a partition of
  bool follows_root;                // which pg_partman has sub-partitioned
};

enum class PartmanUse { kRead, kTakeOver };

// The schema of extension pg_partman. Throws Failure when it is not installed, and when the current
// user may not do that with its configuration.
[[nodiscard]] Identifier partman_schema(PartmanUse use);

// Keeps maintenance of pg_partman from running before the transaction ends; false when it runs now.
[[nodiscard]] bool hold_partman_maintenance();

// The sets the current user may maintain, and those whose table is gone; or that of one table.
[[nodiscard]] std::vector<PartmanRow> load_partman_rows(const Identifier& schema,
                                                        std::optional<Oid> table);

// The row with all its settings and what the catalogs say.
[[nodiscard]] PartmanSet describe_partman_set(const Identifier& schema, const PartmanRow& row,
                                              const ParentFacts& facts);

// A partition that shows how those of the table are partitioned, the last by its name; empty while
// there is none.
[[nodiscard]] std::optional<Oid> partitioned_partition(Oid table);

// The function of that signature, as the set above names its encoder and decoder.
[[nodiscard]] Oid table_of(const std::string& name);
[[nodiscard]] Oid function_of(const std::string& signature);

// The zones in which pg_partman may have counted, the likeliest first, UTC the last.
[[nodiscard]] std::vector<std::string> likely_zones();

// Lets pg_partman pass over the set: its automatic_maintenance becomes off.
[[nodiscard]] Sql switching_off(const Identifier& schema, const std::string& parent_table);
// The same for its partitions that are sets of pg_partman.
void switch_off_partitions(const Identifier& schema, Oid table);

}  // namespace pgscale::catalog
