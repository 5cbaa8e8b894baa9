#include "catalog/indexes.h"

#include <algorithm>

#include "core/oid_map.h"
#include "pg/call.h"
#include "shim/indexes.h"

namespace pgscale::catalog {
namespace {

std::string comparable_or_empty(const char* node_tree) {
  return node_tree == nullptr ? std::string() : comparable(node_tree);
}

IndexDefinition definition_of(const PgsIndexDefinition& found) {
  IndexDefinition index;
  index.index = found.index;
  index.table = found.table;
  index.finds_equal = found.method == PGS_METHOD_BTREE || found.method == PGS_METHOD_HASH;
  index.is_unique = found.unique;
  index.is_primary = found.primary;
  index.is_exclusion = found.exclusion;
  index.is_replica_identity = found.replica_identity;
  index.is_immediate = found.immediate;
  index.nulls_distinct = found.nulls_distinct;
  index.is_valid = found.valid;
  index.is_ready = found.ready;
  index.key.reserve(static_cast<std::size_t>(found.key_columns));
  for (int i = 0; i < found.column_count; i++) {
    const PgsIndexColumn& column = found.columns[i];
    if (i < found.key_columns) {
      index.key.push_back({column.attribute, column.options, column.opclass, column.collation});
    } else {
      index.included.push_back(column.attribute);
    }
  }
  index.predicate = comparable_or_empty(found.predicate);
  index.expressions = comparable_or_empty(found.expressions);
  return index;
}

}  // namespace

std::vector<IndexDefinition> observe_indexes(std::vector<Oid> tables) {
  if (tables.empty()) return {};
  const std::uint32_t* constrained = nullptr;
  const std::int64_t constraints = pg::call(pgs_constraint_indexes, &constrained);
  OidSet of_constraints;
  of_constraints.reserve(static_cast<std::size_t>(constraints));
  for (std::int64_t i = 0; i < constraints; i++) of_constraints.insert(constrained[i]);

  std::sort(tables.begin(), tables.end());
  const PgsIndexDefinition* found = nullptr;
  const std::int64_t count = pg::call(pgs_index_definitions, tables.data(),
                                      static_cast<std::int64_t>(tables.size()), &found);
  std::vector<IndexDefinition> indexes;
  indexes.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; i++) {
    indexes.push_back(definition_of(found[i]));
    indexes.back().is_constraint = of_constraints.contains(found[i].index);
  }
  return indexes;
}

const char* index_columns(const IndexDefinition& index) {
  std::vector<std::int16_t> attributes;
  attributes.reserve(index.key.size() + index.included.size());
  for (const IndexColumn& column : index.key) attributes.push_back(column.attribute);
  attributes.insert(attributes.end(), index.included.begin(), index.included.end());
  return pg::call(pgs_index_column_names, index.table, attributes.data(),
                  static_cast<int>(index.key.size()), static_cast<int>(attributes.size()));
}

std::vector<ForeignKey> observe_foreign_keys() {
  const PgsForeignKey* found = nullptr;
  const std::int64_t count = pg::call(pgs_foreign_keys, &found);
  std::vector<ForeignKey> keys;
  for (std::int64_t i = 0; i < count; i++) {
    const PgsForeignKey& key = found[i];
    keys.push_back(
        {key.constraint, key.parent, key.table, {key.columns, key.columns + key.column_count}});
  }
  return keys;
}

}  // namespace pgscale::catalog
