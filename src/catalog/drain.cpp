#include "catalog/drain.h"

#include "catalog/bounds.h"
#include "catalog/foreign_keys.h"
#include "catalog/keys.h"
#include "catalog/places.h"
#include "catalog/state.h"
#include "core/row_condition.h"
#include "core/statements.h"
#include "core/wanted.h"
#include "pg/index_reads.h"
#include "pg/query.h"
#include "pg/session.h"

namespace pgscale::catalog {
namespace {

using pg::Rows;

// Looking at a value costs two descents of the index.
constexpr int kMostValuesLookedAt = 10'000;

const Partition& require_drainable(const ManagedSet& managed) {
  const Partition& rest = *default_partition(managed.set.inventory);
  const std::string refusal = "cannot drain default partition " + readable(rest.name);
  if (rest.kind != TableKind::kTable) {
    throw Failure(Problem::kNotSupported, refusal,
                  rest.kind == TableKind::kForeign ? "It is a foreign table."
                                                   : "It has partitions of its own.");
  }
  // Keys to the whole set find the rows in their new place.
  const auto references = references_to(rest.oid);
  if (references.empty()) return rest;
  throw Failure(Problem::kNotSupported, refusal,
                "Table " + readable(references.front().from) +
                    " has a foreign key to it, whose rows would refer to nothing.",
                "Let the foreign key refer to " + readable(managed.facts.parent.name) + ".");
}

// Without an index the last look at the rows, which readers wait for, would be a scan.
void require_index(const ManagedSet& managed, const Partition& rest) {
  const std::string& column = managed.facts.parent.key_columns.front();
  const Rows rows =
      pg::query(Sql("SELECT FROM pg_catalog.pg_index i"
                    "  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid"
                    "  JOIN pg_catalog.pg_am m ON m.oid = c.relam AND m.amname = 'btree'"
                    "  JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid"
                    "   AND a.attnum = i.indkey[0]"
                    " WHERE i.indrelid = $1::oid AND i.indisvalid AND i.indpred IS NULL"
                    "   AND a.attname = $2"),
                {pg::from_oid(rest.oid), column});
  if (!rows.empty() || is_small(rest.oid)) return;
  throw Failure(
      Problem::kNotInPrerequisiteState,
      "default partition " + readable(rest.name) + " has no index that begins with \"" + column +
          "\"",
      "Without one it would have to be scanned under a lock that readers wait for.",
      "Create an index on the partition key of " + readable(managed.facts.parent.name) + ".");
}

// Reads the keys of a range set's default partition, by their first column.
class Keys {
 public:
  Keys(const ManagedSet& managed, const Partition& rest)
      : facts_(managed.facts),
        axis_(managed.set.axis),
        rest_(rest),
        column_(key_expression(facts_.parent)) {}

  // The position of the first finite key at or above `start`.
  [[nodiscard]] std::optional<Point> first_from(const End& start) const {
    Sql sql("SELECT ");
    sql << column_ << " FROM ONLY " << rest_.name << " WHERE " << finite_from(facts_, *axis_, start)
        << " ORDER BY " << column_ << " LIMIT 1";
    const Rows rows = pg::query(sql);
    if (rows.empty()) return std::nullopt;
    return position_of_key(facts_, *axis_, *rows.front()[0]);
  }

  // A bound behind `most` rows of the range; all rows of one key stay together. Empty when the
  // range has no more.
  [[nodiscard]] std::optional<End> bound_behind(const Bound& range, int most) const {
    const auto first = nth(range, 0);
    const auto last = nth(range, most);
    if (!first || !last) return std::nullopt;
    // Equal numbers may be written differently, so the text alone does not tell.
    const End bound = bound_at(*last);
    if (*first != *last && std::get<Range>(range).lower < bound) return bound;
    Sql sql("SELECT ");
    sql << column_ << " FROM ONLY " << rest_.name << " WHERE "
        << row_condition(facts_.parent, range, axis_) << " AND " << column_ << " > "
        << Literal{*last} << " ORDER BY " << column_ << " LIMIT 1";
    const Rows rows = pg::query(sql);
    if (rows.empty()) return std::nullopt;
    return bound_at(*rows.front()[0]);
  }

 private:
  [[nodiscard]] std::optional<std::string> nth(const Bound& range, int n) const {
    Sql sql("SELECT ");
    sql << column_ << " FROM ONLY " << rest_.name << " WHERE "
        << row_condition(facts_.parent, range, axis_) << " ORDER BY " << column_ << " OFFSET "
        << std::int64_t{n} << " LIMIT 1";
    const Rows rows = pg::query(sql);
    if (rows.empty()) return std::nullopt;
    return rows.front()[0];
  }

  // The first position that is not below the key. numeric: a whole number, because a bound must be
  // one that pgscale can tell again.
  [[nodiscard]] End bound_at(const std::string& key) const {
    if (axis_->kind() != KeyKind::kNumeric)
      return axis_->end(axis_->at_or_after(read_key(facts_, *axis_, key)));
    const Rows rows = pg::query(Sql("SELECT pg_catalog.ceil($1::numeric)"), {key});
    return read_key(facts_, *axis_, *rows.front()[0]);
  }

  const ParentFacts& facts_;
  const std::optional<Axis>& axis_;
  const Partition& rest_;
  Sql column_;
};

std::optional<Drain> next_of_range(const ManagedSet& managed, DrainScope scope, const Keys& keys,
                                   Micros now, const std::set<std::string>& given_up) {
  for (Drain& drain : unfinished_drains(managed.set)) {
    if (given_up.count(key_of(managed, drain)) == 0) return std::move(drain);
  }
  if (scope == DrainScope::kUnfinished) return std::nullopt;
  for (End start : search_starts(managed.set, now)) {
    while (start.kind != End::Kind::kMaximum) {
      const auto key = keys.first_from(start);
      if (!key) break;
      Drain drain = drain_of_key(managed.set, *key, now);
      if (!is_expired(managed.set, drain, now) && given_up.count(key_of(managed, drain)) == 0) {
        return drain;
      }
      start = std::get<Range>(drain.whole).upper;
    }
  }
  return std::nullopt;
}

bool has_rows(const Parent& parent, const Partition& rest, const Bound& bound) {
  Sql sql("SELECT FROM ONLY ");
  sql << rest.name << " WHERE " << row_condition(parent, bound, std::nullopt) << " LIMIT 1";
  return !pg::query(sql).empty();
}

// Each value and in how many rows, counted only as far as it matters; from one value to the next by
// the index.
std::vector<ValueCount> count_values(const Parent& parent, const Partition& rest, int enough) {
  const Sql column = key_expression(parent);
  Sql sql("WITH RECURSIVE step AS ((SELECT ");
  sql << column << " AS key FROM ONLY " << rest.name << " WHERE " << column
      << " IS NOT NULL ORDER BY 1 LIMIT 1) UNION ALL SELECT (SELECT d." << column << " FROM ONLY "
      << rest.name << " d WHERE d." << column << " > step.key ORDER BY 1 LIMIT 1)"
      << " FROM step WHERE step.key IS NOT NULL),"
      << " value AS (SELECT key FROM step WHERE key IS NOT NULL LIMIT "
      << std::int64_t{kMostValuesLookedAt}
      << ") SELECT key, (SELECT count(*) FROM (SELECT FROM ONLY " << rest.name << " d WHERE d."
      << column << " = value.key LIMIT " << std::int64_t{enough} << ") f) FROM value"
      << " UNION ALL SELECT NULL, (SELECT count(*) FROM (SELECT FROM ONLY " << rest.name
      << " d WHERE d." << column << " IS NULL LIMIT " << std::int64_t{enough} << ") f)";
  std::vector<ValueCount> found;
  for (const auto& row : pg::query(sql)) found.push_back({row[0], pg::to_int(row[1])});
  return found;
}

std::optional<Drain> next_of_list(const ManagedSet& managed, const Partition& rest,
                                  const std::set<std::string>& given_up) {
  const Parent& parent = managed.facts.parent;
  std::vector<ValueCount> found;
  for (const Wanted& group : wanted_lists(managed.set).missing) {
    if (!has_rows(parent, rest, group.bound)) continue;
    found.push_back({std::get<ListValues>(group.bound).values.front(), 1});
  }
  if (managed.set.policy.auto_list) {
    for (ValueCount& count : count_values(parent, rest, managed.set.policy.auto_list_rows)) {
      found.push_back(std::move(count));
    }
  }
  for (Drain& drain : list_drains(managed.set, std::move(found))) {
    if (given_up.count(key_of(managed, drain)) == 0) return std::move(drain);
  }
  return std::nullopt;
}

}  // namespace

std::string key_of(const ManagedSet& managed, const Drain& drain) {
  return bound_clause(drain.whole, managed.set.axis).text();
}

std::optional<Drain> next_drain(const ManagedSet& managed, DrainScope scope, Micros now, int batch,
                                const std::set<std::string>& given_up) {
  if (default_partition(managed.set.inventory) == nullptr) return std::nullopt;
  const Partition& rest = require_drainable(managed);
  require_index(managed, rest);
  const auto acting = pg::Acting::as_owner(managed.facts.owner);
  const pg::IndexReads by_index;
  if (managed.facts.parent.method != Method::kRange) {
    return scope == DrainScope::kAll ? next_of_list(managed, rest, given_up) : std::nullopt;
  }
  const Keys keys(managed, rest);
  auto drain = next_of_range(managed, scope, keys, now, given_up);
  if (!drain) return std::nullopt;
  if (drain->grown != nullptr && drain->grown->kind == TableKind::kPartitioned) {
    drain->below = tables_below(drain->grown->oid);
  }
  const auto most = most_rows(managed.set, *drain, batch);
  const auto bound = most ? keys.bound_behind(drain->moved, *most) : std::nullopt;
  return bound ? up_to(std::move(*drain), *bound) : drain;
}

void record_growth(Oid parent, Oid partition, const std::string& grows_to) {
  const auto acting = pg::Acting::as_extension();
  if (grows_to.empty()) {
    pg::execute(Sql("DELETE FROM pgscale.growing WHERE partition = $1::oid"),
                {pg::from_oid(partition)});
    return;
  }
  pg::execute(Sql("INSERT INTO pgscale.growing (partition, parent, bounds)"
                  " VALUES ($1::oid, $2::oid, $3) ON CONFLICT (partition) DO UPDATE"
                  "    SET parent = excluded.parent, bounds = excluded.bounds"),
              {pg::from_oid(partition), pg::from_oid(parent), grows_to});
  note_changes({parent});  // a visit goes on with it if we do not
}

bool is_growing(Oid parent) {
  const auto acting = pg::Acting::as_extension();
  return !pg::query(Sql("SELECT FROM pgscale.growing g"
                        "  JOIN pg_catalog.pg_inherits i ON i.inhrelid = g.partition"
                        "   AND i.inhparent = g.parent WHERE g.parent = $1::oid"),
                    {pg::from_oid(parent)})
              .empty();
}

void load_growth(const ParentFacts& facts, PartitionSet& set) {
  const auto acting = pg::Acting::as_extension();
  for (const auto& row : pg::query_often(
           Sql("SELECT partition::oid, bounds FROM pgscale.growing WHERE parent = $1::oid"),
           {pg::from_oid(facts.parent.oid)})) {
    const auto whole = read_range(*row[1], facts, set.axis);
    for (Partition& partition : set.inventory.partitions) {
      const auto* range = std::get_if<Range>(&partition.bound);
      if (!whole || range == nullptr || partition.oid != pg::to_oid(row[0])) continue;
      if (range->upper < whole->upper) partition.grows_to = whole->upper;
    }
  }
}

Oid oid_of(const QualifiedName& table) {
  return pg::to_oid(pg::query(Sql("SELECT c.oid FROM pg_catalog.pg_class c"
                                  "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                                  " WHERE n.nspname = $1 AND c.relname = $2"),
                              {table.schema.name(), table.name.name()})
                        .front()[0]);
}

}  // namespace pgscale::catalog
