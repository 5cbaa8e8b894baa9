#pragma once

#include <string>
#include <vector>

#include "core/drift.h"
#include "core/step.h"

namespace pgscale {

// The steps that repair one thing of one table; each is a transaction of its own. What is done to
// an index comes in several: the first of them is carried out, then the table is looked at again,
// so that a step never rests on what was so before the one before it.

// Statements that change the catalog alone, under ACCESS EXCLUSIVE.
[[nodiscard]] Step alter_step(const TableFacts& table, const std::vector<Sql>& changes,
                              const std::string& reason);
// Statements that take no lock on the table, such as GRANT.
[[nodiscard]] Step unlocked_step(const TableFacts& table, const std::vector<Sql>& changes,
                                 const std::string& reason);

[[nodiscard]] Step parameter_step(const TableFacts& table, const std::string& parameter,
                                  const std::string& value, const std::string& reason);

// What is done to an index of a table CONCURRENTLY: its writers go on, and no function may run it.
[[nodiscard]] Step concurrent_step(Action action, const TableFacts& table, const Sql& statement,
                                   const std::string& reason);

[[nodiscard]] std::vector<Step> index_repair(const TableFacts& table, const IndexFacts& facts,
                                             const std::string& reason);
[[nodiscard]] Step drop_index_step(const TableFacts& table, const IndexWish& wish,
                                   const PartitionIndex& index, const std::string& reason);
[[nodiscard]] Step validate_constraint_step(const TableFacts& table, const std::string& constraint,
                                            const std::string& reason);
// PostgreSQL looks anew whether an index of a partitioned table is valid when it is told to attach
// one that is attached.
[[nodiscard]] Step attach_again_step(const TableFacts& table, const QualifiedName& index,
                                     const PartitionIndex& attached, const std::string& reason);

// ALTER TABLE table ALTER COLUMN column ...
[[nodiscard]] Sql alter_column(const QualifiedName& table, const std::string& column,
                               const Sql& what);
// ALTER TABLE table ...
[[nodiscard]] Sql alter_table(const QualifiedName& table, const Sql& what);

}  // namespace pgscale
