#pragma once

#include <vector>

#include "core/undo.h"

namespace pgscale::catalog {

// Throws Failure when there is no such table.
[[nodiscard]] UndoTarget load_undo_target(Oid table, Oid parent);
[[nodiscard]] std::vector<UndoColumn> columns_of(Oid table);
// Foreign keys to the table, and to single partitions of it.
[[nodiscard]] std::vector<TableReference> references_to(Oid table);
// The partition itself, or the tables with rows below it, those that are being detached, too.
[[nodiscard]] std::vector<UndoLeaf> leaves_below(Oid partition);
// As it is now, whatever the caller's snapshot.
[[nodiscard]] bool is_empty(const UndoLeaf& leaf);
[[nodiscard]] bool is_closed(Oid partition);

}  // namespace pgscale::catalog
