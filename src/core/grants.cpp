#include "core/grants.h"

#include <map>
#include <utility>

namespace pgscale {
namespace {

using ByGrantee = std::map<std::pair<std::string, bool>, std::vector<const Grant*>>;

ByGrantee by_grantee(const std::vector<Grant>& grants) {
  ByGrantee result;
  for (const Grant& grant : grants) result[{grant.grantee, grant.grantable}].push_back(&grant);
  return result;
}

void append_privileges(Sql& sql, const std::vector<const Grant*>& grants, const QualifiedName& name,
                       GrantObject object) {
  for (const Grant* grant : grants) {
    if (grant != grants.front()) sql << ", ";
    sql << Definition{text(grant->privilege)};
    if (!grant->column.empty()) sql << " (" << Identifier(grant->column) << ")";
  }
  sql << " ON ";
  if (object == GrantObject::kSequence) sql << "SEQUENCE ";
  sql << name;
}

void append_grantee(Sql& sql, const std::string& grantee) {
  if (grantee.empty()) {
    sql << "PUBLIC";
  } else {
    sql << Identifier(grantee);
  }
}

}  // namespace

const char* text(Privilege privilege) {
  switch (privilege) {
    case Privilege::kSelect: return "SELECT";
    case Privilege::kInsert: return "INSERT";
    case Privilege::kUpdate: return "UPDATE";
    case Privilege::kDelete: return "DELETE";
    case Privilege::kTruncate: return "TRUNCATE";
    case Privilege::kReferences: return "REFERENCES";
    case Privilege::kTrigger: return "TRIGGER";
    case Privilege::kMaintain: return "MAINTAIN";
    case Privilege::kUsage: break;
  }
  return "USAGE";
}

std::vector<Sql> grant_statements(const std::vector<Grant>& grants, const QualifiedName& name,
                                  GrantObject object) {
  std::vector<Sql> statements;
  for (const auto& [who, list] : by_grantee(grants)) {
    Sql sql("GRANT ");
    append_privileges(sql, list, name, object);
    sql << " TO ";
    append_grantee(sql, who.first);
    if (who.second) sql << " WITH GRANT OPTION";
    statements.push_back(sql);
  }
  return statements;
}

std::vector<Sql> revoke_statements(const std::vector<Grant>& grants, const QualifiedName& name,
                                   Revocation what, GrantObject object) {
  std::vector<Sql> statements;
  for (const auto& [who, list] : by_grantee(grants)) {
    Sql sql("REVOKE ");
    if (what == Revocation::kGrantOption) sql << "GRANT OPTION FOR ";
    append_privileges(sql, list, name, object);
    sql << " FROM ";
    append_grantee(sql, who.first);
    statements.push_back(sql);
  }
  return statements;
}

std::string readable(const std::vector<Grant>& grants) {
  std::string result;
  for (const Grant& grant : grants) {
    if (!result.empty()) result += ", ";
    result += text(grant.privilege);
    if (!grant.column.empty()) result += " (" + grant.column + ")";
    if (grant.grantable) result += " WITH GRANT OPTION";
  }
  return result;
}

}  // namespace pgscale
