#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/indexes.h"

namespace pgscale::catalog {

// The indexes of tables of users and of their partitions, as the catalogs define them. Takes no
// lock on them.
[[nodiscard]] std::vector<IndexDefinition> observe_indexes();
[[nodiscard]] std::vector<ForeignKey> observe_foreign_keys();

// Whose an index is and what it is called; good until the next one is asked for.
struct IndexNames {
  Oid owner;
  const char* schema;
  const char* name;
  const char* method;
  const char* columns;
};

// Many indexes are in few schemas.
class IndexNamer {
 public:
  // Empty when there is no such index any more.
  [[nodiscard]] std::optional<IndexNames> names(const IndexDefinition& index);

 private:
  [[nodiscard]] const char* column_names(const IndexDefinition& index);

  std::unordered_map<Oid, std::string> schemas_;
  std::unordered_map<Oid, std::string> methods_;
  std::vector<std::int16_t> attributes_;
};

}  // namespace pgscale::catalog
