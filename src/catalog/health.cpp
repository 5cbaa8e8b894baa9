#include "catalog/health.h"

#include <vector>

#include "pg/query.h"
#include "pg/session.h"

namespace pgscale::catalog {
namespace {

pg::Value number(std::optional<double> value) {
  return value ? pg::Value(std::to_string(*value)) : pg::Value();
}

}  // namespace

void save_threshold(const std::string& check, const Threshold& threshold) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("INSERT INTO pgscale.threshold_setting (check_name, warning, critical)"
                  " VALUES ($1, trim_scale($2::numeric), trim_scale($3::numeric))"
                  " ON CONFLICT (check_name) DO UPDATE SET warning = excluded.warning,"
                  "       critical = excluded.critical"),
              {check, number(threshold.warning), number(threshold.critical)});
}

void reset_threshold(const std::string& check) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("DELETE FROM pgscale.threshold_setting WHERE check_name = $1"), {check});
}

// A check that goes on as it was keeps its row, and so the time since when.
void record_health() {
  const auto acting = pg::Acting::as_extension();
  std::vector<pg::Value> checks, statuses, objects, evidence;
  for (const auto& row :
       pg::query(Sql("SELECT check_name, status, object, evidence FROM pgscale.health"))) {
    checks.push_back(row[0]);
    statuses.push_back(row[1]);
    objects.push_back(row[2]);
    evidence.push_back(row[3]);
  }
  pg::execute(Sql("UPDATE pgscale.health_log l SET until = clock_timestamp()"
                  "  FROM unnest($1::text[], $2::text[]) AS n (check_name, status)"
                  " WHERE l.check_name = n.check_name AND l.until IS NULL"
                  "   AND l.status <> n.status"),
              {pg::array_literal(checks), pg::array_literal(statuses)});
  pg::execute(Sql("INSERT INTO pgscale.health_log (check_name, status, object, evidence)"
                  " SELECT n.* FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])"
                  "             AS n (check_name, status, object, evidence)"
                  " WHERE NOT EXISTS (SELECT FROM pgscale.health_log l"
                  "                    WHERE l.check_name = n.check_name AND l.until IS NULL)"),
              {pg::array_literal(checks), pg::array_literal(statuses), pg::array_literal(objects),
               pg::array_literal(evidence)});
  pg::execute(
      Sql("DELETE FROM pgscale.health_log"
          " WHERE until < clock_timestamp() - interval '90 days'"));
}

}  // namespace pgscale::catalog
