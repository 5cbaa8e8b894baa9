#include "catalog/bounds.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "core/failure.h"
#include "pg/call.h"
#include "pg/session.h"

namespace pgscale::catalog {
namespace {

// Where the first column lies.
Place place_of(const PgsEnd& column, const Axis& axis) {
  if (axis.encoding()) return axis.encoding()->decode(column.text);
  return {column.number, true};
}

Point numeric_position(const PgsEnd& column) {
  if (const auto value = parse_decimal(column.text, kNumericScale)) return *value;
  throw Failure(Problem::kNotSupported,
                "bound " + std::string(column.text) + " of a numeric key is not supported",
                "pgscale manages bounds of at most 27 digits before and 10 behind the point.");
}

PgsEndKind to_kind(EndKind kind) {
  if (kind == EndKind::kMinimum) return PGS_END_MINIMUM;
  return kind == EndKind::kValue ? PGS_END_VALUE : PGS_END_MAXIMUM;
}

// -infinity is a value, which only sorts where MINVALUE does.
EndColumn to_column(const PgsEnd& column) {
  if (column.kind == PGS_END_MINIMUM && std::string_view(column.text) == "MINVALUE") {
    return {EndKind::kMinimum, ""};
  }
  if (column.kind == PGS_END_MAXIMUM && std::string_view(column.text) == "MAXVALUE") {
    return {EndKind::kMaximum, ""};
  }
  return {EndKind::kValue, column.text};
}

End to_end(const PgsEnd* columns, int count, const Axis& axis) {
  if (columns[0].kind == PGS_END_MINIMUM) return End::minimum();
  if (columns[0].kind == PGS_END_MAXIMUM) return End::maximum();
  End end;
  bool is_regular = true;
  if (axis.kind() == KeyKind::kNumeric) {
    end.value = numeric_position(columns[0]);
  } else {
    const Place place = place_of(columns[0], axis);
    end.value = place.instant;
    is_regular = place.is_exact;
  }
  std::vector<EndColumn> all;
  for (int i = 0; i < count; i++) all.push_back(to_column(columns[i]));
  for (int i = 1; i < count; i++) is_regular = is_regular && all[i].kind == EndKind::kMinimum;
  if (is_regular) return end;
  end.rank = 1;
  end.columns = std::move(all);
  return end;
}

std::vector<Oid> types_of(const std::vector<KeyColumn>& key) {
  std::vector<Oid> types;
  for (const KeyColumn& column : key) types.push_back(column.type);
  return types;
}

std::vector<PgsEnd> from_columns(const End& end) {
  std::vector<PgsEnd> columns;
  for (const EndColumn& column : end.columns) {
    columns.push_back({to_kind(column.kind), 0, column.value.c_str(), false});
  }
  return columns;
}

void rank_beside_each_other(std::vector<End*>& ends, const ParentFacts& facts) {
  const std::vector<Oid> types = types_of(facts.key);
  auto order = [&facts, &types](const End* a, const End* b) {
    return pg::call(pgs_compare_ends, facts.parent.oid, types.data(), from_columns(*a).data(),
                    from_columns(*b).data(), static_cast<int>(types.size()));
  };
  // An operator class may be of the owner's own making.
  const auto acting = pg::Acting::as_owner(facts.owner);
  std::sort(ends.begin(), ends.end(), [&order](auto a, auto b) { return order(a, b) < 0; });
  for (std::size_t i = 1; i < ends.size(); i++) {
    const int before = ends[i - 1]->rank;
    ends[i]->rank = order(ends[i - 1], ends[i]) == 0 ? before : before + 1;
  }
}

}  // namespace

Bound to_bound(const PgsBound& bound, const std::optional<Axis>& axis) {
  if (bound.is_default) return DefaultSlot{};
  if (bound.strategy == 'h') return HashSlot{bound.modulus, bound.remainder};
  if (bound.strategy == 'r') {
    return Range{to_end(bound.lower, bound.columns, axis.value()),
                 to_end(bound.upper, bound.columns, axis.value())};
  }
  ListValues list;
  for (int i = 0; i < bound.value_count; i++) {
    const char* value = bound.values[i];
    list.values.push_back(value == nullptr ? std::optional<std::string>() : value);
  }
  return list;
}

std::optional<Range> read_range(const std::string& bounds, const ParentFacts& facts,
                                const std::optional<Axis>& axis) {
  if (!axis) return std::nullopt;
  const std::vector<Oid> types = types_of(facts.key);
  const PgsBound* bound =
      pg::call(pgs_read_range, bounds.c_str(), types.data(), static_cast<int>(types.size()));
  if (bound == nullptr) return std::nullopt;
  return std::get<Range>(to_bound(*bound, axis));
}

void rank_ends(Inventory& inventory, const ParentFacts& facts) {
  std::map<Point, std::vector<End*>> between;
  auto add = [&between](Range& range) {
    for (End* end : {&range.lower, &range.upper}) {
      if (end->rank > 0) between[end->value].push_back(end);
    }
  };
  for (Partition& partition : inventory.partitions) {
    if (auto* range = std::get_if<Range>(&partition.bound)) add(*range);
  }
  for (RetiredTable& table : inventory.retired) {
    if (table.range) add(*table.range);
  }
  for (auto& [position, ends] : between) {
    if (ends.size() > 1) rank_beside_each_other(ends, facts);
  }
}

}  // namespace pgscale::catalog
