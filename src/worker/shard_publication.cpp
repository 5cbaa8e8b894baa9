#include "worker/shard_publication.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "catalog/shards.h"
#include "core/sql.h"
#include "pg/query.h"
#include "pg/server.h"
#include "shim/session.h"
#include "shim/shard_board.h"

namespace pgscale::worker {
namespace {

std::map<std::string, Oid> servers() {
  std::map<std::string, Oid> found;
  for (const auto& row :
       pg::query(Sql("SELECT s.srvname, s.oid FROM pg_catalog.pg_foreign_server s"
                     "  JOIN pg_catalog.pg_foreign_data_wrapper w ON w.oid = s.srvfdw"
                     " WHERE w.fdwname = 'pgscale_fdw'"))) {
    found[*row[0]] = pg::to_oid(row[1]);
  }
  return found;
}

// False when it has no room.
bool add(const Endpoint& endpoint, PgsShardEntry& entry) {
  if (entry.endpoint_count == PGS_MOST_ENDPOINTS) return false;
  PgsEndpoint& place = entry.endpoints[entry.endpoint_count];
  if (endpoint.host.size() >= sizeof(place.host)) return false;
  endpoint.host.copy(place.host, sizeof(place.host) - 1);
  place.port = endpoint.port;
  entry.endpoint_count++;
  return true;
}

// Zeros behind all texts: entries are compared byte by byte. Empty when one of its servers has no
// room: it may be the one that answers.
std::optional<PgsShardEntry> to_entry(const Shard& shard, Oid server) {
  PgsShardEntry entry{};
  entry.server = server;
  shard.name.copy(entry.name, sizeof(entry.name) - 1);
  bool room = add(shard.primary, entry);
  for (const Endpoint& standby : shard.standbys) room = room && add(standby, entry);
  if (!room) return std::nullopt;
  return entry;
}

}  // namespace

void publish_shards() {
  const std::map<std::string, Oid> server = servers();
  std::vector<PgsShardEntry> entries;
  bool room = true;
  for (const Shard& shard : catalog::load_registry().shards) {
    const auto found = server.find(shard.name);
    if (found == server.end()) continue;
    const auto entry = to_entry(shard, found->second);
    if (entry) {
      entries.push_back(*entry);
    } else {
      room = false;
    }
  }
  room = pg::call(pgs_shards_publish, pg::own_database(), entries.data(),
                  static_cast<int>(entries.size())) &&
         room;
  if (!room)
    pg::call(pgs_log, "some shards are not watched: they have too many servers, or are too many");
}

void publish_no_shards() { (void)pg::call(pgs_shards_publish, pg::own_database(), nullptr, 0); }

}  // namespace pgscale::worker
