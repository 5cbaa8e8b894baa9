#include "catalog/keys.h"

#include "catalog/bounds.h"
#include "core/failure.h"
#include "core/row_condition.h"
#include "pg/query.h"

namespace pgscale::catalog {

End read_key(const ParentFacts& facts, const Axis& axis, const std::string& key) {
  Sql words("FOR VALUES FROM (");
  words << Literal{key};
  for (std::size_t i = 1; i < facts.key.size(); i++) words << ", MINVALUE";
  words << ") TO (MAXVALUE";
  for (std::size_t i = 1; i < facts.key.size(); i++) words << ", MAXVALUE";
  words << ")";
  const auto range = read_range(words.text(), facts, axis);
  if (!range) throw Failure(Problem::kInternal, "could not read key \"" + key + "\"");
  return range->lower;
}

std::optional<Point> position_of_key(const ParentFacts& facts, const Axis& axis,
                                     const std::string& key) {
  std::optional<Point> position;
  if (axis.kind() == KeyKind::kNumeric) {
    const auto rows =
        pg::query(Sql("SELECT pg_catalog.floor($1::numeric * 10000000000) / 10000000000"), {key});
    position = parse_decimal(*rows.front()[0], kNumericScale);
  } else {
    const End end = read_key(facts, axis, key);
    if (end.kind == EndKind::kValue) position = end.value;
  }
  if (!position || *position < axis.first() || axis.last() < *position) return std::nullopt;
  return position;
}

Sql finite_from(const ParentFacts& facts, const Axis& axis, const End& start) {
  const Sql column = key_expression(facts.parent);
  const End from = start.kind == EndKind::kValue ? start : End::at(axis.first());
  const std::string lowest = axis.columns(from).front().value;
  Sql sql("");
  sql << column << " >= " << Literal{lowest};
  for (std::size_t i = 1; i < facts.key.size(); i++) {
    sql << " AND " << Identifier(facts.key[i].name) << " IS NOT NULL";
  }
  if (axis.encoding()) return sql;
  if (is_time(axis.kind())) {
    sql << " AND " << column << " < 'infinity'";
  } else if (axis.kind() == KeyKind::kNumeric) {
    const std::string top = axis.text(axis.last());
    sql << " AND " << column << " < " << Literal{top};
  }
  return sql;
}

}  // namespace pgscale::catalog
