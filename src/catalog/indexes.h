#pragma once

#include <optional>
#include <vector>

#include "core/indexes.h"

namespace pgscale::catalog {

// The indexes of tables of users and of their partitions, as the catalogs define them. Takes no
// lock on them.
[[nodiscard]] std::vector<IndexDefinition> observe_indexes();
[[nodiscard]] std::vector<ForeignKey> observe_foreign_keys();

// Whose an index is and what it is called; the strings are good until the next call.
struct IndexNames {
  Oid schema;
  Oid owner;
  Oid method;
  const char* name;
  const char* columns;
};
// Empty when there is no such index any more.
[[nodiscard]] std::optional<IndexNames> names_of_index(Oid index);

}  // namespace pgscale::catalog
