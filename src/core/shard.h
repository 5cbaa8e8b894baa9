#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace pgscale {

// Where a server listens.
struct Endpoint {
  std::string host;
  int port = 5432;
};

// Reads HOST, HOST:PORT, [IPv6]:PORT or an absolute directory of sockets, with the port where none
// is named. Throws Failure (22023).
[[nodiscard]] Endpoint parse_endpoint(const std::string& text, int default_port);

enum class ShardState { kActive, kDraining };
[[nodiscard]] const char* text(ShardState state);

using ServerOptions = std::map<std::string, std::string>;

// A row of the registry: what a foreign server is to be.
struct Shard {
  std::string name;  // of the foreign server, too
  int number = 0;    // 1 to kMostShards, a part of the ids that are made there
  Endpoint primary;
  std::vector<Endpoint> standbys;
  std::string dbname;
  std::optional<std::string> region;
  ServerOptions options;  // the user's, stronger than ours
  ShardState state = ShardState::kActive;
};

inline constexpr int kMostShards = 1023;

// The lowest number that no shard has. Throws Failure (54000).
[[nodiscard]] int free_number(const std::vector<int>& taken);

// Throws Failure (22023) for what no server could be reached with.
void check(const Shard& shard);

// Every option of the foreign server. Several hosts are tried in their order until one takes
// writes, so that a failed-over shard is found.
[[nodiscard]] ServerOptions server_options(const Shard& shard);

}  // namespace pgscale
