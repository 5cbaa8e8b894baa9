#include <cstdio>

#include "catalog/shard_ids.h"
#include "catalog/shards.h"
#include "core/failure.h"
#include "pg/arguments.h"
#include "pg/contain.h"
#include "pg/server.h"
#include "pg/session.h"

namespace pgscale::api {
namespace {

int number_of(const std::string& shard) {
  pg::Session session(pg::Venue::kFunction);
  const pg::OwnSearchPath path;
  const int number = catalog::require_shard(shard).number;
  session.end();
  return number;
}

void next_id(PgsCall* call) {
  const auto shard = pg::Arguments(call).text(0);
  const int own_number = pg::id_number();
  if (shard && own_number != 0) {
    throw Failure(Problem::kNotInPrerequisiteState, "only a coordinator makes ids for shards",
                  "The setting pgscale.id_number says that this server is itself shard number " +
                      std::to_string(own_number) + ".");
  }
  const int number = shard ? number_of(*shard) : own_number;
  const Tick tick = catalog::take_tick(pg::policy_now());
  pg::call(pgs_return_int64, call,
           id_of(tick, number, own_number == 0 ? IdMaker::kCoordinator : IdMaker::kShard));
}

std::string utc_text(Micros instant) {
  const Civil civil = to_civil(instant);
  const auto millis = static_cast<long long>(civil.time_of_day / 1000);
  char text[64];
  (void)std::snprintf(text, sizeof text, "%04lld-%02d-%02d %02lld:%02lld:%02lld.%03lld+00",
                      static_cast<long long>(civil.year), civil.month, civil.day,
                      millis / 3'600'000, millis / 60'000 % 60, millis / 1000 % 60, millis % 1000);
  return text;
}

void id_info(PgsCall* call) {
  const IdParts parts = parts_of(pg::call(pgs_arg_int64, call, 0));
  pg::return_row(
      call, {utc_text(parts.made_at), pg::from_int(parts.number), pg::from_int(parts.sequence)});
}

}  // namespace
}  // namespace pgscale::api

extern "C" {
bool body_pgscale_next_id(PgsCall* call, PgsFailure* failure);
bool body_pgscale_id_info(PgsCall* call, PgsFailure* failure);

bool body_pgscale_next_id(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::next_id(call); });
}

bool body_pgscale_id_info(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::id_info(call); });
}
}
