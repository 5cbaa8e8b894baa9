#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/sql.h"

namespace pgscale {

// An index of a table, as far as moving or stripping the table needs it.
struct TreeIndex {
  QualifiedName table;
  QualifiedName name;
  std::string constraint;  // that stands on it; empty for none
  bool has_parent;         // it goes and comes with an index of a table above its own, in the tree
  bool has_storage;
};

struct TreeTable {
  QualifiedName name;
  bool has_storage;
};

// A table with all partitions below it. The table itself comes first.
struct TableTree {
  std::vector<TreeTable> tables;
  std::vector<TreeIndex> indexes;
  std::vector<std::string> columns;  // that are not generated
};

}  // namespace pgscale
