#include <string>

#include "catalog/policies.h"
#include "pg/arguments.h"
#include "pg/contain.h"
#include "pg/query.h"
#include "pg/session.h"
#include "shim/partitions.h"

namespace pgscale::api {
namespace {

const char* method_name(char strategy) {
  if (strategy == 'r') return text(Method::kRange);
  return strategy == 'l' ? text(Method::kList) : text(Method::kHash);
}

std::string ends_text(const PgsEnd* ends, int columns) {
  std::string text;
  for (int i = 0; i < columns; i++) text += (i > 0 ? ", " : "") + std::string(ends[i].text);
  return text;
}

// Orders the partitions of one set; what is below every value comes first.
pg::Value position(const PgsEnd& lower) {
  if (lower.kind == PGS_END_MINIMUM) return "-Infinity";
  if (lower.kind == PGS_END_MAXIMUM) return "Infinity";
  if (lower.has_number) return std::to_string(lower.number);
  if (parse_decimal(lower.text, kNumericScale)) return lower.text;
  return decimal_text(rank_of_text(lower.text), 0);
}

std::string values_array(const PgsBound& bound) {
  std::vector<pg::Value> values;
  for (int i = 0; i < bound.value_count; i++) {
    values.push_back(bound.values[i] == nullptr ? pg::Value() : pg::Value(bound.values[i]));
  }
  return pg::array_literal(values);
}

void partition_bound(PgsCall* call) {
  const Oid relation = pg::Arguments(call).relation(0, "partition");
  pg::ResultRows result(call);
  const PgsBound* bound = pg::call(pgs_partition_bound, relation);
  if (bound == nullptr) return;
  const bool is_range = bound->strategy == 'r' && !bound->is_default;
  const bool is_list = bound->strategy == 'l' && !bound->is_default;
  const bool is_hash = bound->strategy == 'h';
  result.add({method_name(bound->strategy),
              is_range ? pg::Value(ends_text(bound->lower, bound->columns)) : pg::Value(),
              is_range ? pg::Value(ends_text(bound->upper, bound->columns)) : pg::Value(),
              is_list ? pg::Value(values_array(*bound)) : pg::Value(),
              is_hash ? pg::from_int(bound->modulus) : pg::Value(),
              is_hash ? pg::from_int(bound->remainder) : pg::Value(), bound->is_default ? "t" : "f",
              is_range ? position(bound->lower[0]) : pg::Value()});
}

// The event trigger on sql_drop. The set goes with its table; its history stays, under its name.
void forget_dropped(PgsCall* call) {
  pg::Session session(pg::Venue::kFunction);
  const auto acting = pg::Acting::as_extension();
  // While the extension itself is being dropped its tables may be gone already.
  const bool installed =
      !pg::query(Sql("SELECT WHERE to_regclass('pgscale.run') IS NOT NULL")).empty();
  if (installed) {
    const Sql dropped(
        " IN (SELECT objid FROM pg_catalog.pg_event_trigger_dropped_objects()"
        "      WHERE classid = 'pg_catalog.pg_class'::regclass AND objsubid = 0)");
    Sql policy("DELETE FROM pgscale.policy WHERE parent");
    Sql state("DELETE FROM pgscale.set_state WHERE parent");
    Sql milestone("DELETE FROM pgscale.milestone WHERE parent");
    Sql retirement("DELETE FROM pgscale.retirement WHERE partition");
    Sql run("UPDATE pgscale.run SET parent = NULL WHERE parent");
    pg::execute(policy << dropped);
    pg::execute(state << dropped);
    pg::execute(milestone << dropped);
    pg::execute(retirement << dropped);
    pg::execute(run << dropped);
  }
  session.end();
  pg::call(pgs_return_void, call);
}

}  // namespace
}  // namespace pgscale::api

extern "C" bool body_pgscale_partition_bound(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_partition_bound(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::partition_bound(call); });
}

extern "C" bool body_pgscale_forget_dropped(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_forget_dropped(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::forget_dropped(call); });
}
