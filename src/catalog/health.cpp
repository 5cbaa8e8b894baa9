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
  pg::execute(
      Sql("INSERT INTO pgscale.threshold_setting (check_name, warning, critical)"
          " VALUES ($1, trim_scale($2::numeric), trim_scale($3::numeric))"
          " ON CONFLICT (check_name) DO UPDATE SET warning = excluded.warning,"
          "       critical = excluded.critical"),
      {check, number(threshold.warning), number(threshold.critical)});
}

void reset_threshold(const std::string& check) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("DELETE FROM pgscale.threshold_setting WHERE check_name = $1"), {check});
}

}  // namespace pgscale::catalog
