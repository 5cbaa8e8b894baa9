#pragma once

#include <string>
#include <vector>

#include "core/inventory.h"
#include "core/sql.h"

namespace pgscale {

[[nodiscard]] const char* text(Privilege privilege);

// One statement for all privileges that go to the same role with the same grant option together.
[[nodiscard]] std::vector<Sql> grant_statements(const std::vector<Grant>& grants,
                                                const QualifiedName& table);

enum class Revocation { kPrivilege, kGrantOption };
[[nodiscard]] std::vector<Sql> revoke_statements(const std::vector<Grant>& grants,
                                                 const QualifiedName& table, Revocation what);

// "INSERT, SELECT (note) WITH GRANT OPTION"; empty for none.
[[nodiscard]] std::string readable(const std::vector<Grant>& grants);

}  // namespace pgscale
