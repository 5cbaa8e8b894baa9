#include "core/shard_guard.h"

#include <memory>

#include "pg/contain.h"
#include "shim/shard_guard.h"

namespace pgscale::api {
namespace {

// Of this session's transaction. Lives as long as the process.
ShardWrites& writes() {
  static ShardWrites* const kept = std::make_unique<ShardWrites>().release();
  return *kept;
}

PgsVerdict told(Verdict verdict) {
  switch (verdict) {
    case Verdict::kFine: return PGS_FINE;
    case Verdict::kWarn: return PGS_WARN;
    case Verdict::kRefuse: return PGS_REFUSE;
  }
  return PGS_REFUSE;
}

CrossShardWrites policy(PgsCrossShardWrites setting) {
  switch (setting) {
    case PGS_CROSS_SHARD_ALLOW: return CrossShardWrites::kAllow;
    case PGS_CROSS_SHARD_WARN: return CrossShardWrites::kWarn;
    case PGS_CROSS_SHARD_ERROR: return CrossShardWrites::kError;
  }
  return CrossShardWrites::kError;
}

}  // namespace
}  // namespace pgscale::api

extern "C" bool body_shard_write(PgsShardWrite* write, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [write] {
    using namespace pgscale::api;
    write->first = writes().first();
    write->verdict = told(writes().note(write->server, write->level, policy(write->policy)));
  });
}

extern "C" void body_shard_writes_end(PgsWritesEnd how, int level) {
  using pgscale::api::writes;
  switch (how) {
    case PGS_WRITES_RELEASED: writes().release(level); break;
    case PGS_WRITES_ROLLED_BACK: writes().roll_back(level); break;
    case PGS_WRITES_OVER: writes().reset(); break;
  }
}

extern "C" PgsVerdict body_target_scan(bool has_remote_condition, bool allowed) {
  return pgscale::api::told(pgscale::judge({has_remote_condition, allowed}));
}
