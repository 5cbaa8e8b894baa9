#include "apply/shard_statistics.h"
#include "api/procedure.h"
#include "catalog/parents.h"
#include "catalog/sharded_tables.h"
#include "pg/arguments.h"
#include "pg/contain.h"
#include "pg/server.h"
#include "pg/session.h"

namespace pgscale::api {
namespace {

void analyze_shards(PgsCall* call) {
  require_top_level(call, "pgscale.analyze_shards",
                    "It commits what it knows of each shard by itself.");
  const auto only = pg::Arguments(call).oid(0);
  pg::Session session(pg::Venue::kProcedure);
  if (only) {
    catalog::require_ownership(*only);
    (void)catalog::require_sharded(*only);
  }
  const auto report = apply::analyze_shards(session, only);
  session.end();
  if (report.failures == 0) return;
  const std::string message = "analyze_shards failed " + std::to_string(report.failures) +
                              (report.failures == 1 ? " time" : " times") + ": " +
                              report.last_error;
  pg::call(pgs_warning, message.c_str(), "Statistics of other partitions have been copied.");
}

}  // namespace
}  // namespace pgscale::api

extern "C" bool body_pgscale_analyze_shards(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_analyze_shards(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::analyze_shards(call); });
}
