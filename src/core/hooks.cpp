#include "core/hooks.h"

namespace pgscale {

Sql hook_statement(const QualifiedName& function, const QualifiedName& parent,
                   const HookCall& call) {
  const std::string set = readable(parent);
  const std::string partition = readable(call.partition);
  Sql sql("SELECT ");
  sql << function << "(" << Literal{set} << "::pg_catalog.regclass, " << Literal{partition} << ", "
      << Literal{call.action} << ", pg_catalog.jsonb_build_object('bounds', "
      << Literal{call.bounds};
  if (!call.file.empty()) sql << ", 'file', " << Literal{call.file};
  return sql << "))";
}

}  // namespace pgscale
