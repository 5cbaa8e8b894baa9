#include <utility>

#include "catalog/forecast.h"

namespace pgscale::catalog {
namespace {

struct Candidate {
  Oid oid;
  Resource resource;  // without a forecast
};

// A sequence may end earlier than by itself: where the type of a column that it feeds does.
std::vector<Candidate> find_sequences(const std::vector<pg::Value>& parameters) {
  std::vector<Candidate> sequences;
  for (const auto& row : pg::query(
           Sql("SELECT c.oid, c.oid::regclass::text, q.seqincrement > 0,"
               "       CASE WHEN q.seqincrement > 0 THEN least(q.seqmax, f.top)"
               "            ELSE greatest(q.seqmin, -f.top - 1) END"
               "  FROM pg_sequence q"
               "  JOIN pg_class c ON c.oid = q.seqrelid"
               " CROSS JOIN LATERAL ("
               "       SELECT min(CASE coalesce(nullif(t.typbasetype, 0), t.oid)"
               "                  WHEN 'int2'::regtype THEN 32767"
               "                  WHEN 'int4'::regtype THEN 2147483647 END::bigint)"
               "         FROM (SELECT d.refobjid, d.refobjsubid FROM pg_depend d"
               "                WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid"
               "                  AND d.refclassid = 'pg_class'::regclass"
               "                  AND d.deptype IN ('a', 'i')"
               "               UNION ALL"
               "               SELECT e.adrelid, e.adnum FROM pg_depend d"
               "                 JOIN pg_attrdef e ON e.oid = d.objid"
               "                WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid"
               "                  AND d.classid = 'pg_attrdef'::regclass) u (relation, number)"
               "         JOIN pg_attribute a ON a.attrelid = u.relation AND a.attnum = u.number"
               "         JOIN pg_type t ON t.oid = a.atttypid) f (top)"
               " WHERE c.oid = ANY ($3::oid[]) AND NOT q.seqcycle"
               "   AND ($2::boolean OR pg_has_role($1::oid, c.relowner, 'USAGE'))"),
           parameters)) {
    Resource sequence{"sequence", *row[1], "values", {}, pg::to_int(row[3])};
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
    const std::vector<Reading>& readings = history[candidate.oid];
    if (!readings.empty()) resource.current = readings.back().value;
    resource.forecast =
        forecast_level(left_until(readings, *resource.limit, resource.direction), question.terms);
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
