#include "core/health.h"

#include "catalog/health.h"
#include "core/failure.h"
#include "pg/arguments.h"
#include "pg/contain.h"
#include "pg/session.h"
#include "shim/trigger.h"

namespace pgscale::api {
namespace {

std::optional<double> number(const std::optional<std::string>& text) {
  return text ? std::optional<double>(std::stod(*text)) : std::nullopt;
}

pg::Value limit(std::optional<double> value) {
  return value ? pg::Value(std::to_string(*value)) : pg::Value();
}

void health_checks(PgsCall* call) {
  pg::ResultRows result(call);
  int position = 0;
  for (const Check& check : checks()) {
    result.add({pg::from_int(++position), check.name, check.area,
                check.bad == Bad::kLow ? "low" : "high", limit(check.threshold.warning),
                limit(check.threshold.critical), check.unit, check.meaning, check.action});
  }
}

void check_status(PgsCall* call) {
  const pg::Arguments arguments(call);
  const std::string name = arguments.text(0).value_or("");
  const Check& check = find_check(name);
  const Threshold threshold{number(arguments.text(2)), number(arguments.text(3))};
  pg::call(pgs_return_text, call, text(judge(number(arguments.text(1)), threshold, check.bad)));
}

void health_rows(PgsCall* call) {
  pg::ResultRows result(call);
  pg::Session session(pg::Venue::kFunction);
  result.add_query_often(Sql("SELECT * FROM pgscale.health_now"));
  session.end();
}

std::optional<std::string> column(const char* (*row)(PgsCall*, const char*), PgsCall* call,
                                  const char* name) {
  const char* text = pg::call(row, call, name);
  return text == nullptr ? std::nullopt : std::optional<std::string>(text);
}

// The trigger of view threshold: an UPDATE sets, a DELETE brings back the usual one.
void change_threshold(PgsCall* call) {
  const std::string name = *column(pgs_trigger_old, call, "check_name");
  pg::Session session(pg::Venue::kFunction);
  if (pg::call(pgs_trigger_deletes, call)) {
    catalog::reset_threshold(name);
  } else {
    if (column(pgs_trigger_new, call, "check_name") != name) {
      throw Failure(Problem::kInvalidParameter, "a health check cannot be renamed",
                    "Only warning and critical can be changed.");
    }
    const Threshold threshold{number(column(pgs_trigger_new, call, "warning")),
                              number(column(pgs_trigger_new, call, "critical"))};
    validate(find_check(name), threshold);
    catalog::save_threshold(name, threshold);
  }
  session.end();
  pg::call(pgs_trigger_done, call);
}

}  // namespace
}  // namespace pgscale::api

extern "C" bool body_pgscale_health_checks(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_health_checks(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::health_checks(call); });
}

extern "C" bool body_pgscale_check_status(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_check_status(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::check_status(call); });
}

extern "C" bool body_pgscale_health_rows(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_health_rows(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::health_rows(call); });
}

extern "C" bool body_pgscale_change_threshold(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_change_threshold(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::change_threshold(call); });
}
