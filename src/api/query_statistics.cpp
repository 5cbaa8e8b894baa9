#include "catalog/query_statistics.h"

#include "pg/arguments.h"
#include "pg/contain.h"
#include "pg/session.h"

namespace pgscale::api {
namespace {

constexpr std::size_t kColumns = 22;  // of query_statistics(); the last is the note

void query_statistics(PgsCall* call) {
  pg::ResultRows result(call);
  pg::Session session(pg::Venue::kFunction);
  const auto found = catalog::find_statements();
  if (const auto* view = std::get_if<StatementsView>(&found)) {
    result.add_query(select_statements(*view));
  } else {
    std::vector<pg::Value> row(kColumns);
    row.back() = steps_to_statements(std::get<StatementsFacts>(found));
    result.add(row);
  }
  session.end();
}

}  // namespace
}  // namespace pgscale::api

extern "C" bool body_pgscale_query_statistics(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_query_statistics(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::query_statistics(call); });
}
