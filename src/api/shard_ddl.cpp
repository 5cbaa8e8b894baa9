#include "apply/shard_ddl.h"
#include "api/arguments.h"
#include "core/failure.h"
#include "pg/contain.h"
#include "pg/session.h"

namespace pgscale::api {
namespace {

using std::chrono::milliseconds;

milliseconds limit(const std::optional<std::chrono::microseconds>& value, const char* name) {
  const auto limit = std::chrono::duration_cast<milliseconds>(pg::not_null(value, name));
  if (limit < milliseconds(1) || limit > milliseconds(INT32_MAX)) {
    throw Failure(Problem::kInvalidParameter, std::string("invalid value for ") + name, {},
                  "It is between a millisecond and 24 days.");
  }
  return limit;
}

void shard_ddl(PgsCall* call) {
  const pg::Arguments arguments(call);
  apply::ShardDdlRequest request{
      arguments.relation(0, "relation"), pg::not_null(arguments.text(1), "ddl"),
      limit(arguments.duration(2), "lock_timeout"), limit(arguments.duration(3), "timeout")};
  pg::Session session(pg::Venue::kFunction);
  apply::run_shard_ddl(request);
  session.end();
  pg::call(pgs_return_void, call);
}

}  // namespace
}  // namespace pgscale::api

extern "C" bool body_pgscale_shard_ddl(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_shard_ddl(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::shard_ddl(call); });
}
