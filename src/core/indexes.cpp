#include "core/indexes.h"

#include <algorithm>
#include <string_view>
#include <tuple>

namespace pgscale {
namespace {

using Group = std::vector<const IndexDefinition*>;

std::unordered_map<Oid, Group> by_table(const std::vector<IndexDefinition>& indexes) {
  std::unordered_map<Oid, Group> groups;
  groups.reserve(indexes.size());
  for (const IndexDefinition& index : indexes) groups[index.table].push_back(&index);
  return groups;
}

bool has_expression(const IndexDefinition& index) {
  return std::any_of(index.key.begin(), index.key.end(),
                     [](const IndexColumn& column) { return column.attribute == 0; });
}

// Lists of expressions are stored in parentheses.
bool begins_with_expressions(const IndexDefinition& longer, const IndexDefinition& index) {
  if (!has_expression(index)) return true;
  const std::string_view list(index.expressions);
  return longer.expressions.compare(0, list.size() - 1, list.substr(0, list.size() - 1)) == 0;
}

bool has_column(const IndexDefinition& index, std::int16_t attribute) {
  return std::any_of(
             index.key.begin(), index.key.end(),
             [attribute](const IndexColumn& column) { return column.attribute == attribute; }) ||
         std::find(index.included.begin(), index.included.end(), attribute) != index.included.end();
}

bool forbids_the_same(const IndexDefinition& other, const IndexDefinition& index) {
  return !index.is_unique || (other.is_unique && other.key.size() == index.key.size() &&
                              (other.is_immediate || !index.is_immediate) &&
                              other.nulls_distinct == index.nulls_distinct);
}

// Whether `other` does all that `index` does.
bool covers(const IndexDefinition& other, const IndexDefinition& index) {
  return other.is_valid && other.key.size() >= index.key.size() &&
         std::equal(index.key.begin(), index.key.end(), other.key.begin()) &&
         other.predicate == index.predicate && begins_with_expressions(other, index) &&
         std::all_of(index.included.begin(), index.included.end(),
                     [&other](std::int16_t column) { return has_column(other, column); }) &&
         forbids_the_same(other, index);
}

// Which of several that do the same is kept: what is bound to the table, else the older one.
auto rank(const IndexDefinition& index) {
  return std::tuple(!index.is_primary, !index.is_constraint, !index.is_replica_identity,
                    !index.is_valid, index.index);
}

bool is_redundant_to(const IndexDefinition& index, const IndexDefinition& other) {
  if (index.is_replica_identity || index.is_exclusion || !covers(other, index)) return false;
  return !covers(index, other) || rank(other) < rank(index);
}

std::size_t width(const IndexDefinition& index) { return index.key.size() + index.included.size(); }

const IndexDefinition* narrowest_instead(const IndexDefinition& index, const Group& group) {
  const IndexDefinition* best = nullptr;
  for (const IndexDefinition* other : group) {
    if (other == &index || !is_redundant_to(index, *other)) continue;
    if (best == nullptr ||
        std::pair(width(*other), rank(*other)) < std::pair(width(*best), rank(*best))) {
      best = other;
    }
  }
  return best;
}

bool supports(const IndexDefinition& index, const ForeignKey& key) {
  if (!index.finds_equal || !index.is_valid || !index.predicate.empty()) return false;
  if (index.key.size() < key.columns.size()) return false;
  const auto end = index.key.begin() + static_cast<std::ptrdiff_t>(key.columns.size());
  return std::all_of(key.columns.begin(), key.columns.end(), [&](std::int16_t attribute) {
    return std::any_of(index.key.begin(), end, [attribute](const IndexColumn& column) {
      return column.attribute == attribute;
    });
  });
}

// Tells the foreign keys with an index from those without.
class KeySupport {
 public:
  KeySupport(const std::vector<IndexDefinition>& indexes, const std::vector<ForeignKey>& keys)
      : indexes_(by_table(indexes)) {
    for (const ForeignKey& key : keys) {
      if (key.parent != 0) images_[key.parent].push_back(&key);
    }
  }

  [[nodiscard]] bool is_supported(const ForeignKey& key) const {
    const auto group = indexes_.find(key.table);
    const bool has_own =
        group != indexes_.end() &&
        std::any_of(group->second.begin(), group->second.end(),
                    [&key](const IndexDefinition* index) { return supports(*index, key); });
    if (has_own) return true;
    const Images images = images_on_partitions(key);
    return !images.empty() && std::all_of(images.begin(), images.end(),
                                          [this](const ForeignKey* k) { return is_supported(*k); });
  }

 private:
  using Images = std::vector<const ForeignKey*>;

  // A partition on the other side makes an image, too, but on the same table.
  [[nodiscard]] Images images_on_partitions(const ForeignKey& key) const {
    Images images;
    const auto found = images_.find(key.constraint);
    if (found == images_.end()) return images;
    for (const ForeignKey* image : found->second) {
      if (image->table != key.table) images.push_back(image);
    }
    return images;
  }

  std::unordered_map<Oid, Group> indexes_;
  std::unordered_map<Oid, Images> images_;
};

}  // namespace

bool is_unused(const IndexDefinition& index, std::int64_t scans) {
  return scans == 0 && !index.is_unique && !index.is_exclusion && !index.is_replica_identity;
}

std::string comparable(const std::string& node_tree) {
  constexpr std::string_view kLocation = ":location ";
  std::string text;
  std::size_t from = 0;
  for (std::size_t at; (at = node_tree.find(kLocation, from)) != std::string::npos;) {
    text.append(node_tree, from, at - from);
    from = node_tree.find_first_not_of("-0123456789", at + kLocation.size());
    if (from == std::string::npos) return text;
  }
  return text.append(node_tree, from, std::string::npos);
}

std::unordered_map<Oid, Oid> redundant_indexes(const std::vector<IndexDefinition>& indexes) {
  std::unordered_map<Oid, Oid> redundant;
  for (const auto& [table, group] : by_table(indexes)) {
    for (const IndexDefinition* index : group) {
      const IndexDefinition* instead = narrowest_instead(*index, group);
      if (instead != nullptr) redundant[index->index] = instead->index;
    }
  }
  return redundant;
}

std::unordered_set<Oid> supporting_indexes(const std::vector<IndexDefinition>& indexes,
                                           const std::vector<ForeignKey>& keys) {
  std::unordered_map<Oid, std::vector<const ForeignKey*>> wanted;
  for (const ForeignKey& key : keys) wanted[key.table].push_back(&key);
  std::unordered_set<Oid> supporting;
  for (const IndexDefinition& index : indexes) {
    const auto found = wanted.find(index.table);
    if (found == wanted.end()) continue;
    const bool supports_one =
        std::any_of(found->second.begin(), found->second.end(),
                    [&index](const ForeignKey* key) { return supports(index, *key); });
    if (supports_one) supporting.insert(index.index);
  }
  return supporting;
}

std::vector<Oid> unsupported_keys(const std::vector<IndexDefinition>& indexes,
                                  const std::vector<ForeignKey>& keys) {
  const KeySupport support(indexes, keys);
  std::vector<Oid> unsupported;
  for (const ForeignKey& key : keys) {
    if (key.parent == 0 && !support.is_supported(key)) unsupported.push_back(key.constraint);
  }
  return unsupported;
}

}  // namespace pgscale
