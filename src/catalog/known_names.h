#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "core/inventory.h"

namespace pgscale::catalog {

// Names of things that are few, where thousands of others refer to them: schemas, access methods.
class KnownNames {
 public:
  using Ask = const char* (*)(std::uint32_t);  // null when there is no such thing any more
  explicit KnownNames(Ask ask) : ask_(ask) {}

  // Empty when there is no such thing any more.
  [[nodiscard]] const char* operator[](Oid oid);

 private:
  Ask ask_;
  std::unordered_map<Oid, std::string> known_;
};

[[nodiscard]] KnownNames schema_names();
[[nodiscard]] KnownNames method_names();

}  // namespace pgscale::catalog
