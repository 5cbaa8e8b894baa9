#include "catalog/table_parts.h"

#include <algorithm>
#include <tuple>

#include "core/usage.h"
#include "pg/call.h"
#include "shim/relations.h"
#include "shim/table_parts.h"

namespace pgscale::catalog {
namespace {

template <typename T>
std::optional<T> unless_below(T lowest, T value) {
  return value < lowest ? std::nullopt : std::optional<T>(value);
}

std::optional<Micros> unless_never(std::int64_t moment) {
  return moment == 0 ? std::nullopt : std::optional<Micros>(moment);
}

AutovacuumSettings settings_of(const PgsAutovacuum& from) {
  AutovacuumSettings settings;
  settings.enabled = from.enabled;
  settings.threshold = unless_below(-1, from.threshold);
  settings.max_threshold = unless_below(-1, from.max_threshold);
  settings.insert_threshold = unless_below(-1, from.insert_threshold);
  settings.analyze_threshold = unless_below(-1, from.analyze_threshold);
  settings.scale = unless_below(0.0, from.scale);
  settings.insert_scale = unless_below(0.0, from.insert_scale);
  settings.analyze_scale = unless_below(0.0, from.analyze_scale);
  settings.freeze_max_age = unless_below(-1, from.freeze_max_age);
  settings.multixact_freeze_max_age = unless_below(-1, from.multixact_freeze_max_age);
  return settings;
}

TablePart part_of(const PgsTablePart& from) {
  TablePart part;
  part.oid = from.relation;
  part.is_toast = from.relkind == 't';
  part.is_temporary = from.temporary;
  part.is_analyzed = from.analyzed;
  if (from.has_settings) part.settings = settings_of(from.settings);
  part.pages = from.pages;
  part.frozen_pages = from.frozen_pages;
  part.rows_estimate = unless_below(0.0F, from.rows);
  part.xid_age = unless_below(std::int64_t{0}, from.xid_age);
  part.multixact_age = unless_below(std::int64_t{0}, from.multixact_age);
  part.live_rows = from.live_rows;
  part.dead_rows = from.dead_rows;
  part.inserted_rows = from.inserted_rows;
  part.changed_rows = from.modified_rows;
  part.vacuumed_at = unless_never(from.vacuumed_at);
  part.analyzed_at = unless_never(from.analyzed_at);
  return part;
}

// What is above each partition. Children by inheritance are tables of their own.
Links parents_of(const PgsTablePart* parts, std::int64_t count) {
  OidSet partitions;
  for (std::int64_t i = 0; i < count; i++) {
    if (parts[i].partition) partitions.insert(parts[i].relation);
  }
  const PgsRelationLink* links = nullptr;
  const std::int64_t children = pg::call(pgs_parents, &links);
  Links parents;
  for (std::int64_t i = 0; i < children; i++) {
    if (partitions.contains(links[i].relation)) parents[links[i].relation] = links[i].whole;
  }
  return parents;
}

}  // namespace

std::vector<TablePart> load_table_parts() {
  const PgsTablePart* from = nullptr;
  const std::int64_t count = pg::call(pgs_table_parts, &from);
  const Links parents = parents_of(from, count);
  OidMap<const PgsTablePart*> tables;  // of TOAST tables
  for (std::int64_t i = 0; i < count; i++) {
    if (from[i].toast != 0) tables[from[i].toast] = &from[i];
  }
  std::vector<TablePart> parts;
  parts.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; i++) {
    if (from[i].relkind == 'p') continue;
    TablePart part = part_of(from[i]);
    const auto* table = tables.find(part.oid);
    const PgsTablePart& whole = table == nullptr ? from[i] : **table;
    part.root = root_of(parents, whole.relation);
    // A TOAST table with settings of its own takes none from its table.
    if (!from[i].has_settings && whole.has_settings) part.settings = settings_of(whole.settings);
    parts.push_back(part);
  }
  std::sort(parts.begin(), parts.end(), [](const TablePart& left, const TablePart& right) {
    return std::tie(left.is_toast, left.oid) < std::tie(right.is_toast, right.oid);
  });
  return parts;
}

AutovacuumSettings server_autovacuum() {
  PgsAutovacuum server{};
  pg::call(pgs_autovacuum, &server);
  return settings_of(server);
}

}  // namespace pgscale::catalog
