#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/inventory.h"
#include "pg/attempt.h"
#include "pg/session.h"

namespace pgscale::apply {

struct UndoReport {
  int partitions = 0;  // that are gone
  std::int64_t rows = 0;
  std::optional<pg::Outcome> trouble;  // what it stopped at
};

// Moves the rows of a set to a plain table, about `batch` in a transaction, and removes partition
// after partition; at the end the policy, too. Whatever ends it early, the next call goes on.
UndoReport undo(pg::Session& session, Oid parent, Oid table, int batch,
                const std::string& requester);

}  // namespace pgscale::apply
