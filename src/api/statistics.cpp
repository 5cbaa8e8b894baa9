#include "pg/arguments.h"
#include "pg/contain.h"
#include "pg/query.h"
#include "pg/server.h"
#include "pg/session.h"

namespace pgscale::api {
namespace {

bool is_catalog_view(const std::string& name) {
  return !pg::query(Sql("SELECT FROM pg_catalog.pg_class"
                        " WHERE relname = $1 AND relnamespace = 'pg_catalog'::regnamespace"
                        "   AND relkind = 'v'"),
                    {name})
              .empty();
}

void stat_rows(PgsCall* call) {
  const std::string view = pg::Arguments(call).text(0).value_or("");
  pg::ResultRows result(call);
  pg::Session session(pg::Venue::kFunction);
  if (is_catalog_view(view)) {
    Sql sql("SELECT to_jsonb(s) FROM pg_catalog.");
    sql << Identifier(view) << " s";
    result.add_query(sql);
  }
  session.end();
}

void window_start(PgsCall* call) { pg::call(pgs_return_instant, call, pg::window_start()); }

void policy_time(PgsCall* call) { pg::call(pgs_return_instant, call, pg::policy_now()); }

}  // namespace
}  // namespace pgscale::api

extern "C" bool body_pgscale_stat_rows(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_stat_rows(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::stat_rows(call); });
}

extern "C" bool body_pgscale_window_start(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_window_start(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::window_start(call); });
}

extern "C" bool body_pgscale_policy_time(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_policy_time(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::policy_time(call); });
}
