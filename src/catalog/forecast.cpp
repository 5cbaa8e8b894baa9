#include "catalog/forecast.h"

#include <algorithm>

#include "pg/server.h"

namespace pgscale::catalog {
namespace {

Question ask(Micros now) {
  const Oid reader = pg::current_user();
  const auto row = pg::query(Sql("SELECT pg_has_role($1::oid, 'pg_read_all_stats', 'USAGE'),"
                                 "       pg_is_in_recovery()"),
                             {pg::from_oid(reader)})
                       .front();
  Terms terms{now};
  const auto two_samples = 2 * pg::sample_interval().count() * kMicrosPerSecond;
  terms.stale = std::max<Micros>(terms.stale, two_samples);
  return {reader, pg::to_bool(row[0]), pg::to_bool(row[1]), terms, server_history(now)};
}

}  // namespace

std::vector<Resource> forecast_resources(Micros now) {
  const Question question = ask(now);
  std::vector<Resource> resources;
  append_server_resources(resources, question);
  append_sequences(resources, question);
  append_tables(resources, question);
  append_partition_sets(resources, question);
  return resources;
}

std::vector<pg::Value> reader_parameters(const Question& question) {
  return {pg::from_oid(question.reader), question.reads_all_stats ? "t" : "f"};
}

}  // namespace pgscale::catalog
