#include "catalog/routes.h"
#include "pg/arguments.h"
#include "pg/contain.h"
#include "pg/session.h"

namespace pgscale::api {
namespace {

std::vector<pg::Value> elements(const std::optional<std::string>& array) {
  std::vector<pg::Value> values;
  for (const auto& row : pg::query(Sql("SELECT u.v FROM unnest($1::text[]) WITH ORDINALITY"
                                       " AS u (v, place) ORDER BY u.place"),
                                   {array})) {
    values.push_back(row[0]);
  }
  return values;
}

// A partition that is no foreign table is here.
pg::Rows places_of(const std::vector<Oid>& partitions) {
  return pg::query(Sql("SELECT p.oid::regclass, s.name,"
                       "       CASE WHEN f.ftrelid IS NOT NULL THEN pg_catalog.format('%I.%I',"
                       "         coalesce((SELECT o.option_value FROM "
                       "pg_catalog.pg_options_to_table(f.ftoptions) o"
                       "                    WHERE o.option_name = 'schema_name'), n.nspname),"
                       "         coalesce((SELECT o.option_value FROM "
                       "pg_catalog.pg_options_to_table(f.ftoptions) o"
                       "                    WHERE o.option_name = 'table_name'), c.relname)) END"
                       "  FROM unnest($1::oid[]) WITH ORDINALITY AS p (oid, place)"
                       "  JOIN pg_catalog.pg_class c ON c.oid = p.oid"
                       "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                       "  LEFT JOIN pg_catalog.pg_foreign_table f ON f.ftrelid = p.oid"
                       "  LEFT JOIN pg_catalog.pg_foreign_server v ON v.oid = f.ftserver"
                       "  LEFT JOIN pgscale.shard s ON s.name = v.srvname"
                       " ORDER BY p.place"),
                   {pg::array_literal(partitions)});
}

void where_is(PgsCall* call) {
  const pg::Arguments arguments(call);
  const Oid table = arguments.relation(0, "relation");
  pg::Session session(pg::Venue::kFunction);
  const auto places = places_of(catalog::route(table, elements(arguments.text(1))));
  session.end();
  pg::ResultRows rows(call);
  for (const auto& row : places) rows.add(row);
}

}  // namespace
}  // namespace pgscale::api

extern "C" bool body_pgscale_where_is(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_where_is(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::where_is(call); });
}
