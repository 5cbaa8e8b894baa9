#include "core/report.h"

#include <limits>

#include "catalog/report.h"
#include "pg/arguments.h"
#include "pg/contain.h"
#include "pg/server.h"
#include "pg/session.h"

namespace pgscale::api {
namespace {

constexpr Micros kUsualLength = kMicrosPerDay;
constexpr Micros kLongest = 36525 * kMicrosPerDay;

bool is_finite(Micros instant) {
  using Limits = std::numeric_limits<Micros>;
  return instant != Limits::min() && instant != Limits::max();
}

Period period_of(const pg::Arguments& arguments) {
  const Micros to = arguments.instant(1).value_or(pg::policy_now());
  const Micros from = arguments.instant(0).value_or(is_finite(to) ? to - kUsualLength : to);
  if (!is_finite(from) || !is_finite(to)) {
    throw Failure(Problem::kInvalidParameter, "the period of a report must be finite");
  }
  if (from >= to) {
    throw Failure(Problem::kInvalidParameter, "since must be before until");
  }
  if (from < to - kLongest) {
    throw Failure(Problem::kInvalidParameter, "the period of a report must not exceed 100 years");
  }
  return {from, to};
}

void report(PgsCall* call) {
  const Period period = period_of(pg::Arguments(call));
  pg::Session session(pg::Venue::kFunction);
  const ReportData data = catalog::read_report(period);
  session.end();
  pg::call(pgs_return_text, call, report_page(data).text().c_str());
}

}  // namespace
}  // namespace pgscale::api

extern "C" bool body_pgscale_report(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_report(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::report(call); });
}
