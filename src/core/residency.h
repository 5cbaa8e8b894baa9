#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace pgscale {

// A partition of a geo table, by what catalogs and rows say.
struct Resident {
  std::string region;                       // that its rows must not leave
  std::string shard;                        // where the registry places it
  std::optional<std::string> shard_region;  // where that shard is
  std::optional<std::string> server;        // of the foreign table here; empty: there is none
  std::optional<std::int64_t> rows;         // on the shard; empty: nobody could look
  std::int64_t strays = 0;                  // of them, rows that belong to another partition
  std::string error;                        // why nobody could look
};

// Whether the rows are where they may be; empty where it cannot be said. The detail is for people.
struct ResidencyVerdict {
  std::optional<bool> ok;
  std::string detail;
};
[[nodiscard]] ResidencyVerdict judge(const Resident& resident);

}  // namespace pgscale
