#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pgscale::catalog {

// A file system of the server; its sizes are empty when it cannot be read.
struct FileSystem {
  std::string name;
  std::optional<std::int64_t> total_bytes;
  std::optional<std::int64_t> free_bytes;  // for others than root
};

// That of the data directory ("data"); that of the WAL ("wal") where it is another; and each that
// only tablespaces lie on, under the name of the first of these. In the current SPI connection.
[[nodiscard]] std::vector<FileSystem> file_systems();

}  // namespace pgscale::catalog
