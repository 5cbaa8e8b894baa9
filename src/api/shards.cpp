#include "catalog/shards.h"

#include "apply/shards.h"
#include "catalog/shard_moves.h"
#include "core/failure.h"
#include "pg/arguments.h"
#include "pg/contain.h"
#include "pg/server.h"
#include "pg/session.h"

namespace pgscale::api {
namespace {

std::vector<Endpoint> endpoints(const std::string& array, int default_port) {
  std::vector<Endpoint> endpoints;
  for (const auto& row : pg::query(Sql("SELECT unnest($1::text[])"), {array})) {
    endpoints.push_back(
        parse_endpoint(pg::not_null(row[0], "an element of standby_hosts"), default_port));
  }
  return endpoints;
}

ServerOptions options(const std::string& json) {
  ServerOptions options;
  if (pg::query(Sql("SELECT pg_catalog.jsonb_typeof($1::jsonb)"), {json}).front()[0] != "object") {
    throw Failure(Problem::kInvalidParameter, "options must be a JSON object");
  }
  for (const auto& row :
       pg::query(Sql("SELECT key, value FROM pg_catalog.jsonb_each_text($1::jsonb)"), {json})) {
    options[*row[0]] = pg::not_null(row[1], "the value of an option");
  }
  return options;
}

// What is not given stays as it is.
void take(const pg::Arguments& arguments, Shard& shard) {
  if (const auto host = arguments.text(1)) shard.primary.host = *host;
  if (const auto port = arguments.integer(2)) shard.primary.port = *port;
  if (const auto dbname = arguments.text(3)) shard.dbname = *dbname;
  if (const auto region = arguments.text(4)) shard.region = *region;
  if (const auto hosts = arguments.text(5)) shard.standbys = endpoints(*hosts, shard.primary.port);
  if (const auto given = arguments.text(6)) shard.options = options(*given);
}

void add_shard(PgsCall* call) {
  const pg::Arguments arguments(call);
  pg::Session session(pg::Venue::kFunction);
  catalog::require_postgres_fdw();
  Shard shard;
  shard.name = pg::not_null(arguments.text(0), "name");
  (void)pg::not_null(arguments.text(1), "host");
  (void)pg::not_null(arguments.integer(2), "port");
  (void)pg::not_null(arguments.text(3), "dbname");
  take(arguments, shard);
  check(shard);
  std::vector<int> taken;
  const ShardRegistry registry = catalog::load_registry();
  for (const Shard& other : registry.shards) {
    taken.push_back(other.number);
    if (other.name != shard.name) continue;
    throw Failure(Problem::kDuplicateObject, "shard \"" + shard.name + "\" already exists");
  }
  shard.number = free_number(taken);
  catalog::insert_shard(shard);
  apply::bring_about(plan_shards({{shard}, {}}, catalog::observe_shards({{shard}, {}})));
  session.end();
  pg::call(pgs_return_int32, call, shard.number);
}

// The server at once, so that what left the options leaves the server, too.
void alter_shard(PgsCall* call) {
  const pg::Arguments arguments(call);
  pg::Session session(pg::Venue::kFunction);
  Shard shard = catalog::require_shard(pg::not_null(arguments.text(0), "name"));
  catalog::require_shard_ownership(shard.name);
  const ServerOptions before = server_options(shard);
  const auto region = shard.region;
  take(arguments, shard);
  check(shard);
  if (shard.region != region && catalog::has_residents(shard.name)) {
    throw Failure(Problem::kInUse, "shard \"" + shard.name + "\" holds rows of its region",
                  "Tables of pgscale.create_geo_table() rely on it.",
                  "Move them first; pgscale.residency_report() shows them.");
  }
  catalog::update_shard(shard);
  ShardInventory inventory = catalog::observe_shards({{shard}, {}});
  apply::bring_about(plan_alteration(shard, before, inventory));
  session.end();
  pg::call(pgs_return_void, call);
}

void drain_shard(PgsCall* call) {
  const pg::Arguments arguments(call);
  pg::Session session(pg::Venue::kFunction);
  Shard shard = catalog::require_shard(pg::not_null(arguments.text(0), "name"));
  catalog::require_shard_ownership(shard.name);
  shard.state = arguments.boolean(1).value_or(true) ? ShardState::kDraining : ShardState::kActive;
  catalog::update_shard(shard);
  session.end();
  pg::call(pgs_return_void, call);
}

void remove_shard(PgsCall* call) {
  const pg::Arguments arguments(call);
  pg::Session session(pg::Venue::kFunction);
  const Shard shard = catalog::require_shard(pg::not_null(arguments.text(0), "name"));
  catalog::require_shard_ownership(shard.name);
  if (const auto table = catalog::table_on_shard(shard.name)) {
    throw Failure(Problem::kInUse, "shard \"" + shard.name + "\" holds data",
                  "Table " + *table + " is on it.",
                  "Use pgscale.drain_shard(): then its partitions move to other shards.");
  }
  if (const auto leaf = catalog::partition_on_its_way(shard.name)) {
    throw Failure(Problem::kInUse, "shard \"" + shard.name + "\" holds data",
                  "Partition \"" + *leaf + "\" is being moved from or to it.",
                  "Let pgscale.sync_shards() or the worker end that first.");
  }
  apply::bring_about(removal_steps(shard.name, catalog::observe_shards({{shard}, {}})));
  catalog::delete_shard(shard.name);
  session.end();
  pg::call(pgs_return_void, call);
}

}  // namespace
}  // namespace pgscale::api

extern "C" {
bool body_pgscale_add_shard(PgsCall* call, PgsFailure* failure);
bool body_pgscale_alter_shard(PgsCall* call, PgsFailure* failure);
bool body_pgscale_drain_shard(PgsCall* call, PgsFailure* failure);
bool body_pgscale_remove_shard(PgsCall* call, PgsFailure* failure);

bool body_pgscale_add_shard(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::add_shard(call); });
}

bool body_pgscale_alter_shard(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::alter_shard(call); });
}

bool body_pgscale_drain_shard(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::drain_shard(call); });
}

bool body_pgscale_remove_shard(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::remove_shard(call); });
}
}
