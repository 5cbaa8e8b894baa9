#include "catalog/file_systems.h"

#include <set>

#include "pg/query.h"
#include "shim/file_system.h"

namespace pgscale::catalog {
namespace {

struct Place {
  std::string name;
  std::string path;  // below the data directory
};

std::vector<Place> places() {
  std::vector<Place> result{{"data", "."}, {"wal", "pg_wal"}};
  for (const auto& row : pg::query(Sql("SELECT spcname, oid FROM pg_catalog.pg_tablespace"
                                       " WHERE spcname NOT IN ('pg_default', 'pg_global')"
                                       " ORDER BY spcname"))) {
    result.push_back({*row[0], "pg_tblspc/" + *row[1]});
  }
  return result;
}

}  // namespace

std::vector<FileSystem> file_systems() {
  std::vector<FileSystem> result;
  std::set<std::uint64_t> devices;
  for (const Place& place : places()) {
    PgsFileSystem found{};
    if (!pg::call(pgs_file_system, place.path.c_str(), &found)) {
      result.push_back({place.name, std::nullopt, std::nullopt});
    } else if (devices.insert(found.device).second) {
      result.push_back({place.name, found.total_bytes, found.free_bytes});
    }
  }
  return result;
}

}  // namespace pgscale::catalog
