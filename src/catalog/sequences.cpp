#include "catalog/sequences.h"

#include <unordered_map>
#include <utility>

#include "pg/call.h"
#include "shim/catalog.h"
#include "shim/sequences.h"

namespace pgscale::catalog {
namespace {

const char* why_unknown(PgsSequenceKind kind) {
  switch (kind) {
    case PGS_SEQUENCE_READ: break;
    case PGS_SEQUENCE_MISSING: return "sequence does not exist";
    case PGS_SEQUENCE_NOT_ALLOWED: return "permission denied for sequence";
    case PGS_SEQUENCE_LOCKED: return "sequence is being changed by another session";
    case PGS_SEQUENCE_TEMPORARY: return "temporary sequence of another session";
    case PGS_SEQUENCE_UNLOGGED: return "unlogged sequence, which a standby does not have";
  }
  return "";
}

ColumnKind kind_of(const PgsColumn& column) {
  switch (column.base_type) {
    case PGS_TYPE_SMALLINT: return ColumnKind::kSmallint;
    case PGS_TYPE_INTEGER: return ColumnKind::kInteger;
    default: return column.has_precision ? ColumnKind::kNumeric : ColumnKind::kUnlimited;
  }
}

using ColumnNumber = std::pair<Oid, int>;

std::unordered_map<Oid, ColumnNumber> columns_of_defaults() {
  const PgsColumnDefault* defaults = nullptr;
  const std::int64_t count = pg::call(pgs_column_defaults, &defaults);
  std::unordered_map<Oid, ColumnNumber> columns;
  columns.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; i++) {
    columns.emplace(defaults[i].column_default,
                    ColumnNumber(defaults[i].relation, defaults[i].column));
  }
  return columns;
}

}  // namespace

SequenceState read_sequence(Oid sequence) {
  PgsSequence read{};
  pg::call(pgs_read_sequence, sequence, &read);
  if (read.kind != PGS_SEQUENCE_READ) return {std::nullopt, false, why_unknown(read.kind)};
  return {read.last_value, read.is_called, {}};
}

std::vector<SequenceUse> load_sequence_uses() {
  const auto defaults = columns_of_defaults();
  const PgsSequenceLink* links = nullptr;
  const std::int64_t count = pg::call(pgs_sequence_links, &links);
  std::vector<SequenceUse> uses;
  uses.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; i++) {
    ColumnNumber place(links[i].relation, links[i].column);
    const bool owned = links[i].column_default == 0;
    if (!owned) {
      const auto found = defaults.find(links[i].column_default);
      if (found == defaults.end()) continue;
      place = found->second;
    }
    PgsColumn column{};
    if (!pg::call(pgs_column, place.first, place.second, &column)) continue;
    uses.push_back({links[i].sequence, place.first, place.second, owned,
                    range_of(kind_of(column), column.digits), column.name, column.type});
  }
  return uses;
}

}  // namespace pgscale::catalog
