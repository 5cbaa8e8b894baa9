#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/shard.h"
#include "core/sql.h"

namespace pgscale {

enum class Auth { kPassword, kCertificate, kGss, kScramPassthrough };
[[nodiscard]] const char* text(Auth auth);
// Throws Failure (22023).
[[nodiscard]] Auth parse_auth(const std::string& text);

// A row of the registry: whom a role of this database is on a shard.
struct ShardUser {
  std::string shard;
  std::string local_role;  // "public" for everybody without a mapping of their own
  std::string remote_user;
  Auth auth = Auth::kPassword;
};

// What the catalog has.
struct ForeignServer {
  std::string name;
  bool ours = false;  // of the wrapper pgscale_fdw
  ServerOptions options;
};
struct UserMapping {
  std::string server;
  std::string local_role;
  std::optional<std::string> remote_user;
};

struct ShardInventory {
  std::vector<ForeignServer> servers;
  std::vector<UserMapping> mappings;
};

struct ShardRegistry {
  std::vector<Shard> shards;
  std::vector<ShardUser> users;
};

enum class ShardAction {
  kCreateServer,
  kAlterServer,
  kDropServer,
  kCreateMapping,
  kAlterMapping,
  kDropMapping,
  kFinishPrepared,  // a transaction that was prepared on the shard
  kDropOrphan,      // a table on a shard that no table here knows
  kMakeCopy,        // of a reference table
  kRefreshCopy,
  kSeal,  // these six move a partition to another shard: see core/shard_move
  kCopy,
  kSwap,
  kDrop,
  kUnseal,
  kDropCopy,
  kReach,       // look at what is on the shard
  kRepairHere,  // what compare_shard() of core/shard_drift has found
  kRepairOnShard,
};
[[nodiscard]] const char* text(ShardAction action);

// One change, carried out in one transaction.
struct ShardStep {
  ShardAction action;
  std::string shard;
  std::string object;  // what is changed: the server, or the role of a mapping
  std::string reason;
  std::vector<Sql> sql;
  // Carried out on the shard, as the remote user of this role; here when it is empty.
  std::string remote_as = {};
  // Asked there before it is carried out, the last of them for "t"; otherwise it is not.
  std::vector<Sql> only_if = {};
  // What else is done on shards, as the owner of the table.
  std::map<std::string, std::vector<Sql>> there = {};
};

// What cannot be brought about by pgscale, and what to do.
struct ShardRefusal {
  ShardAction action;
  std::string shard;
  std::string object;
  std::string message;
  std::string hint;
};

using ShardItem = std::variant<ShardStep, ShardRefusal>;

// The difference between the registry and the catalog. ServerOptions of a server that the registry
// does not know stay as they are: somebody may have secured the connection by them.
[[nodiscard]] std::vector<ShardItem> plan_shards(const ShardRegistry& registry,
                                                 const ShardInventory& inventory);

// The same for one shard whose row was changed: what its row said before and says no longer leaves
// the server, too.
[[nodiscard]] std::vector<ShardItem> plan_alteration(const Shard& shard,
                                                     const ServerOptions& before,
                                                     const ShardInventory& inventory);

// The server and its mappings; PostgreSQL refuses it while a foreign table is left.
[[nodiscard]] std::vector<ShardItem> removal_steps(const std::string& shard,
                                                   const ShardInventory& inventory);

// What ALTER SERVER must say so that a server with the options `before` has those of `after`; empty
// when nothing has to change.
[[nodiscard]] std::optional<Sql> alter_server_statement(const std::string& name,
                                                        const ServerOptions& before,
                                                        const ServerOptions& after);

// The options of a mapping but for secrets.
[[nodiscard]] ServerOptions mapping_options(const ShardUser& user);

}  // namespace pgscale
