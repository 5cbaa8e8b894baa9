#include "catalog/hook_calls.h"

#include "pg/query.h"
#include "pg/session.h"

namespace pgscale::catalog {
namespace {

std::vector<pg::Value> parameters(Oid parent, const HookCall& call) {
  return {pg::from_oid(parent), call.partition.schema.name(), call.partition.name.name(),
          call.action};
}

}  // namespace

void request_call(Oid parent, const HookCall& call) {
  const auto acting = pg::Acting::as_extension();
  std::vector<pg::Value> values = parameters(parent, call);
  values.push_back(call.bounds);
  values.push_back(call.file.empty() ? pg::Value() : call.file);
  pg::execute(Sql("INSERT INTO pgscale.hook_call (parent, partition_schema, partition_name, action,"
                  "       bounds, file)"
                  " VALUES ($1::oid, $2, $3, $4, $5, $6)"
                  " ON CONFLICT (parent, partition_schema, partition_name, action) DO NOTHING"),
              values);
}

std::vector<HookCall> load_calls(Oid parent) {
  const auto acting = pg::Acting::as_extension();
  std::vector<HookCall> calls;
  for (const auto& row : pg::query_often(
           Sql("SELECT partition_schema, partition_name, bounds, action, coalesce(file, '')"
               "  FROM pgscale.hook_call WHERE parent = $1::oid"
               " ORDER BY requested_at, partition_name, action"),
           {pg::from_oid(parent)})) {
    calls.push_back({{Identifier(*row[0]), Identifier(*row[1])}, *row[2], *row[3], *row[4]});
  }
  return calls;
}

void forget_call(Oid parent, const HookCall& call) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("DELETE FROM pgscale.hook_call WHERE parent = $1::oid AND partition_schema = $2"
                  "   AND partition_name = $3 AND action = $4"),
              parameters(parent, call));
}

void forget_calls(Oid parent) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("DELETE FROM pgscale.hook_call WHERE parent = $1::oid"), {pg::from_oid(parent)});
}

}  // namespace pgscale::catalog
