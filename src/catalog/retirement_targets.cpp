#include "catalog/retirement_targets.h"

#include "core/failure.h"
#include "pg/query.h"
#include "pg/server.h"
#include "shim/export_files.h"

namespace pgscale::catalog {
namespace {

std::string owner_of(const ParentFacts& facts) {
  return std::string("Owner \"") + pg::call(pgs_role_name, facts.owner) + "\" of table \"" +
         facts.parent.name.name.name() + "\"";
}

[[noreturn]] void deny(const std::string& object, const std::string& needs,
                       const ParentFacts& facts) {
  throw Failure(Problem::kInsufficientPrivilege, "permission denied for " + object,
                owner_of(facts) + " needs " + needs + ".");
}

void check_schema(const std::string& schema, const ParentFacts& facts) {
  const pg::Rows rows = pg::query(Sql("SELECT has_schema_privilege($2::oid, oid, 'CREATE')"
                                      "  FROM pg_catalog.pg_namespace WHERE nspname = $1"),
                                  {schema, pg::from_oid(facts.owner)});
  if (rows.empty()) {
    throw Failure(Problem::kUndefinedSchema, "schema \"" + schema + "\" does not exist");
  }
  if (!pg::to_bool(rows.front()[0])) deny("schema " + schema, "CREATE on it", facts);
}

void check_tablespace(const std::string& tablespace, const ParentFacts& facts) {
  const pg::Rows rows = pg::query(Sql("SELECT has_tablespace_privilege($2::oid, oid, 'CREATE')"
                                      "  FROM pg_catalog.pg_tablespace WHERE spcname = $1"),
                                  {tablespace, pg::from_oid(facts.owner)});
  if (rows.empty()) {
    throw Failure(Problem::kUndefinedObject, "tablespace \"" + tablespace + "\" does not exist");
  }
  if (!pg::to_bool(rows.front()[0])) deny("tablespace " + tablespace, "CREATE on it", facts);
}

// The right comes first: who has it not is not told which directories there are.
void check_directory(const std::string& path, const ParentFacts& facts) {
  const bool may_write =
      pg::to_bool(pg::query(Sql("SELECT pg_has_role($1::oid, 'pg_write_server_files', 'USAGE')"),
                            {pg::from_oid(facts.owner)})
                      .front()[0]);
  if (!may_write) {
    throw Failure(Problem::kInsufficientPrivilege, "permission denied to export to a file",
                  owner_of(facts) +
                      " must be a superuser or have the privileges of the "
                      "\"pg_write_server_files\" role.");
  }
  if (pg::call(pgs_is_directory, path.c_str())) return;
  throw Failure(Problem::kUndefinedFile, "directory \"" + path + "\" does not exist", {},
                "It must be a directory of the server that the server may write to.");
}

}  // namespace

void check_targets(const Policy& policy, const ParentFacts& facts) {
  if (policy.archive && !policy.archive->schema.empty()) {
    check_schema(policy.archive->schema, facts);
  }
  if (policy.archive && !policy.archive->tablespace.empty()) {
    check_tablespace(policy.archive->tablespace, facts);
  }
  if (policy.exported) check_directory(policy.exported->path, facts);
}

std::string hook_name(const char* setting, Oid function, const ParentFacts& facts) {
  constexpr char kArguments[] = "regclass, text, text, jsonb";
  const pg::Rows rows =
      pg::query(Sql("SELECT format('%I.%I', n.nspname, p.proname),"
                    "       p.prokind = 'f' AND oidvectortypes(p.proargtypes) = $2,"
                    "       has_function_privilege($3::oid, p.oid, 'EXECUTE')"
                    "       AND has_schema_privilege($3::oid, n.oid, 'USAGE')"
                    "  FROM pg_catalog.pg_proc p"
                    "  JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace"
                    " WHERE p.oid = $1::oid"),
                {pg::from_oid(function), kArguments, pg::from_oid(facts.owner)});
  if (rows.empty()) {
    throw Failure(Problem::kUndefinedFunction,
                  "function with OID " + std::to_string(function) + " does not exist");
  }
  const auto& row = rows.front();
  if (!pg::to_bool(row[1])) {
    throw Failure(Problem::kInvalidParameter, *row[0] + " cannot be the function of " + setting,
                  std::string("It must be a function with the arguments (") + kArguments + ").");
  }
  if (!pg::to_bool(row[2])) deny("function " + *row[0], "EXECUTE on it", facts);
  return *row[0];
}

}  // namespace pgscale::catalog
