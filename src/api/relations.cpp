#include <string>

#include "catalog/past_sizes.h"
#include "catalog/relation_history.h"
#include "pg/arguments.h"
#include "pg/contain.h"
#include "pg/server.h"
#include "pg/session.h"
#include "shim/partitions.h"

namespace pgscale::api {
namespace {

void covered_until(PgsCall* call) {
  const Oid root = pg::Arguments(call).relation(0, "root");
  const PgsBound* last = pg::call(pgs_last_bound, root);
  std::string text;
  for (int i = 0; last != nullptr && i < last->columns; i++) {
    text += (i > 0 ? ", " : "") + std::string(last->upper[i].text);
  }
  pg::return_text(call, last == nullptr ? nullptr : text.c_str());
}

void has_rows(PgsCall* call) {
  const PgsRows rows = pg::call(pgs_has_rows, pg::Arguments(call).relation(0, "relation"));
  if (rows == PGS_ROWS_UNKNOWN) {
    pg::call(pgs_return_null, call);
  } else {
    pg::call(pgs_return_bool, call, rows == PGS_ROWS_SOME);
  }
}

void recent_relations(PgsCall* call) {
  const std::string scope = pg::Arguments(call).text(0).value_or("");
  const Oid reader = pg::current_user();
  const Micros start = pg::window_start();
  pg::Session session(pg::Venue::kFunction);
  pg::ResultRows result(call);
  {
    const auto acting = pg::Acting::as_extension();
    result.add_query(catalog::recent_relations(scope, start, reader));
  }
  session.end();
}

void past_sizes(PgsCall* call) {
  const bool only_partitioned = pg::Arguments(call).boolean(0).value_or(false);
  const Micros now = pg::policy_now();
  pg::Session session(pg::Venue::kFunction);
  const auto sizes =
      catalog::past_sizes(now, pg::current_user(),
                          only_partitioned ? catalog::Tables::kPartitioned : catalog::Tables::kAll);
  session.end();
  pg::ResultRows result(call);
  for (const catalog::PastSizes& table : sizes) {
    const auto reach = table.since
                           ? std::optional<std::int64_t>((now - *table.since) / kMicrosPerSecond)
                           : std::nullopt;
    result.add(std::vector<PgsCell>{pg::cell(std::int64_t{table.table}), pg::cell(table.day_ago),
                                    pg::cell(table.week_ago), pg::cell(table.month_ago),
                                    pg::cell(table.since), pg::cell(table.since_bytes),
                                    pg::cell(reach)});
  }
}

}  // namespace
}  // namespace pgscale::api

extern "C" bool body_pgscale_covered_until(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_covered_until(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::covered_until(call); });
}

extern "C" bool body_pgscale_has_rows(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_has_rows(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::has_rows(call); });
}

extern "C" bool body_pgscale_past_sizes(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_past_sizes(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::past_sizes(call); });
}

extern "C" bool body_pgscale_recent_relations(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_recent_relations(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::recent_relations(call); });
}
