#include "core/figures.h"

#include "pg/arguments.h"
#include "pg/contain.h"

namespace pgscale::api {
namespace {

void percent(PgsCall* call) {
  const auto number = [call](int index) { return pg::call(pgs_arg_int64, call, index); };
  const auto hundredths = percent_hundredths(number(0), number(1));
  if (hundredths) {
    pg::call(pgs_return_hundredths, call, *hundredths);
  } else {
    pg::call(pgs_return_null, call);
  }
}

void bytes_scanned(PgsCall* call) {
  const auto number = [call](int index) { return pg::call(pgs_arg_int64, call, index); };
  const Scanned scanned{number(0), number(1), number(2), number(3), number(4)};
  pg::call(pgs_return_int64, call, pgscale::bytes_scanned(scanned));
}

}  // namespace
}  // namespace pgscale::api

extern "C" {
bool body_pgscale_percent(PgsCall* call, PgsFailure* failure);
bool body_pgscale_bytes_scanned(PgsCall* call, PgsFailure* failure);

bool body_pgscale_percent(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::percent(call); });
}

bool body_pgscale_bytes_scanned(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::bytes_scanned(call); });
}
}
