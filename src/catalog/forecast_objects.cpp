#include <utility>

#include "catalog/forecast.h"

namespace pgscale::catalog {
namespace {

struct Candidate {
  Oid oid;
  Resource resource;  // without a forecast
};

std::vector<Candidate> find_sequences(const std::vector<pg::Value>& parameters) {
  std::vector<Candidate> sequences;
  for (const auto& row :
       pg::query(Sql("SELECT c.oid, c.oid::regclass::text, q.seqincrement > 0"
                     "  FROM pg_sequence q"
                     "  JOIN pg_class c ON c.oid = q.seqrelid"
                     " WHERE c.oid = ANY ($3::oid[])"
                     "   AND ($2::boolean OR pg_has_role($1::oid, c.relowner, 'USAGE'))"),
                 parameters)) {
    Resource sequence{"sequence", *row[1], "values", {}, {}};
    if (!pg::to_bool(row[2])) sequence.direction = Direction::kDown;
    sequences.push_back({pg::to_oid(row[0]), std::move(sequence)});
  }
  return sequences;
}

// Partitioned tables are not among them: their size is no matter.
std::vector<Candidate> find_tables(const std::vector<pg::Value>& parameters) {
  std::vector<Candidate> tables;
  for (const auto& row :
       pg::query(Sql("SELECT c.oid, c.oid::regclass::text"
                     "  FROM pg_class c"
                     " WHERE c.oid = ANY ($3::oid[]) AND c.relkind IN ('r', 'm')"
                     "   AND ($2::boolean OR pg_has_role($1::oid, c.relowner, 'USAGE'))"),
                 parameters)) {
    tables.push_back(
        {pg::to_oid(row[0]), Resource{"table size", *row[1], "bytes", {}, kLargeTable}});
  }
  return tables;
}

void append(std::vector<Resource>& resources, const std::string& scope,
            std::vector<Candidate> (*find)(const std::vector<pg::Value>&),
            const Question& question) {
  const Micros now = question.terms.now;
  std::vector<pg::Value> parameters = reader_parameters(question);
  parameters.push_back(oid_array(watched_objects(scope, now)));
  std::vector<Candidate> candidates = find(parameters);
  std::vector<Oid> oids;
  for (const Candidate& candidate : candidates) oids.push_back(candidate.oid);
  ObjectHistory history = object_history(scope, oids, question.history, now);
  for (Candidate& candidate : candidates) {
    Resource& resource = candidate.resource;
    const ObjectSeries& series = history[candidate.oid];
    if (series.limit) resource.limit = series.limit;
    if (!series.readings.empty()) resource.current = series.readings.back().value;
    const auto left = resource.limit
                          ? left_until(series.readings, *resource.limit, resource.direction)
                          : std::vector<Observation>();
    resource.forecast = forecast_level(left, question.terms);
    resources.push_back(std::move(resource));
  }
}

}  // namespace

void append_sequences(std::vector<Resource>& resources, const Question& question) {
  append(resources, "sequence", find_sequences, question);
}

void append_tables(std::vector<Resource>& resources, const Question& question) {
  append(resources, "table", find_tables, question);
}

}  // namespace pgscale::catalog
