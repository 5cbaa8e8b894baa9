#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

namespace pgscale {

// What is known of objects by their OIDs. A database has tens of thousands of relations, and a view
// looks each of them up several times: here they are in one piece of memory, where a node of
// std::unordered_map is a miss of the processor's cache each. Grows only; 0 is no OID.
template <typename Value>
class OidMap {
 public:
  OidMap() = default;
  OidMap(std::initializer_list<std::pair<std::uint32_t, Value>> entries) {
    for (const auto& [oid, value] : entries) (*this)[oid] = value;
  }

  // Null for one that is not there.
  [[nodiscard]] const Value* find(std::uint32_t oid) const {
    if (slots_.empty()) return nullptr;
    const Slot& slot = slots_[place_of(oid)];
    return slot.oid == oid && oid != 0 ? &slot.value : nullptr;
  }

  Value& operator[](std::uint32_t oid) {
    reserve(size_ + 1);
    Slot& slot = slots_[place_of(oid)];
    if (slot.oid == 0) {
      slot.oid = oid;
      size_++;
    }
    return slot.value;
  }

  void reserve(std::size_t count) {
    if (slots_.size() >= 2 * count) return;
    std::size_t room = 16;
    while (room < 2 * count) room *= 2;
    std::vector<Slot> before(room);
    before.swap(slots_);
    for (Slot& slot : before) {
      if (slot.oid != 0) slots_[place_of(slot.oid)] = std::move(slot);
    }
  }

 private:
  struct Slot {
    std::uint32_t oid = 0;  // 0 while it is free
    Value value{};
  };

  // Where it is, or the free slot where it belongs; at least half of them are free. OIDs come in
  // rows, which multiplication by the golden ratio spreads (Knuth, volume 3, 6.4).
  [[nodiscard]] std::size_t place_of(std::uint32_t oid) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t place = ((oid * std::uint64_t{0x9E3779B97F4A7C15}) >> 32) & mask;
    while (slots_[place].oid != oid && slots_[place].oid != 0) place = (place + 1) & mask;
    return place;
  }

  std::vector<Slot> slots_;
  std::size_t size_ = 0;
};

class OidSet {
 public:
  void insert(std::uint32_t oid) { oids_[oid] = {}; }
  void reserve(std::size_t count) { oids_.reserve(count); }
  [[nodiscard]] bool contains(std::uint32_t oid) const { return oids_.find(oid) != nullptr; }

 private:
  struct Nothing {};
  OidMap<Nothing> oids_;
};

}  // namespace pgscale
