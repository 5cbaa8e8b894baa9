#include "catalog/bloat.h"

#include <cmath>

#include "pg/arguments.h"
#include "pg/attempt.h"
#include "pg/contain.h"
#include "pg/session.h"

namespace pgscale::api {
namespace {

using catalog::MeasuredBloat;

std::vector<pg::Value> row(const MeasuredBloat& measured) {
  const Bloat& bloat = measured.bloat;
  std::vector<pg::Value> values(7);
  values[0] = pg::from_int(measured.bytes);
  values[5] = text(bloat.method);
  if (!measured.note.empty()) values[6] = measured.note;
  if (bloat.method == BloatMethod::kUnknown || !measured.bytes) return values;
  const auto size = static_cast<double>(*measured.bytes);
  values[1] = pg::from_int(std::llround(bloat.bytes));
  values[2] = percent(bloat.bytes, size);
  values[3] = percent(bloat.low, size);
  values[4] = percent(bloat.high, size);
  return values;
}

void bloat_of(PgsCall* call) {
  const pg::Arguments arguments(call);
  const Oid relation = arguments.relation(0, "relation");
  MeasuredBloat measured;
  if (arguments.boolean(1).value_or(false)) {
    pg::Session session(pg::Venue::kFunction);
    measured = catalog::measure_bloat_exactly(relation);
    session.end();
  } else {
    // A page that cannot be read must not hide what is known of all other relations.
    const auto trouble = pg::attempt([&] { measured = catalog::measure_bloat(relation); });
    if (trouble && trouble->sqlstate == sqlstate(Problem::kInsufficientPrivilege)) {
      throw pg::OutcomeError(*trouble);
    }
    if (trouble) {
      measured = {};
      measured.note = trouble->message;
    }
  }
  pg::return_row(call, row(measured));
}

}  // namespace
}  // namespace pgscale::api

extern "C" bool body_pgscale_bloat_of(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_bloat_of(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::bloat_of(call); });
}
