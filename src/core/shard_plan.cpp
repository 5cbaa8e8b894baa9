#include "core/shard_plan.h"

#include <algorithm>

#include "core/failure.h"

namespace pgscale {
namespace {

constexpr std::pair<Auth, const char*> kAuths[] = {
    {Auth::kPassword, "password"},
    {Auth::kCertificate, "cert"},
    {Auth::kGss, "gss"},
    {Auth::kScramPassthrough, "scram_passthrough"},
};

// An option's name is a label: quoted, it means the same, and no name can be anything else.
void append_option(Sql& list, bool& first, const char* verb, const std::string& name,
                   const std::string* value) {
  if (!first) list << ", ";
  first = false;
  list << Definition{verb} << Identifier(name);
  if (value != nullptr) list << " " << Literal{*value};
}

Sql option_list(const ServerOptions& options) {
  Sql list("OPTIONS (");
  bool first = true;
  for (const auto& [name, value] : options) append_option(list, first, "", name, &value);
  list << ")";
  return list;
}

// PUBLIC is a word here, not a role.
Sql role_of(const std::string& role) {
  Sql name("");
  if (role == "public") {
    name << "PUBLIC";
  } else {
    name << Identifier(role);
  }
  return name;
}

Sql create_server(const Shard& shard) {
  Sql sql("CREATE SERVER ");
  sql << Identifier(shard.name) << " FOREIGN DATA WRAPPER pgscale_fdw "
      << option_list(server_options(shard));
  return sql;
}

Sql create_mapping(const ShardUser& user) {
  Sql sql("CREATE USER MAPPING FOR ");
  sql << role_of(user.local_role) << " SERVER " << Identifier(user.shard) << " "
      << option_list(mapping_options(user));
  return sql;
}

Sql alter_mapping(const ShardUser& user, bool has_user) {
  Sql sql("ALTER USER MAPPING FOR ");
  sql << role_of(user.local_role) << " SERVER " << Identifier(user.shard) << " OPTIONS ("
      << Definition{has_user ? "SET" : "ADD"} << " user " << Literal{user.remote_user} << ")";
  return sql;
}

// The registry's options in the place of those of the same name.
ServerOptions merged(const ServerOptions& observed, const ServerOptions& desired) {
  ServerOptions options = observed;
  for (const auto& [name, value] : desired) options[name] = value;
  return options;
}

std::optional<ShardItem> plan_server(const Shard& shard, const ShardInventory& inventory) {
  const auto found = std::find_if(inventory.servers.begin(), inventory.servers.end(),
                                  [&](const auto& server) { return server.name == shard.name; });
  if (found == inventory.servers.end()) {
    return ShardStep{ShardAction::kCreateServer,
                     shard.name,
                     shard.name,
                     "the shard has no foreign server",
                     {create_server(shard)}};
  }
  if (!found->ours) {
    return ShardRefusal{ShardAction::kCreateServer, shard.name, shard.name,
                        "there is a foreign server of the same name that is not pgscale's",
                        "Rename it, or remove the shard and add it under another name."};
  }
  const auto change = alter_server_statement(shard.name, found->options,
                                             merged(found->options, server_options(shard)));
  if (!change) return std::nullopt;
  return ShardStep{ShardAction::kAlterServer,
                   shard.name,
                   shard.name,
                   "its options are not those of the registry",
                   {*change}};
}

std::optional<ShardItem> plan_mapping(const ShardUser& user, const ShardInventory& inventory) {
  const auto found = std::find_if(
      inventory.mappings.begin(), inventory.mappings.end(), [&](const UserMapping& mapping) {
        return mapping.server == user.shard && mapping.local_role == user.local_role;
      });
  if (found == inventory.mappings.end()) {
    if (user.auth == Auth::kPassword) {
      return ShardRefusal{ShardAction::kCreateMapping, user.shard, user.local_role,
                          "the user mapping is gone, and its password with it",
                          "Use pgscale.map_user() to give the password anew."};
    }
    return ShardStep{ShardAction::kCreateMapping,
                     user.shard,
                     user.local_role,
                     "the role has no user mapping",
                     {create_mapping(user)}};
  }
  if (found->remote_user == user.remote_user) return std::nullopt;
  return ShardStep{ShardAction::kAlterMapping,
                   user.shard,
                   user.local_role,
                   "it maps to another user than the registry says",
                   {alter_mapping(user, found->remote_user.has_value())}};
}

}  // namespace

const char* text(Auth auth) {
  return std::find_if(std::begin(kAuths), std::end(kAuths),
                      [auth](const auto& known) { return known.first == auth; })
      ->second;
}

Auth parse_auth(const std::string& text) {
  for (const auto& [auth, name] : kAuths) {
    if (text == name) return auth;
  }
  throw Failure(Problem::kInvalidParameter, "invalid value for auth: \"" + text + "\"", {},
                "Available values: password, cert, gss, scram_passthrough.");
}

const char* text(ShardAction action) {
  switch (action) {
    case ShardAction::kCreateServer: return "create server";
    case ShardAction::kAlterServer: return "alter server";
    case ShardAction::kDropServer: return "drop server";
    case ShardAction::kCreateMapping: return "create user mapping";
    case ShardAction::kAlterMapping: return "alter user mapping";
    case ShardAction::kDropMapping: return "drop user mapping";
    case ShardAction::kFinishPrepared: return "finish prepared";
    case ShardAction::kDropOrphan: return "drop orphan";
    case ShardAction::kMakeCopy: return "make copy";
    case ShardAction::kRefreshCopy: return "refresh copy";
    case ShardAction::kSeal: return "seal";
    case ShardAction::kCopy: return "copy";
    case ShardAction::kSwap: return "swap";
    case ShardAction::kDrop: return "drop";
    case ShardAction::kUnseal: return "unseal";
    case ShardAction::kDropCopy: return "drop copy";
    case ShardAction::kReach: return "reach";
    case ShardAction::kRepairHere: return "repair locally";
    case ShardAction::kRepairOnShard: return "repair on shard";
  }
  return "";
}

ServerOptions mapping_options(const ShardUser& user) {
  ServerOptions options{{"user", user.remote_user}};
  // postgres_fdw lets a role that is no superuser in with a password only, unless a superuser has
  // said that another proof will do.
  if (user.auth == Auth::kCertificate || user.auth == Auth::kGss)
    options["password_required"] = "false";
  if (user.auth == Auth::kScramPassthrough) options["use_scram_passthrough"] = "true";
  return options;
}

std::optional<Sql> alter_server_statement(const std::string& name, const ServerOptions& before,
                                          const ServerOptions& after) {
  Sql list("");
  bool first = true;
  for (const auto& [option, value] : after) {
    const auto old = before.find(option);
    if (old == before.end()) append_option(list, first, "ADD ", option, &value);
    if (old != before.end() && old->second != value)
      append_option(list, first, "SET ", option, &value);
  }
  for (const auto& [option, value] : before) {
    if (after.count(option) == 0) append_option(list, first, "DROP ", option, nullptr);
  }
  if (first) return std::nullopt;
  Sql sql("ALTER SERVER ");
  sql << Identifier(name) << " OPTIONS (" << list << ")";
  return sql;
}

std::vector<ShardItem> plan_alteration(const Shard& shard, const ServerOptions& before,
                                       const ShardInventory& inventory) {
  const auto found = std::find_if(inventory.servers.begin(), inventory.servers.end(),
                                  [&](const auto& server) { return server.name == shard.name; });
  if (found == inventory.servers.end() || !found->ours)
    return plan_shards({{shard}, {}}, inventory);
  const ServerOptions desired = server_options(shard);
  ServerOptions after = merged(found->options, desired);
  for (const auto& [name, value] : before) {
    if (desired.count(name) == 0) after.erase(name);
  }
  const auto change = alter_server_statement(shard.name, found->options, after);
  if (!change) return {};
  return {ShardStep{
      ShardAction::kAlterServer, shard.name, shard.name, "the shard was altered", {*change}}};
}

std::vector<ShardItem> removal_steps(const std::string& shard, const ShardInventory& inventory) {
  std::vector<ShardItem> steps;
  const std::string reason = "the shard is removed";
  for (const UserMapping& mapping : inventory.mappings) {
    if (mapping.server != shard) continue;
    Sql sql("DROP USER MAPPING FOR ");
    sql << role_of(mapping.local_role) << " SERVER " << Identifier(shard);
    steps.push_back(ShardStep{ShardAction::kDropMapping, shard, mapping.local_role, reason, {sql}});
  }
  for (const ForeignServer& server : inventory.servers) {
    if (server.name != shard || !server.ours) continue;
    Sql sql("DROP SERVER ");
    sql << Identifier(shard);
    steps.push_back(ShardStep{ShardAction::kDropServer, shard, shard, reason, {sql}});
  }
  return steps;
}

std::vector<ShardItem> plan_shards(const ShardRegistry& registry, const ShardInventory& inventory) {
  std::vector<ShardItem> items;
  for (const Shard& shard : registry.shards) {
    if (auto item = plan_server(shard, inventory)) items.push_back(std::move(*item));
  }
  for (const ShardUser& user : registry.users) {
    if (auto item = plan_mapping(user, inventory)) items.push_back(std::move(*item));
  }
  return items;
}

}  // namespace pgscale
