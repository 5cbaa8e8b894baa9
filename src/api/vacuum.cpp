#include "pg/arguments.h"
#include "pg/contain.h"
#include "pg/query.h"
#include "pg/session.h"

namespace pgscale::api {
namespace {

void frozen_pages(PgsCall* call) {
  pg::Session session(pg::Venue::kFunction);
  pg::Rows rows({});
  if (!pg::query(Sql("SELECT FROM pg_catalog.pg_attribute"
                     " WHERE attrelid = 'pg_catalog.pg_class'::regclass"
                     "   AND attname = 'relallfrozen'"))
           .empty()) {
    rows =
        pg::query(Sql("SELECT oid, relallfrozen FROM pg_catalog.pg_class WHERE relallfrozen > 0"));
  }
  session.end();
  pg::ResultRows result(call);
  for (const auto& row : rows) result.add(row);
}

}  // namespace
}  // namespace pgscale::api

extern "C" bool body_pgscale_frozen_pages(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_frozen_pages(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::frozen_pages(call); });
}
