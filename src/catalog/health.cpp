#include "catalog/health.h"

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
  pg::execute(
      Sql("WITH now AS MATERIALIZED ("
          "       SELECT check_name, status, object, evidence FROM pgscale.health),"
          " ended AS ("
          "       UPDATE pgscale.health_log l SET until = clock_timestamp() FROM now n"
          "        WHERE l.check_name = n.check_name AND l.until IS NULL AND l.status <> n.status)"
          " INSERT INTO pgscale.health_log (check_name, status, object, evidence)"
          " SELECT n.check_name, n.status, n.object, n.evidence FROM now n"
          "  WHERE NOT EXISTS (SELECT FROM pgscale.health_log l"
          "                     WHERE l.check_name = n.check_name AND l.until IS NULL"
          "                       AND l.status = n.status)"));
  pg::execute(
      Sql("DELETE FROM pgscale.health_log"
          " WHERE until < clock_timestamp() - interval '90 days'"));
}

}  // namespace pgscale::catalog
