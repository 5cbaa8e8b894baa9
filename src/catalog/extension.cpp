#include "catalog/extension.h"

#include "core/failure.h"
#include "pg/query.h"
#include "shim/session.h"

namespace pgscale::catalog {
namespace {

constexpr char kVersion[] = "1.0";

}  // namespace

Presence pin_extension() {
  if (!pg::call(pgs_pin_extension, "pgscale")) return Presence::kAbsent;
  const auto rows =
      pg::query(Sql("SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'pgscale'"));
  if (rows.empty()) return Presence::kAbsent;
  return *rows.front()[0] == kVersion ? Presence::kPresent : Presence::kOtherVersion;
}

void require_extension() {
  switch (pin_extension()) {
    case Presence::kPresent: return;
    case Presence::kAbsent:
      throw Failure(Problem::kUndefinedObject, "extension \"pgscale\" does not exist");
    case Presence::kOtherVersion: break;
  }
  throw Failure(Problem::kNotInPrerequisiteState,
                "extension \"pgscale\" has another version than its library", {},
                "Run ALTER EXTENSION pgscale UPDATE.");
}

}  // namespace pgscale::catalog
