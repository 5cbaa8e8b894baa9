#pragma once

#include <string>
#include <vector>

#include "core/drift.h"
#include "pg/query.h"

namespace pgscale::catalog {

// What makes two indexes of two tables alike: the same words, and the same expressions.
struct Shape {
  Oid table;
  std::string words;
  pg::Value expressions;
  pg::Value predicate;
};

// Whether `index` is like the one that is wished; the columns of the tables are matched by name.
[[nodiscard]] bool alike(const Shape& wish, const Shape& index);

// Names, constraints and shapes of indexes, of these tables and these indexes, both array literals
// or NULL. A row is: the index, its table, schema, name, whether it is valid, whether it is unique,
// its options as SQL, its constraint and of that the type, name, whether it is deferrable and is
// deferred, and three columns that are its shape.
[[nodiscard]] pg::Rows query_details(const pg::Value& tables, const pg::Value& indexes);
[[nodiscard]] Shape to_shape(const std::vector<pg::Value>& row);
[[nodiscard]] IndexWish to_wish(const std::vector<pg::Value>& row);

// An index with its shape.
struct ShapedIndex {
  IndexWish wish;
  Shape shape;
};
// Whether partitions have what the index of a template is for from their parent: the same index,
// or, of a primary key, another one.
[[nodiscard]] bool comes_from_parent(const ShapedIndex& index,
                                     const std::vector<ShapedIndex>& of_parent);

}  // namespace pgscale::catalog
