#include <optional>
#include <vector>

#include "core/breaker.h"
#include "pg/arguments.h"
#include "pg/contain.h"
#include "shim/shard_board.h"

namespace pgscale::api {
namespace {

void shard_breakers(PgsCall* call) {
  std::vector<PgsShardRow> shards(PGS_MOST_SHARDS);
  const int count = pg::call(pgs_shards_of_database, shards.data());
  pg::ResultRows rows(call);
  for (int i = 0; i < count; i++) {
    const PgsShardHealth& health = shards[i].health;
    const bool known = health.since != 0;
    const auto seen = health.last_seen != 0 ? std::optional(health.last_seen) : std::nullopt;
    const auto round_trip = health.round_trip < 0
                                ? std::nullopt
                                : std::optional(static_cast<double>(health.round_trip) / 1000);
    rows.add({pg::cell(static_cast<std::int64_t>(shards[i].server)),
              pg::cell(text(static_cast<BreakerState>(health.state))),
              pg::cell(known ? std::optional(health.since) : std::nullopt), pg::cell(round_trip),
              pg::cell(seen), pg::cell(health.error[0] != '\0' ? health.error : nullptr)});
  }
}

}  // namespace
}  // namespace pgscale::api

extern "C" bool body_pgscale_shard_breakers(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_shard_breakers(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::shard_breakers(call); });
}
