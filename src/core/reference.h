#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/sharded_table.h"

namespace pgscale {

// The name of the foreign table here that stands for the copy on a shard: {table}_on_{shard}.
[[nodiscard]] Identifier copy_name(const ShardedTable& table, const std::string& shard);

// Number of rows and a sum over the hashes of all; the same here and there when the rows are, in
// any order. Under the same DateStyle, IntervalStyle, TimeZone and bytea_output.
[[nodiscard]] Sql fingerprint_statement(const ShardedTable& table);

// Replace the rows of the copy by those of the table, through its foreign table; whoever reads the
// copy sees all of the old or all of the new.
[[nodiscard]] std::vector<Sql> replacing_statements(const ShardedTable& table,
                                                    const QualifiedName& copy);
// The same for a copy that foreign keys on the shard lead to: what stays the same is not touched,
// for their actions (CASCADE) would be taken for each row that is deleted. First the removal. The
// key is one whose values no two rows share.
[[nodiscard]] Sql removal_statement(const ShardedTable& table, const QualifiedName& copy,
                                    const std::vector<std::string>& key);
[[nodiscard]] std::vector<Sql> changing_statements(const ShardedTable& table,
                                                   const QualifiedName& copy,
                                                   const std::vector<std::string>& key);
[[nodiscard]] Sql fill_statement(const ShardedTable& table, const QualifiedName& copy);

// Asks the worker to look when a transaction has changed the table.
[[nodiscard]] Sql watch_statement(const QualifiedName& table);

// What is known of one copy.
struct Copy {
  std::string shard;
  bool is_placed = false;                  // the registry has it
  std::optional<std::string> fingerprint;  // of the copy; empty: nobody could look
};
enum class CopyWork { kNothing, kMake, kRefresh };
[[nodiscard]] CopyWork work_on(const Copy& copy, const std::string& fingerprint);

}  // namespace pgscale
