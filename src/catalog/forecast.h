#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "catalog/history.h"
#include "core/forecast.h"
#include "core/inventory.h"
#include "pg/query.h"

namespace pgscale::catalog {

// Something that can run out: a row of view pgscale.forecast.
struct Resource {
  std::string resource;
  std::string object;
  std::string unit;
  std::optional<std::int64_t> current;
  std::optional<std::int64_t> limit;
  Direction direction = Direction::kUp;
  bool from_zero = true;  // so that current is a part of limit
  Forecast forecast{};
};

// What the current user may see, in the current SPI connection, in no order.
[[nodiscard]] std::vector<Resource> forecast_resources(Micros now);

// Who asks, when, and what the samples of the server say.
struct Question {
  Oid reader;
  bool reads_all_stats;  // a member of pg_read_all_stats
  bool standby;          // whose samples are those of the primary
  Terms terms;
  ServerHistory history;
};

// Its parts. Those of the server are for everybody, except disks; objects are for their owner, and
// all for pg_read_all_stats.
void append_server_resources(std::vector<Resource>& resources, const Question& question);
void append_sequences(std::vector<Resource>& resources, const Question& question);
void append_tables(std::vector<Resource>& resources, const Question& question);
void append_partition_sets(std::vector<Resource>& resources, const Question& question);

// $1 and $2 of statements that show an object where $2::boolean holds or role $1 has the rights of
// its owner.
[[nodiscard]] std::vector<pg::Value> reader_parameters(const Question& question);

}  // namespace pgscale::catalog
