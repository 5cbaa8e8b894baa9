#pragma once

#include <string>
#include <vector>

#include "core/adoptee.h"
#include "core/sharded_table.h"

namespace pgscale {

// Here: a plain table gives its name to a partitioned one like it, then its rows, then goes.
struct Conversion {
  QualifiedName old;  // what the plain table is called meanwhile
  std::vector<Sql> begin;
  Sql move;
  std::vector<Sql> end;
};
[[nodiscard]] Conversion conversion(const ShardedTable& table, const Adoptee& facts);

// Throws Failure (0A000, 42P16) for what a sharded table cannot have.
void refuse_unshardable(const Adoptee& facts, const std::vector<std::string>& key);

}  // namespace pgscale
