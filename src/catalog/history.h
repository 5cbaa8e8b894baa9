#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/forecast.h"
#include "core/inventory.h"
#include "pg/query.h"

namespace pgscale::catalog {

// What pgscale.sample tells of the last seven days, in the current SPI connection; read as the
// extension, so that who may see it is for the caller to decide.

// The last sample of each hour, counted back from now.
struct ServerHistory {
  std::vector<Micros> times;                           // of the samples
  std::map<std::string, std::vector<Reading>> gauges;  // by name
};
[[nodiscard]] ServerHistory server_history(Micros now);

// Each reading of one gauge of the server, of every sample.
[[nodiscard]] std::vector<Reading> all_readings(const std::string& gauge, Micros now);

// The sequences (scope "sequence") used by a tenth and more, or the tables ("table") of 10 GB and
// more, at the first sample of the day, which has them all.
[[nodiscard]] std::vector<Oid> watched_objects(const std::string& scope, Micros now);

// By object, the last sample of every three hours: the size of each table (scope "table"), the last
// value of each sequence ("sequence"). Where an object did not change it was not sampled; then what
// it was before is repeated for the times of the server.
struct ObjectSeries {
  std::vector<Reading> readings;
  std::optional<std::int64_t> limit;  // sequences: the last value that can be used
};
using ObjectHistory = std::map<Oid, ObjectSeries>;
[[nodiscard]] ObjectHistory object_history(const std::string& scope,
                                           const std::vector<Oid>& objects,
                                           const ServerHistory& server, Micros now);

// An array for a parameter.
[[nodiscard]] pg::Value oid_array(const std::vector<Oid>& objects);

}  // namespace pgscale::catalog
