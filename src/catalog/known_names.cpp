#include "catalog/known_names.h"

#include "pg/call.h"
#include "shim/indexes.h"
#include "shim/relations.h"

namespace pgscale::catalog {

const char* KnownNames::operator[](Oid oid) {
  const auto [place, is_new] = known_.try_emplace(oid);
  if (is_new) {
    const char* name = pg::call(ask_, oid);
    if (name != nullptr) place->second = name;
  }
  return place->second.c_str();
}

KnownNames schema_names() { return KnownNames(pgs_schema_name); }

KnownNames method_names() { return KnownNames(pgs_method_name); }

}  // namespace pgscale::catalog
