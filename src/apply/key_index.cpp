#include "apply/key_index.h"

#include "core/adoption_statements.h"

namespace pgscale::apply {

std::optional<Step> next_key_step(const catalog::AdopteeFacts& facts, const AdoptionNames& names) {
  if (key_to_extend(facts.table) == nullptr || extended_key(facts.table) != nullptr) {
    return std::nullopt;
  }
  const auto index = catalog::key_index_of(facts.table.oid, names.key_index);
  if (index && !index->is_valid) return drop_key_index_step(facts.table, names, index->oid);
  return key_index_step(facts.table, names);
}

}  // namespace pgscale::apply
