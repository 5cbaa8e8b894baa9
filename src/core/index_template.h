#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/failure.h"
#include "core/sql.h"

namespace pgscale {

// An index that the partitions of a set have and their parent has not, because it cannot: it lacks
// the partition key, say. All texts are the server's own.
struct TemplateIndex {
  bool unique = false;
  std::string definition = {};  // from USING on
  std::string constraint = {};  // "UNIQUE (id)", where one stands on the index
};

// The table that a policy names as its template. Of it the indexes count, and nothing else.
struct IndexTemplate {
  std::uint32_t table = 0;  // its object identifier; 0: there is none
  std::vector<TemplateIndex> indexes = {};
  std::optional<Failure> trouble = std::nullopt;  // why no partition can be made like it
};

// What gives a new table these indexes. Their names are the server's choice, as with LIKE.
[[nodiscard]] std::vector<Sql> index_statements(const IndexTemplate& wish,
                                                const QualifiedName& table);

}  // namespace pgscale
