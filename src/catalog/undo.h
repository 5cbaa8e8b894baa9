#pragma once

#include <vector>

#include "core/undo.h"

namespace pgscale::catalog {

// Throws Failure when there is no such table.
[[nodiscard]] UndoTarget load_undo_target(Oid table, Oid parent);
[[nodiscard]] std::vector<UndoColumn> columns_of(Oid table);
// The partition itself, or the tables with rows below it, those that are being detached, too.
[[nodiscard]] std::vector<UndoLeaf> leaves_below(Oid partition);
// Lets the sequences of identity columns of the table go on where those of the set's are.
void continue_sequences(Oid table, Oid parent);
// As it is now, whatever the caller's snapshot.
[[nodiscard]] bool is_empty(const UndoLeaf& leaf);
[[nodiscard]] bool is_closed(Oid partition);

}  // namespace pgscale::catalog
