#include "catalog/file_systems.h"

#include "pg/arguments.h"
#include "pg/contain.h"
#include "pg/session.h"

namespace pgscale::api {
namespace {

void file_systems(PgsCall* call) {
  pg::Session session(pg::Venue::kFunction);
  const std::vector<catalog::FileSystem> found = catalog::file_systems();
  session.end();
  pg::ResultRows result(call);
  for (const catalog::FileSystem& file_system : found) {
    result.add({file_system.name, pg::from_int(file_system.total_bytes),
                pg::from_int(file_system.free_bytes)});
  }
}

}  // namespace
}  // namespace pgscale::api

extern "C" bool body_pgscale_file_systems(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_file_systems(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::file_systems(call); });
}
