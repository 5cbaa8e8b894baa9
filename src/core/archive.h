#pragma once

#include <vector>

#include "core/policy.h"
#include "core/table_tree.h"

namespace pgscale {

// Moves a table and all below it into the schema and the tablespace of the archive and strips their
// indexes, as the policy says. Grants, owner and rows stay. What can fail because of a name comes
// first, what copies the rows last.
[[nodiscard]] std::vector<Sql> archive_statements(const ArchivePolicy& policy,
                                                  const TableTree& tree);

// Where the table will be.
[[nodiscard]] QualifiedName archived_name(const ArchivePolicy& policy, const QualifiedName& table);

}  // namespace pgscale
