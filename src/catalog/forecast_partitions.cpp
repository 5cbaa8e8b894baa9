#include "catalog/forecast.h"
#include "catalog/inventory.h"
#include "catalog/parents.h"
#include "catalog/zones.h"
#include "pg/session.h"

namespace pgscale::catalog {
namespace {

struct RangeSet {
  Oid parent;
  std::string name;
  Axis axis;
  bool has_default;
  std::optional<Oid> sequence;  // one that ascends and belongs to the key column
};

constexpr char kUnbounded[] = "the last partition has no upper bound";

std::optional<Axis> plain_axis(Oid type, const std::string& zone) {
  const std::optional<KeyKind> kind = key_kind(type);
  return kind ? std::optional(Axis(*kind, server_zone(zone))) : std::nullopt;
}

// Empty where the encoding cannot be used now, because a function of its owner is gone, say.
std::optional<Axis> encoded_axis(Oid parent) {
  std::optional<Axis> axis;
  (void)pg::attempt([&] {
    const ParentFacts facts = read_parent(parent);
    axis = axis_of(require_policy(facts), facts);
  });
  return axis;
}

// Of sets below others those that the clock drives: within a period of a level above nothing runs
// out, and numbers come from no sequence of their own there.
std::vector<RangeSet> range_sets(const Question& question) {
  const auto acting = pg::Acting::as_extension();
  std::vector<RangeSet> sets;
  for (const auto& row : pg::query(
           Sql("SELECT p.parent::oid, p.parent::text, coalesce(nullif(t.typbasetype, 0), t.oid),"
               "       p.timezone, k.partdefid <> 0,"
               "       (SELECT min(q.seqrelid) FROM pg_depend d"
               "          JOIN pg_sequence q ON q.seqrelid = d.objid AND q.seqincrement > 0"
               "         WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = p.parent"
               "           AND d.refobjsubid = a.attnum AND d.classid = 'pg_class'::regclass"
               "           AND d.deptype IN ('a', 'i')),"
               "       p.encoding IS NOT NULL OR p.encoder IS NOT NULL, p.level > 0"
               "  FROM pgscale.managed_set p"
               "  JOIN pg_class c ON c.oid = p.parent"
               "  JOIN pg_partitioned_table k ON k.partrelid = p.parent AND k.partstrat = 'r'"
               "  JOIN pg_attribute a ON a.attrelid = p.parent AND a.attnum = k.partattrs[0]"
               "  JOIN pg_type t ON t.oid = a.atttypid"
               " WHERE ($2::boolean OR pg_has_role($1::oid, c.relowner, 'USAGE'))"
               "   AND (p.level = 0 OR NOT EXISTS ("
               "        SELECT FROM pg_partition_ancestors(p.parent) a"
               "          JOIN pg_partitioned_table above ON above.partrelid = a.relid"
               "         WHERE a.relid <> p.parent AND above.partstrat = 'r'))"),
           reader_parameters(question))) {
    const Oid parent = pg::to_oid(row[0]);
    const auto axis =
        pg::to_bool(row[6]) ? encoded_axis(parent) : plain_axis(pg::to_oid(row[2]), *row[3]);
    if (!axis) continue;  // of a set that pgscale refuses
    if (pg::to_bool(row[7]) && !is_time(axis->kind())) continue;
    sets.push_back({parent, *row[1], *axis, pg::to_bool(row[4]),
                    row[5] ? std::optional(pg::to_oid(row[5])) : std::nullopt});
  }
  return sets;
}

bool is_counted(const RangeSet& set) {
  const KeyKind kind = set.axis.kind();
  return set.sequence && !is_time(kind) && kind != KeyKind::kNumeric;
}

Forecast forecast_time(const RangeSet& set, Micros now) {
  const Axis& axis = set.axis;
  const auto end = first_uncovered(load_ranges(set.parent, axis), axis.position(now));
  if (!end) return endless_forecast(kUnbounded);
  Forecast forecast = forecast_exactly(axis.instant(*end), now);
  if (forecast.at) {
    forecast.note = *forecast.at > now ? "unless maintenance makes partitions"
                                       : "no partition takes rows of the present";
  }
  return forecast;
}

// By the pace of the sequence that the key comes from.
Forecast forecast_numbers(const RangeSet& set, const std::vector<Reading>& values,
                          Resource& resource, const Terms& terms) {
  if (!values.empty()) {
    resource.current = values.back().value;
    const auto end = first_uncovered(load_ranges(set.parent, set.axis), *resource.current);
    if (!end) return endless_forecast(kUnbounded);
    resource.limit = static_cast<std::int64_t>(*end);
  }
  return forecast_level(left_until(values, resource.limit.value_or(0), Direction::kUp), terms);
}

}  // namespace

void append_partition_sets(std::vector<Resource>& resources, const Question& question) {
  const std::vector<RangeSet> sets = range_sets(question);
  std::vector<Oid> sequences;
  for (const RangeSet& set : sets) {
    if (is_counted(set)) sequences.push_back(*set.sequence);
  }
  ObjectHistory history =
      object_history("sequence", sequences, question.history, question.terms.now);
  for (const RangeSet& set : sets) {
    Resource resource{"partitions", set.name, is_time(set.axis.kind()) ? "time" : "values", {}, {}};
    resource.from_zero = false;
    if (set.has_default) {
      resource.forecast = endless_forecast("the default partition takes what no other does");
    } else if (is_time(set.axis.kind())) {
      resource.forecast = forecast_time(set, question.terms.now);
    } else if (is_counted(set)) {
      resource.forecast =
          forecast_numbers(set, history[*set.sequence].readings, resource, question.terms);
    } else {
      resource.forecast = unknown_forecast("no sequence of its own feeds the key");
    }
    resources.push_back(resource);
  }
}

}  // namespace pgscale::catalog
