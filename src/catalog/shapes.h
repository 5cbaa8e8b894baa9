#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/shard_drift.h"
#include "pg/query.h"

namespace pgscale::catalog {

// Asks a server, this one or a shard, what its catalog says of relations and of what users may do
// with them. To be asked with an empty search_path, so that both write names alike.
struct ShapeQuestion {
  Sql sql;
  std::vector<pg::Value> parameters;
};
[[nodiscard]] ShapeQuestion shape_question(const std::vector<QualifiedName>& relations,
                                           const std::vector<std::string>& users);

// The answer, by the place of each relation that is there in the question.
using Shapes = std::map<std::size_t, Shape>;
[[nodiscard]] Shapes read_shapes(const std::vector<std::vector<pg::Value>>& rows);

}  // namespace pgscale::catalog
