#include "core/exposition.h"

#include "catalog/relations.h"
#include "pg/arguments.h"
#include "pg/contain.h"
#include "pg/query.h"
#include "pg/session.h"

namespace pgscale::api {
namespace {

// A row for each label, or one without labels; those of one metric follow each other.
std::vector<Metric> to_metrics(const pg::Rows& rows) {
  std::vector<Metric> metrics;
  std::string last;
  for (const auto& row : rows) {
    if (metrics.empty() || *row[0] != last) {
      metrics.push_back({*row[1], *row[2], *row[3], {}, std::stod(*row[4])});
    }
    last = *row[0];
    if (row[5]) metrics.back().labels.emplace_back(*row[5], row[6].value_or(""));
  }
  return metrics;
}

void metric_rows(PgsCall* call) {
  pg::ResultRows result(call);
  const catalog::LargestAhead largest;
  pg::Session session(pg::Venue::kFunction);
  result.add_query_often(Sql("SELECT * FROM pgscale.metrics_now"));
  session.end();
}

void prometheus(PgsCall* call) {
  pg::Session session(pg::Venue::kFunction);
  const pg::Rows rows =
      pg::query(Sql("SELECT m.number, m.name, m.kind, m.help, m.value, l.key, l.value"
                    "  FROM (SELECT row_number() OVER () AS number, * FROM pgscale.metrics) m"
                    "  LEFT JOIN LATERAL jsonb_each_text(m.labels) l ON true"
                    " ORDER BY m.number, l.key"));
  session.end();
  pg::call(pgs_return_text, call, exposition(to_metrics(rows)).c_str());
}

}  // namespace
}  // namespace pgscale::api

extern "C" bool body_pgscale_metric_rows(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_metric_rows(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::metric_rows(call); });
}

extern "C" bool body_pgscale_prometheus(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_prometheus(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::prometheus(call); });
}
