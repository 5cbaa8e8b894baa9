#include <libpq-fe.h>

#include <set>

#include "core/failure.h"
#include "pg/call.h"
#include "remote/link.h"
#include "shim/servers.h"
#include "shim/session.h"

namespace pgscale::remote {
namespace {

// What libpq knows of the options of a server; the others are for postgres_fdw.
std::set<std::string> libpq_keywords() {
  std::set<std::string> keywords;
  PQconninfoOption* options = PQconndefaults();
  for (const PQconninfoOption* option = options; option != nullptr && option->keyword != nullptr;
       option++) {
    keywords.insert(option->keyword);
  }
  PQconninfoFree(options);
  return keywords;
}

}  // namespace

Target target_of(const std::string& shard, Oid role) {
  PgsLogin login{};
  pg::call(pgs_server_login, shard.c_str(), role, &login);
  const std::set<std::string> known = libpq_keywords();
  Target target;
  target.shard = shard;
  target.server = login.server;
  target.needs_password = !login.superuser && login.password_required;
  for (int i = 0; i < login.count; i++) {
    if (known.count(login.names[i]) != 0) target.keywords[login.names[i]] = login.values[i];
  }
  // Otherwise it would come in by what belongs to the user that runs the server.
  if (target.needs_password && target.keywords["password"].empty()) {
    throw Failure(Problem::kInsufficientPrivilege, "password is required",
                  "Non-superusers must provide a password in the user mapping.");
  }
  return target;
}

}  // namespace pgscale::remote
