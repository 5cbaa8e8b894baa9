#include <list>

#include "catalog/shards.h"
#include "core/failure.h"
#include "pg/arguments.h"
#include "pg/contain.h"
#include "pg/server.h"
#include "pg/session.h"
#include "remote/link.h"
#include "shim/servers.h"

namespace pgscale::api {
namespace {

constexpr std::chrono::seconds kPatience{10};

struct Option {
  std::string name;
  std::optional<std::string> value;  // empty: removed
};

// Not by a statement: its text, with the password, could get into a log by way of an error.
void set_mapping(const std::string& shard, const std::string& role,
                 const std::vector<Option>& options) {
  std::vector<const char*> names;
  std::vector<const char*> values;
  for (const Option& option : options) {
    names.push_back(option.name.c_str());
    values.push_back(option.value ? option.value->c_str() : nullptr);
  }
  pg::call(pgs_user_mapping_set, shard.c_str(), role.c_str(), static_cast<int>(options.size()),
           names.data(), values.data());
}

std::vector<Option> options_of(const ShardUser& user, const std::optional<std::string>& password) {
  const ServerOptions wanted = mapping_options(user);
  std::vector<Option> options;
  for (const char* name : {"user", "password_required", "use_scram_passthrough"}) {
    const auto found = wanted.find(name);
    options.push_back(
        {name, found == wanted.end() ? std::nullopt : std::optional<std::string>(found->second)});
  }
  if (password) options.push_back({"password", password});
  return options;
}

bool is_superuser(Oid role) {
  return pg::to_bool(pg::query(Sql("SELECT rolsuper FROM pg_catalog.pg_roles WHERE oid = $1::oid"),
                               {pg::from_oid(role)})
                         .front()[0]);
}

// Without a password postgres_fdw would refuse each use, and say so only then.
void require_way_in(const ShardUser& user, std::optional<Oid> role) {
  if (user.auth != Auth::kPassword || !role || is_superuser(*role)) return;
  if (catalog::has_password(user.shard, user.local_role)) return;
  throw Failure(Problem::kNullNotAllowed, "password must not be null",
                "Role \"" + user.local_role +
                    "\" is not a superuser, so postgres_fdw wants a password in its user mapping.",
                "Give a password, or another auth.");
}

// An empty password lets nobody in: for PostgreSQL it is as good as none.
std::optional<std::string> password_in(const pg::Arguments& arguments, int position) {
  const auto password = arguments.text(position);
  if (password && password->empty()) {
    throw Failure(Problem::kInvalidParameter, "password must not be empty");
  }
  return password;
}

std::vector<std::string> shards_of(const std::optional<std::string>& name) {
  return catalog::chosen_shards(
      pg::array_literal(std::vector<std::string>{pg::not_null(name, "shard")}));
}

void map_user(PgsCall* call) {
  const pg::Arguments arguments(call);
  pg::Session session(pg::Venue::kFunction);
  ShardUser user;
  user.local_role = pg::not_null(arguments.text(0), "local_role");
  user.remote_user = pg::not_null(arguments.text(2), "remote_user");
  user.auth = parse_auth(pg::not_null(arguments.text(4), "auth"));
  if (user.remote_user.empty()) {
    throw Failure(Problem::kInvalidParameter, "remote_user must not be empty");
  }
  const auto password = password_in(arguments, 3);
  const auto role = catalog::role_by_name(user.local_role);
  for (const std::string& shard : shards_of(arguments.text(1))) {
    user.shard = shard;
    set_mapping(shard, user.local_role, options_of(user, password));
    require_way_in(user, role);
    catalog::save_shard_user(user);
  }
  session.end();
  pg::call(pgs_return_void, call);
}

// A password on its way to several shards. Until the last moment everything can be taken back.
class Rotation {
 public:
  Rotation(std::string role, Oid oid, std::string password)
      : role_(std::move(role)), oid_(oid), password_(std::move(password)) {}

  void run(const std::vector<std::string>& shards) {
    for (const std::string& shard : shards) {
      if (!catalog::owns_shard(shard) && pg::current_user() != oid_)
        catalog::require_shard_ownership(shard);
      const remote::Target target = remote::target_of(shard, oid_);
      old_.push_back(target.keywords.count("password") == 0
                         ? std::nullopt
                         : std::optional<std::string>(target.keywords.at("password")));
      links_.emplace_back(target, deadline_);
    }
    finish();
    say(Sql("BEGIN"));
    for (remote::Link& link : links_) {
      const std::string verifier = link.verifier_of(password_);
      Sql sql("ALTER ROLE CURRENT_USER PASSWORD ");
      sql << Literal{verifier};
      link.send(sql.text());
    }
    finish();
    for (const remote::Link& link : links_)
      set_mapping(link.shard(), role_, {{"password", password_}});
    commit();
  }

 private:
  void say(const Sql& sql) {
    for (remote::Link& link : links_) link.send(sql.text());
    finish();
  }

  void wait() {
    std::vector<remote::Link*> links;
    for (remote::Link& link : links_) links.push_back(&link);
    remote::gather(links, deadline_);
  }

  void finish() {
    wait();
    for (const remote::Link& link : links_) {
      if (link.reply().failure) throw pg::OutcomeError(*link.reply().failure);
    }
  }

  // A shard that fails now keeps its old password, and so does its mapping here.
  void commit() {
    for (remote::Link& link : links_) link.send("COMMIT");
    wait();
    std::size_t failures = 0;
    std::size_t i = 0;
    for (const remote::Link& link : links_) {
      const auto& old = old_[i++];
      if (!link.reply().failure) continue;
      failures++;
      set_mapping(link.shard(), role_, {{"password", old}});
      pg::call(pgs_warning, link.reply().failure->message.c_str(),
               "Its password is the old one; rotate it again.");
      if (failures == links_.size()) throw pg::OutcomeError(*link.reply().failure);
    }
  }

  std::string role_;
  Oid oid_;
  std::string password_;
  remote::Deadline deadline_ = remote::in(kPatience);
  std::list<remote::Link> links_;
  std::vector<std::optional<std::string>> old_;
};

std::string random_password() {
  return *pg::query(Sql("SELECT pg_catalog.replace(pg_catalog.gen_random_uuid()::text ||"
                        " pg_catalog.gen_random_uuid()::text, '-', '')"))
              .front()[0];
}

void rotate_password(PgsCall* call) {
  const pg::Arguments arguments(call);
  pg::Session session(pg::Venue::kFunction);
  const std::string name = pg::not_null(arguments.text(0), "local_role");
  const auto role = catalog::role_by_name(name);
  if (!role) {
    throw Failure(Problem::kInvalidParameter, "the password of public cannot be rotated", {},
                  "Use pgscale.map_user().");
  }
  const auto password = password_in(arguments, 2);
  Rotation(name, *role, password ? *password : random_password()).run(shards_of(arguments.text(1)));
  session.end();
  pg::call(pgs_return_void, call);
}

}  // namespace
}  // namespace pgscale::api

extern "C" {
bool body_pgscale_map_user(PgsCall* call, PgsFailure* failure);
bool body_pgscale_rotate_password(PgsCall* call, PgsFailure* failure);

bool body_pgscale_map_user(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::map_user(call); });
}

bool body_pgscale_rotate_password(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::rotate_password(call); });
}
}
