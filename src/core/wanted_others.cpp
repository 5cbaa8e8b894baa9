#include <algorithm>
#include <numeric>
#include <set>

#include "core/naming.h"
#include "core/wanted.h"

namespace pgscale {
namespace {

std::set<std::optional<std::string>> covered_values(const Inventory& inventory) {
  std::set<std::optional<std::string>> values;
  for (const Partition& partition : inventory.partitions) {
    if (const auto* list = std::get_if<ListValues>(&partition.bound)) {
      values.insert(list->values.begin(), list->values.end());
    }
  }
  return values;
}

Refusal split_group(const ListGroup& group, const std::optional<std::string>& missing) {
  return {Action::kCreate,
          group.name,
          "",
          Problem::kNotSupported,
          "value " + (missing ? "\"" + *missing + "\"" : std::string("NULL")) +
              " of list group \"" + group.name +
              "\" has no partition, but other values of the group have",
          "A partition cannot be given another value while it is attached; name the value in a "
          "group of its own."};
}

}  // namespace

WantedPartitions wanted_lists(const PartitionSet& set) {
  WantedPartitions wanted;
  const auto covered = covered_values(set.inventory);
  for (const ListGroup& group : set.policy.lists) {
    auto is_covered = [&covered](const auto& value) { return covered.count(value) > 0; };
    const auto count = std::count_if(group.values.begin(), group.values.end(), is_covered);
    if (count == static_cast<std::ptrdiff_t>(group.values.size())) continue;
    if (count == 0) {
      wanted.missing.push_back(
          {group.name, ListValues{group.values}, "list group \"" + group.name + "\""});
      continue;
    }
    const auto missing = std::find_if_not(group.values.begin(), group.values.end(), is_covered);
    wanted.refusals.push_back(split_group(group, *missing));
  }
  return wanted;
}

std::vector<std::string> groups_within(const std::vector<ListGroup>& groups,
                                       const ListValues& partition) {
  const std::set<std::optional<std::string>> held(partition.values.begin(), partition.values.end());
  std::vector<std::string> names;
  for (const ListGroup& group : groups) {
    const bool all_held = std::all_of(group.values.begin(), group.values.end(),
                                      [&held](const auto& value) { return held.count(value) > 0; });
    if (all_held) names.push_back(group.name);
  }
  return names;
}

constexpr char kModulusHint[] =
    "Use pgscale.forget_parent(), then pgscale.create_parent() with the modulus of the existing "
    "partitions.";

// PostgreSQL: of two moduli in one table the larger must be a multiple of the smaller.
std::optional<Refusal> misfit(const PartitionSet& set) {
  const int modulus = set.policy.partitions.value();
  for (const Partition& partition : set.inventory.partitions) {
    const auto* slot = std::get_if<HashSlot>(&partition.bound);
    if (slot == nullptr || slot->modulus % modulus == 0 || modulus % slot->modulus == 0) continue;
    return Refusal{Action::kCreate,
                   "",
                   "",
                   Problem::kInvalidDefinition,
                   "modulus " + std::to_string(modulus) + " does not fit partition " +
                       readable(partition.name) + " of modulus " + std::to_string(slot->modulus),
                   kModulusHint};
  }
  return std::nullopt;
}

// Counted in residues of the least common multiple of all moduli: a remainder is missing when no
// slot holds a residue of it, and covered when slots hold all of them.
WantedPartitions wanted_slots(const PartitionSet& set) {
  WantedPartitions wanted;
  if (const auto refusal = misfit(set)) {
    wanted.refusals.push_back(*refusal);
    return wanted;
  }
  const std::int64_t modulus = set.policy.partitions.value();
  std::int64_t all = modulus;
  for (const Partition& partition : set.inventory.partitions) {
    if (const auto* slot = std::get_if<HashSlot>(&partition.bound)) {
      all = std::lcm(all, static_cast<std::int64_t>(slot->modulus));
    }
  }
  for (int remainder = 0; remainder < modulus; remainder++) {
    const Partition* holder = nullptr;
    std::int64_t held = 0;
    for (const Partition& partition : set.inventory.partitions) {
      const auto* slot = std::get_if<HashSlot>(&partition.bound);
      if (slot == nullptr) continue;
      const std::int64_t common = std::gcd(modulus, static_cast<std::int64_t>(slot->modulus));
      if (remainder % common != slot->remainder % common) continue;
      held += all / std::lcm(modulus, static_cast<std::int64_t>(slot->modulus));
      holder = &partition;
    }
    if (held == all / modulus) continue;
    const std::string name = remainder_name(static_cast<int>(modulus), remainder);
    const std::string what =
        "remainder " + std::to_string(remainder) + " of " + std::to_string(modulus);
    if (holder == nullptr) {
      wanted.missing.push_back({name, HashSlot{static_cast<int>(modulus), remainder}, what});
    } else {
      wanted.refusals.push_back({Action::kCreate, name, "", Problem::kInvalidDefinition,
                                 what + " is partly covered by partition " + readable(holder->name),
                                 kModulusHint});
    }
  }
  return wanted;
}

}  // namespace pgscale
