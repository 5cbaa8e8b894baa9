#pragma once

#include <string>
#include <vector>

#include "core/inventory.h"
#include "core/sql.h"

namespace pgscale {

[[nodiscard]] const char* text(Privilege privilege);

// The kinds of objects whose privileges have words of their own in GRANT.
enum class GrantObject { kTable, kSequence };

// One statement for all privileges that go to the same role with the same grant option together.
[[nodiscard]] std::vector<Sql> grant_statements(const std::vector<Grant>& grants,
                                                const QualifiedName& name,
                                                GrantObject object = GrantObject::kTable);

enum class Revocation { kPrivilege, kGrantOption };
[[nodiscard]] std::vector<Sql> revoke_statements(const std::vector<Grant>& grants,
                                                 const QualifiedName& name, Revocation what,
                                                 GrantObject object = GrantObject::kTable);

// "INSERT, SELECT (note) WITH GRANT OPTION"; empty for none.
[[nodiscard]] std::string readable(const std::vector<Grant>& grants);

}  // namespace pgscale
