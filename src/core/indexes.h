#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/inventory.h"

namespace pgscale {

struct IndexColumn {
  std::int16_t attribute = 0;  // of the table; 0 for an expression
  std::int16_t options = 0;    // of a column of the key: direction, and where nulls come
  Oid opclass = 0;
  Oid collation = 0;

  friend bool operator==(const IndexColumn& a, const IndexColumn& b) {
    return a.attribute == b.attribute && a.options == b.options && a.opclass == b.opclass &&
           a.collation == b.collation;
  }
};

struct IndexDefinition {
  Oid index = 0;
  Oid table = 0;
  bool finds_equal = false;  // its access method looks up equal keys
  bool is_unique = false;
  bool is_primary = false;
  bool is_constraint = false;
  bool is_exclusion = false;
  bool is_replica_identity = false;
  bool is_immediate = true;  // forbids duplicates at once, not when the transaction ends
  bool nulls_distinct = true;
  bool is_valid = true;
  bool is_ready = true;
  std::vector<IndexColumn> key;
  std::vector<std::int16_t> included;
  // As the catalog stores them, see comparable(); empty for none.
  std::string predicate;
  std::string expressions;
};

// Whether an index that was scanned so often does nothing else either.
[[nodiscard]] bool is_unused(const IndexDefinition& index, std::int64_t scans);

// A stored expression without the places in the statement that it came from, which differ between
// statements that say the same.
[[nodiscard]] std::string comparable(const std::string& node_tree);

// The indexes that another one of the same table makes superfluous, each with the narrowest of
// these. Of indexes that do the same one is kept, so that all that are named here can go together.
[[nodiscard]] std::unordered_map<Oid, Oid> redundant_indexes(
    const std::vector<IndexDefinition>& indexes);

// A foreign key, or its image on a partition.
struct ForeignKey {
  Oid constraint = 0;
  Oid parent = 0;  // the constraint it is an image of; 0 for none
  Oid table = 0;
  std::vector<std::int16_t> columns;
};

// Indexes through which the rows of a foreign key's value are found.
[[nodiscard]] std::unordered_set<Oid> supporting_indexes(
    const std::vector<IndexDefinition>& indexes, const std::vector<ForeignKey>& keys);

// Foreign keys, no images, without such an index. That of a partitioned table has one also where
// each partition has one.
[[nodiscard]] std::vector<Oid> unsupported_keys(const std::vector<IndexDefinition>& indexes,
                                                const std::vector<ForeignKey>& keys);

}  // namespace pgscale
