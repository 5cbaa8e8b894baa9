#include "catalog/shards.h"

#include "core/failure.h"
#include "pg/query.h"
#include "pg/session.h"

namespace pgscale::catalog {
namespace {

// Two arrays of the same length, as SQL can unnest them.
std::vector<std::string> names_of(const ServerOptions& options) {
  std::vector<std::string> names;
  for (const auto& option : options) names.push_back(option.first);
  return names;
}

std::vector<std::string> values_of(const ServerOptions& options) {
  std::vector<std::string> values;
  for (const auto& option : options) values.push_back(option.second);
  return values;
}

std::vector<std::string> written(const std::vector<Endpoint>& endpoints) {
  std::vector<std::string> texts;
  for (const Endpoint& endpoint : endpoints) {
    const bool has_colon = endpoint.host.find(':') != std::string::npos;
    texts.push_back((has_colon ? "[" + endpoint.host + "]" : endpoint.host) + ":" +
                    std::to_string(endpoint.port));
  }
  return texts;
}

Shard to_shard(const std::vector<pg::Value>& row) {
  Shard shard;
  shard.name = *row[0];
  shard.number = static_cast<int>(pg::to_int(row[1]));
  shard.primary = {*row[2], static_cast<int>(pg::to_int(row[3]))};
  shard.dbname = *row[4];
  shard.region = row[5];
  shard.state =
      *row[6] == text(ShardState::kDraining) ? ShardState::kDraining : ShardState::kActive;
  return shard;
}

std::vector<Shard> load_shards() {
  std::vector<Shard> shards;
  for (const auto& row : pg::query(Sql("SELECT name, number, host, port, dbname, region, state"
                                       "  FROM pgscale.shard ORDER BY number"))) {
    shards.push_back(to_shard(row));
  }
  for (Shard& shard : shards) {
    for (const auto& row : pg::query(Sql("SELECT unnest(standby_hosts) FROM pgscale.shard"
                                         " WHERE name = $1"),
                                     {shard.name})) {
      shard.standbys.push_back(parse_endpoint(*row[0], shard.primary.port));
    }
    for (const auto& row : pg::query(Sql("SELECT o.key, o.value FROM pgscale.shard s,"
                                         " pg_catalog.jsonb_each_text(s.options) o"
                                         " WHERE s.name = $1 AND o.value IS NOT NULL"),
                                     {shard.name})) {
      shard.options[*row[0]] = *row[1];
    }
  }
  return shards;
}

std::vector<pg::Value> parameters(const Shard& shard) {
  return {shard.name,
          std::to_string(shard.number),
          shard.primary.host,
          std::to_string(shard.primary.port),
          shard.dbname,
          shard.region,
          pg::array_literal(written(shard.standbys)),
          pg::array_literal(names_of(shard.options)),
          pg::array_literal(values_of(shard.options)),
          text(shard.state)};
}

}  // namespace

ShardRegistry load_registry() {
  ShardRegistry registry;
  registry.shards = load_shards();
  for (const auto& row : pg::query(Sql("SELECT u.shard, u.local_role, u.remote_user, u.auth"
                                       "  FROM pgscale.shard_user u"
                                       "  JOIN pgscale.shard s ON s.name = u.shard"
                                       " ORDER BY s.number, u.local_role"))) {
    registry.users.push_back({*row[0], *row[1], *row[2], parse_auth(*row[3])});
  }
  return registry;
}

Shard require_shard(const std::string& name) {
  for (Shard& shard : load_shards()) {
    if (shard.name == name) return shard;
  }
  throw Failure(Problem::kUndefinedObject, "shard \"" + name + "\" does not exist", {},
                "View pgscale.shards shows all of them.");
}

void insert_shard(const Shard& shard) {
  const pg::Value owner = pg::query(Sql("SELECT current_user")).front()[0];
  const auto acting = pg::Acting::as_extension();
  auto values = parameters(shard);
  values.push_back(owner);
  pg::execute(Sql("INSERT INTO pgscale.shard (name, number, host, port, dbname, region,"
                  "       standby_hosts, options, state, owner)"
                  " VALUES ($1::name, $2::integer, $3, $4::integer, $5::name, $6, $7::text[],"
                  "       pg_catalog.jsonb_object($8::text[], $9::text[]), $10, $11::name)"),
              values);
}

void update_shard(const Shard& shard) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("UPDATE pgscale.shard SET host = $3, port = $4::integer, dbname = $5::name,"
                  "       region = $6, standby_hosts = $7::text[],"
                  "       options = pg_catalog.jsonb_object($8::text[], $9::text[]), state = $10"
                  " WHERE name = $1 AND number = $2::integer"),
              parameters(shard));
}

void delete_shard(const std::string& name) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("DELETE FROM pgscale.shard WHERE name = $1"), {name});
}

void save_shard_user(const ShardUser& user) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("INSERT INTO pgscale.shard_user (shard, local_role, remote_user, auth)"
                  " VALUES ($1::name, $2::name, $3::name, $4)"
                  " ON CONFLICT (shard, local_role) DO UPDATE"
                  " SET remote_user = excluded.remote_user, auth = excluded.auth"),
              {user.shard, user.local_role, user.remote_user, text(user.auth)});
}

std::optional<Oid> find_role(const std::string& name) {
  const auto rows =
      pg::query(Sql("SELECT oid FROM pg_catalog.pg_roles WHERE rolname = $1"), {name});
  if (rows.empty()) return std::nullopt;
  return pg::to_oid(rows.front()[0]);
}

std::optional<Oid> role_by_name(const std::string& name) {
  if (name == "public") return std::nullopt;
  const auto role = find_role(name);
  if (!role) throw Failure(Problem::kUndefinedObject, "role \"" + name + "\" does not exist");
  return role;
}

bool has_password(const std::string& shard, const std::string& local_role) {
  const auto acting = pg::Acting::as_extension();
  return !pg::query(Sql("SELECT FROM pg_catalog.pg_user_mappings m,"
                        "       pg_catalog.pg_options_to_table(m.umoptions) o"
                        " WHERE m.srvname = $1 AND m.usename = $2 AND o.option_name = 'password'"),
                    {shard, local_role})
              .empty();
}

std::vector<std::string> chosen_shards(const std::optional<std::string>& array) {
  std::vector<std::string> names;
  if (!array) {
    for (const auto& row : pg::query(Sql("SELECT name FROM pgscale.shard ORDER BY number")))
      names.push_back(*row[0]);
    return names;
  }
  for (const auto& row :
       pg::query(Sql("SELECT n.name, s.name IS NOT NULL"
                     "  FROM unnest($1::text[]) WITH ORDINALITY AS n (name, place)"
                     "  LEFT JOIN pgscale.shard s ON s.name = n.name"
                     " ORDER BY n.place"),
                 {array})) {
    if (row[0] == "*") return chosen_shards(std::nullopt);
    if (!pg::to_bool(row[1])) {
      throw Failure(Problem::kUndefinedObject,
                    "shard \"" + row[0].value_or("NULL") + "\" does not exist", {},
                    "View pgscale.shards shows all of them.");
    }
    names.push_back(*row[0]);
  }
  return names;
}

ShardInventory observe_shards(const ShardRegistry& registry) {
  std::vector<std::string> names;
  for (const Shard& shard : registry.shards) names.push_back(shard.name);
  // The options of a mapping are for its owner's eyes; what is taken here is no secret.
  const auto acting = pg::Acting::as_extension();
  ShardInventory inventory;
  for (const auto& row :
       pg::query(Sql("SELECT s.srvname, w.fdwname = 'pgscale_fdw', o.option_name, o.option_value"
                     "  FROM pg_catalog.pg_foreign_server s"
                     "  JOIN pg_catalog.pg_foreign_data_wrapper w ON w.oid = s.srvfdw"
                     "  LEFT JOIN pg_catalog.pg_options_to_table(s.srvoptions) o ON true"
                     " WHERE s.srvname = ANY ($1::name[]) ORDER BY s.srvname"),
                 {pg::array_literal(names)})) {
    if (inventory.servers.empty() || inventory.servers.back().name != *row[0]) {
      inventory.servers.push_back({*row[0], pg::to_bool(row[1]), {}});
    }
    if (row[2]) inventory.servers.back().options[*row[2]] = row[3].value_or("");
  }
  for (const auto& row : pg::query(
           Sql("SELECT m.srvname, m.usename,"
               "       (SELECT o.option_value FROM pg_catalog.pg_options_to_table(m.umoptions) o"
               "         WHERE o.option_name = 'user')"
               "  FROM pg_catalog.pg_user_mappings m WHERE m.srvname = ANY ($1::name[])"),
           {pg::array_literal(names)})) {
    inventory.mappings.push_back({*row[0], *row[1], row[2]});
  }
  return inventory;
}

void require_postgres_fdw() {
  if (!pg::query(Sql("SELECT FROM pg_catalog.pg_extension WHERE extname = 'postgres_fdw'")).empty())
    return;
  throw Failure(Problem::kNotInPrerequisiteState, "shards need the extension \"postgres_fdw\"",
                "It carries the rows between this server and the shards.",
                "Use CREATE EXTENSION postgres_fdw.");
}

std::optional<Oid> owner_of_shard(const std::string& name) {
  const auto rows = pg::query(Sql("SELECT coalesce(f.srvowner, r.oid)"
                                  "  FROM pgscale.shard s"
                                  "  LEFT JOIN pg_catalog.pg_foreign_server f ON f.srvname = s.name"
                                  "  LEFT JOIN pg_catalog.pg_roles r ON r.rolname = s.owner"
                                  " WHERE s.name = $1"),
                              {name});
  if (rows.empty() || !rows.front()[0]) return std::nullopt;
  return pg::to_oid(rows.front()[0]);
}

bool owns_shard(const std::string& name) {
  const auto owner = owner_of_shard(name);
  if (!owner) return false;
  return pg::to_bool(
      pg::query(Sql("SELECT pg_catalog.pg_has_role($1::oid, 'USAGE')"), {pg::from_oid(*owner)})
          .front()[0]);
}

void require_shard_ownership(const std::string& name) {
  if (owns_shard(name)) return;
  throw Failure(Problem::kInsufficientPrivilege, "must be owner of shard \"" + name + "\"");
}

bool has_residents(const std::string& shard) {
  return !pg::query(Sql("SELECT FROM pgscale.placement WHERE shard = $1 AND region IS NOT NULL"
                        " UNION ALL "
                        "SELECT FROM pgscale.shard_move m JOIN pgscale.placement p"
                        " USING (relation, leaf) WHERE m.target = $1 AND p.region IS NOT NULL"),
                    {shard})
              .empty();
}

std::optional<std::string> table_on_shard(const std::string& name) {
  const auto rows = pg::query(Sql("SELECT t.ftrelid::regclass FROM pg_catalog.pg_foreign_table t"
                                  "  JOIN pg_catalog.pg_foreign_server s ON s.oid = t.ftserver"
                                  " WHERE s.srvname = $1 ORDER BY t.ftrelid LIMIT 1"),
                              {name});
  if (rows.empty()) return std::nullopt;
  return rows.front()[0];
}

}  // namespace pgscale::catalog
