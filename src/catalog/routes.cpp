#include "catalog/routes.h"

#include <map>

#include "core/failure.h"
#include "pg/call.h"
#include "shim/routes.h"
#include "shim/session.h"

namespace pgscale::catalog {
namespace {

std::vector<Oid> leaves_below(Oid table) {
  return pg::to_oids(pg::query(Sql("SELECT t.relid::oid"
                                   "  FROM pg_catalog.pg_partition_tree($1::oid::regclass) t"
                                   " WHERE t.isleaf ORDER BY t.relid::regclass::text"),
                               {pg::from_oid(table)}));
}

// The values of the caller, handed out level by level.
class Values {
 public:
  explicit Values(const std::vector<pg::Value>& given) : given_(given) {}

  // For the columns of one key; empty when there are not enough.
  std::optional<std::vector<pg::Value>> of(const PgsPartitionKey& key) {
    std::vector<pg::Value> values;
    for (int i = 0; i < key.columns; i++) {
      const char* name = key.names[i];
      const auto known = name == nullptr ? known_.end() : known_.find(name);
      if (known != known_.end()) {
        values.push_back(known->second);
        continue;
      }
      if (used_ == given_.size()) return std::nullopt;
      values.push_back(given_[used_++]);
      if (name != nullptr) known_[name] = values.back();
    }
    return values;
  }
  [[nodiscard]] bool are_used_up() const { return used_ == given_.size(); }

 private:
  const std::vector<pg::Value>& given_;
  std::size_t used_ = 0;
  std::map<std::string, pg::Value> known_;
};

Oid partition_for(Oid table, const std::vector<pg::Value>& values) {
  std::vector<const char*> texts;
  for (const pg::Value& value : values) texts.push_back(value ? value->c_str() : nullptr);
  return pg::call(pgs_partition_for, table, texts.data());
}

std::string name_of(Oid table) { return pg::call(pgs_relation_name, table); }

}  // namespace

std::vector<Oid> route(Oid table, const std::vector<pg::Value>& key) {
  PgsPartitionKey columns{};
  if (!pg::call(pgs_partition_key, table, &columns)) {
    throw Failure(Problem::kWrongObjectType, "\"" + name_of(table) + "\" is not partitioned");
  }
  const std::string wanted = columns.definition;
  Values given(key);
  Oid at = table;
  while (pg::call(pgs_partition_key, at, &columns)) {
    const auto values = given.of(columns);
    if (!values && at != table) return leaves_below(at);
    if (!values) {
      throw Failure(Problem::kInvalidParameter, "too few values for the partition key", {},
                    "The key of \"" + name_of(table) + "\" is (" + wanted + ").");
    }
    at = partition_for(at, *values);
    if (at == 0) return {};
  }
  if (!given.are_used_up()) {
    throw Failure(Problem::kInvalidParameter, "too many values for the partition key", {},
                  "The key of \"" + name_of(table) + "\" is (" + wanted + ").");
  }
  return {at};
}

}  // namespace pgscale::catalog
