#include "catalog/sequences.h"
#include "core/sequence_use.h"
#include "pg/arguments.h"
#include "pg/attempt.h"
#include "pg/contain.h"
#include "pg/session.h"

namespace pgscale::api {
namespace {

// One sequence that cannot be read must not hide all others.
void sequence_state(PgsCall* call) {
  const Oid sequence = pg::Arguments(call).relation(0, "sequence");
  catalog::SequenceState state;
  const auto trouble = pg::attempt([&] { state = catalog::read_sequence(sequence); });
  std::vector<pg::Value> values(3);
  if (state.last_value) {
    values[0] = pg::from_int(state.last_value);
    values[1] = state.is_called ? "t" : "f";
  } else {
    values[2] = trouble ? trouble->message : state.note;
  }
  pg::return_row(call, values);
}

void sequence_columns(PgsCall* call) {
  pg::ResultRows result(call);
  for (const SequenceUse& use : narrowest_uses(catalog::load_sequence_uses())) {
    result.add({pg::from_oid(use.sequence), pg::from_oid(use.relation), use.name, use.type,
                pg::from_int(use.range.low), pg::from_int(use.range.high)});
  }
}

// PostgreSQL checks the right to call a function before the query begins, so that no condition in
// a view could spare the call.
void temp_files_now(PgsCall* call) {
  pg::Session session(pg::Venue::kFunction);
  pg::Rows rows({});
  if (!pg::query(Sql("SELECT WHERE has_function_privilege('pg_ls_tmpdir(oid)', 'EXECUTE')"))
           .empty()) {
    rows =
        pg::query(Sql("SELECT substring(f.name FROM '^pgsql_tmp([0-9]+)'), count(*), sum(f.size)"
                      "  FROM pg_catalog.pg_tablespace t CROSS JOIN LATERAL pg_ls_tmpdir(t.oid) f"
                      " WHERE t.spcname <> 'pg_global'"
                      " GROUP BY 1"));
  }
  session.end();
  pg::ResultRows result(call);
  for (const auto& row : rows) result.add(row);
}

}  // namespace
}  // namespace pgscale::api

extern "C" bool body_pgscale_sequence_state(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_sequence_state(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::sequence_state(call); });
}

extern "C" bool body_pgscale_sequence_columns(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_sequence_columns(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::sequence_columns(call); });
}

extern "C" bool body_pgscale_temp_files_now(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_temp_files_now(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::temp_files_now(call); });
}
