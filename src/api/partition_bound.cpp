#include <string>

#include "core/policy.h"
#include "pg/arguments.h"
#include "pg/contain.h"
#include "pg/query.h"
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

}  // namespace
}  // namespace pgscale::api

extern "C" bool body_pgscale_partition_bound(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_partition_bound(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::partition_bound(call); });
}
