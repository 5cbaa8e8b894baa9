#include "apply/sharding.h"

#include "catalog/parents.h"
#include "core/failure.h"
#include "pg/arguments.h"
#include "pg/contain.h"
#include "pg/session.h"

namespace pgscale::api {
namespace {

using apply::ShardingRequest;
using catalog::ShardedKind;

Method read_method(const std::string& word) {
  for (Method method : {Method::kHash, Method::kList, Method::kRange}) {
    if (word == text(method)) return method;
  }
  throw Failure(Problem::kInvalidParameter, "invalid value for method: \"" + word + "\"", {},
                "Available values: hash, list, range.");
}

void require_object(const std::string& json, const char* name) {
  if (pg::query(Sql("SELECT pg_catalog.jsonb_typeof($1::jsonb)"), {json}).front()[0] == "object")
    return;
  throw Failure(Problem::kInvalidParameter, std::string(name) + " must be a JSON object");
}

// {"name": ["value", null], ...}
std::vector<NamedBound> read_bounds(const std::string& json) {
  require_object(json, "bounds");
  std::vector<NamedBound> bounds;
  for (const auto& row : pg::query(
           Sql("SELECT b.key, pg_catalog.jsonb_typeof(b.value), v.value"
               "  FROM pg_catalog.jsonb_each($1::jsonb) WITH ORDINALITY AS b (key, value, place)"
               "  LEFT JOIN LATERAL pg_catalog.jsonb_array_elements_text("
               "            CASE WHEN pg_catalog.jsonb_typeof(b.value) = 'array' THEN b.value END)"
               "            WITH ORDINALITY AS v (value, place) ON true"
               " ORDER BY b.place, v.place"),
           {json})) {
    if (row[1] != "array") {
      throw Failure(Problem::kInvalidParameter,
                    "bounds of partition \"" + *row[0] + "\" must be a JSON array");
    }
    if (bounds.empty() || bounds.back().name != *row[0]) bounds.push_back({*row[0], {}, {}});
    bounds.back().values.push_back(row[2]);
  }
  return bounds;
}

// {"value": "shard", ...}: the values of a shard become one partition.
std::vector<NamedBound> read_map(const std::string& json) {
  require_object(json, "map");
  std::vector<NamedBound> bounds;
  for (const auto& row :
       pg::query(Sql("SELECT value, key FROM pg_catalog.jsonb_each_text($1::jsonb) ORDER BY 1, 2"),
                 {json})) {
    const std::string shard = pg::not_null(row[0], "the shard of a region");
    if (bounds.empty() || bounds.back().name != shard) bounds.push_back({shard, {}, shard});
    bounds.back().values.push_back(row[1]);
  }
  return bounds;
}

ShardingRequest read_request(const pg::Arguments& arguments) {
  ShardingRequest request;
  request.relation = arguments.relation(0, "relation");
  request.key = pg::not_null(arguments.text(1), "key");
  request.method = read_method(pg::not_null(arguments.text(2), "method"));
  request.shards = arguments.text(4);
  request.beside = arguments.oid(5);
  if (const auto bounds = arguments.text(6)) request.bounds = read_bounds(*bounds);
  if (request.method == Method::kHash && !request.bounds.empty()) {
    throw Failure(Problem::kInvalidParameter, "a hash table has no bounds");
  }
  if (request.method == Method::kHash) request.partitions = arguments.integer(3).value_or(0);
  return request;
}

void create_sharded_table(PgsCall* call) {
  const pg::Arguments arguments(call);
  pg::Session session(pg::Venue::kFunction);
  const ShardingRequest request = read_request(arguments);
  catalog::require_ownership(request.relation);
  const catalog::ShardedRow made = apply::put_on_shards(request);
  session.end();
  pg::ResultRows rows(call);
  for (const Placement& placement : made.placements) {
    rows.add({placement.leaf, placement.bound, placement.shard});
  }
}

void create_geo_table(PgsCall* call) {
  const pg::Arguments arguments(call);
  pg::Session session(pg::Venue::kFunction);
  ShardingRequest request;
  request.kind = ShardedKind::kGeo;
  request.method = Method::kList;
  request.relation = arguments.relation(0, "relation");
  request.key = pg::not_null(arguments.text(1), "key");
  request.bounds = read_map(pg::not_null(arguments.text(2), "map"));
  catalog::require_ownership(request.relation);
  const catalog::ShardedRow made = apply::put_on_shards(request);
  session.end();
  pg::ResultRows rows(call);
  for (const Placement& placement : made.placements) {
    rows.add({placement.leaf, placement.bound, placement.shard, placement.region});
  }
}

}  // namespace
}  // namespace pgscale::api

extern "C" {
bool body_pgscale_create_sharded_table(PgsCall* call, PgsFailure* failure);
bool body_pgscale_create_geo_table(PgsCall* call, PgsFailure* failure);

bool body_pgscale_create_sharded_table(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::create_sharded_table(call); });
}

bool body_pgscale_create_geo_table(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::create_geo_table(call); });
}
}
