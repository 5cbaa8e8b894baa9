#include "core/shard.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "core/failure.h"
#include "core/sql.h"

namespace pgscale {
namespace {

constexpr int kLastPort = 65535;

[[noreturn]] void refuse_endpoint(const std::string& text) {
  throw Failure(Problem::kInvalidParameter, "invalid address of a server: \"" + text + "\"", {},
                "Write HOST, HOST:PORT or [IPv6]:PORT.");
}

int parse_port(const std::string& digits, const std::string& whole) {
  const bool is_number =
      !digits.empty() && digits.size() <= 5 &&
      std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  const int port = is_number ? std::stoi(digits) : 0;
  if (port < 1 || port > kLastPort) refuse_endpoint(whole);
  return port;
}

// libpq separates hosts by commas, so none may be in one.
void check_host(const std::string& host, const std::string& whole) {
  if (host.empty() || host.find_first_of(", =\t\n") != std::string::npos) refuse_endpoint(whole);
}

void check_port(int port) {
  if (port >= 1 && port <= kLastPort) return;
  throw Failure(Problem::kInvalidParameter, "invalid value for port: " + std::to_string(port), {},
                "A port is between 1 and 65535.");
}

// What add_shard() has arguments for, and what only a user mapping may hold.
constexpr std::string_view kArguments[] = {"host",   "hostaddr", "port",
                                           "dbname", "service",  "target_session_attrs"};
constexpr std::string_view kSecrets[] = {"user", "password", "passfile", "sslkey", "sslpassword"};

template <std::size_t N>
bool is_among(const std::string& name, const std::string_view (&names)[N]) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

void check_options(const ServerOptions& options) {
  for (const auto& [name, value] : options) {
    if (is_among(name, kArguments)) {
      throw Failure(Problem::kInvalidParameter, "option \"" + name + "\" cannot be given here", {},
                    "Use the arguments host, port, dbname and standby_hosts.");
    }
    if (is_among(name, kSecrets)) {
      throw Failure(Problem::kInvalidParameter, "option \"" + name + "\" cannot be given here",
                    "Everybody can read the options of a server.", "Use pgscale.map_user().");
    }
  }
}

}  // namespace

Endpoint parse_endpoint(const std::string& text, int default_port) {
  Endpoint endpoint{text, default_port};
  if (!text.empty() && text[0] == '[') {
    const auto end = text.find(']');
    if (end == std::string::npos) refuse_endpoint(text);
    endpoint.host = text.substr(1, end - 1);
    const std::string rest = text.substr(end + 1);
    if (!rest.empty() && rest[0] != ':') refuse_endpoint(text);
    if (!rest.empty()) endpoint.port = parse_port(rest.substr(1), text);
  } else if (std::count(text.begin(), text.end(), ':') == 1) {
    const auto colon = text.find(':');
    endpoint.host = text.substr(0, colon);
    endpoint.port = parse_port(text.substr(colon + 1), text);
  }
  check_host(endpoint.host, text);
  return endpoint;
}

const char* text(ShardState state) { return state == ShardState::kActive ? "active" : "draining"; }

int free_number(const std::vector<int>& taken) {
  const std::set<int> numbers(taken.begin(), taken.end());
  for (int number = 1; number <= kMostShards; number++) {
    if (numbers.count(number) == 0) return number;
  }
  throw Failure(Problem::kLimitExceeded,
                "there are " + std::to_string(kMostShards) + " shards already", {},
                "Remove a shard that is no longer needed.");
}

void check(const Shard& shard) {
  (void)Identifier(shard.name);
  check_host(shard.primary.host, shard.primary.host);
  check_port(shard.primary.port);
  if (shard.dbname.empty() || shard.dbname.find('\0') != std::string::npos) {
    throw Failure(Problem::kInvalidParameter, "dbname must not be empty");
  }
  check_options(shard.options);
}

ServerOptions server_options(const Shard& shard) {
  std::string hosts = shard.primary.host;
  std::string ports = std::to_string(shard.primary.port);
  for (const Endpoint& standby : shard.standbys) {
    hosts += "," + standby.host;
    ports += "," + std::to_string(standby.port);
  }
  ServerOptions options{
      {"host", hosts},
      {"port", ports},
      {"dbname", shard.dbname},
      // The least that libpq knows; PostgreSQL 15 cannot be interrupted while it connects.
      {"connect_timeout", "2"},
      {"keepalives", "1"},
      {"keepalives_idle", "5"},
      {"keepalives_interval", "1"},
      {"keepalives_count", "3"},
      {"tcp_user_timeout", "5000"},
      // 1,000 rows were fastest of 10 to 50,000 when 2 million were read.
      {"fetch_size", "1000"},
      {"async_capable", "true"},
      // The default of PostgreSQL 17; what 15 and 16 assume, 0.01, makes a row as cheap as a local
      // one.
      {"fdw_tuple_cost", "0.2"},
      // Otherwise planning asks the shards, and fails while one is down.
      {"use_remote_estimate", "false"},
      {"truncatable", "false"},
  };
  if (!shard.standbys.empty()) options["target_session_attrs"] = "read-write";
  for (const auto& [name, value] : shard.options) options[name] = value;
  return options;
}

}  // namespace pgscale
