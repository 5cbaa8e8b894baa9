#include "catalog/retirement_targets.h"

#include "catalog/sharded_tables.h"
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

// A foreign table can be no partition beside a unique index, and none on the other side of a key.
void check_shard(const std::string& shard, const ParentFacts& facts) {
  const std::string table = "table \"" + facts.parent.name.name.name() + "\"";
  if (find_sharded(facts.parent.oid)) {
    throw Failure(Problem::kNotSupported, table + " is on shards already");
  }
  const pg::Rows rows = pg::query(Sql("SELECT has_server_privilege($2::oid, s.oid, 'USAGE')"
                                      "  FROM pgscale.shard h"
                                      "  JOIN pg_catalog.pg_foreign_server s ON s.srvname = h.name"
                                      " WHERE h.name = $1"),
                                  {shard, pg::from_oid(facts.owner)});
  if (rows.empty()) {
    throw Failure(Problem::kUndefinedObject, "shard \"" + shard + "\" does not exist", {},
                  "Use pgscale.add_shard().");
  }
  if (!pg::to_bool(rows.front()[0])) deny("foreign server " + shard, "USAGE on it", facts);
  if (facts.parent.has_unique_index) {
    throw Failure(Problem::kNotSupported, "cannot move partitions of " + table + " to a shard",
                  "It has a primary key or a unique or exclusion constraint, and PostgreSQL "
                  "allows none over foreign tables.",
                  "Have the constraint on each partition, or another way to retire them.");
  }
  if (facts.parent.referenced.empty() && facts.parent.referring.empty()) return;
  throw Failure(Problem::kNotSupported, "cannot move partitions of " + table + " to a shard",
                "It has foreign keys, or others refer to it.",
                "Give the set another way to retire partitions.");
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
  if (policy.retire_shard) check_shard(*policy.retire_shard, facts);
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
