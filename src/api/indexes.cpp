#include <string>
#include <unordered_map>

#include "catalog/indexes.h"
#include "catalog/known_names.h"
#include "catalog/relation_history.h"
#include "catalog/relations.h"
#include "pg/arguments.h"
#include "pg/contain.h"
#include "pg/session.h"

namespace pgscale::api {
namespace {

using pg::cell;
using Row = std::vector<PgsCell>;

PgsCell relation(Oid oid) { return oid == 0 ? cell(std::nullopt) : cell(std::int64_t{oid}); }

// The indexes of these tables with what they are for.
struct Purposes {
  std::vector<IndexDefinition> indexes;
  std::vector<std::string> columns;  // of each of them
  OidMap<std::size_t> places;        // where each of them is
  std::unordered_map<Oid, Oid> redundant = redundant_indexes(indexes);
  std::unordered_set<Oid> supporting = supporting_indexes(indexes, catalog::observe_foreign_keys());

  explicit Purposes(std::vector<Oid> tables)
      : indexes(catalog::observe_indexes(std::move(tables))) {
    columns.reserve(indexes.size());
    places.reserve(indexes.size());
    for (std::size_t i = 0; i < indexes.size(); i++) {
      columns.emplace_back(catalog::index_columns(indexes[i]));
      places[indexes[i].index] = i;
    }
  }

  // One that does all that this one does; 0 for none.
  [[nodiscard]] Oid instead_of(Oid index) const {
    const auto found = redundant.find(index);
    return found == redundant.end() ? 0 : found->second;
  }
};

// What the history knows of indexes.
struct Past {
  catalog::RecentIndexes recent;
  catalog::ObservedIndexes observed;
  catalog::HistoryReader reader;

  Past() {
    pg::Session session(pg::Venue::kFunction);
    recent = catalog::RecentIndexes::load();
    observed = catalog::ObservedIndexes::load();
    session.end();
  }

  // Its figures of one index; NULLs where it has none for the reader.
  void append(Row& row, const IndexUsage& usage) {
    const bool is_visible = reader.may_see(usage.identity.owner);
    const bool is_known = is_visible && recent.window_s;
    const std::int64_t* scans = recent.scans.find(usage.index);
    row.push_back(cell(is_visible ? observed.since(usage.index) : std::nullopt));
    row.push_back(is_known ? cell(std::int64_t{scans == nullptr ? 0 : *scans})
                           : cell(std::nullopt));
    row.push_back(cell(is_known ? recent.window_s : std::nullopt));
    row.push_back(cell(is_known ? recent.since : std::nullopt));
  }
};

void append(Row& row, const IndexDefinition& index, const IndexUsage& usage) {
  for (const bool value : {is_unused(index, usage.activity.scans), index.is_valid, index.is_ready,
                           index.is_unique, index.is_primary, index.is_constraint,
                           index.is_replica_identity, !index.predicate.empty()}) {
    row.push_back(cell(std::int64_t{value}));
  }
}

void index_usage(PgsCall* call) {
  std::optional<Purposes> found;
  std::optional<Past> past;
  const Database database =
      catalog::observe_database(Subject::kIndexes, Measures::kAll, [&](const Database& known) {
        found.emplace(tables_of_whole_indexes(known));
        past.emplace();
      });
  const Purposes& purposes = found.value();
  catalog::KnownNames schemas = catalog::schema_names();
  catalog::KnownNames methods = catalog::method_names();
  pg::ResultRows result(call);
  Row row;
  for (const IndexUsage& usage : pgscale::index_usage(database)) {
    const std::size_t* place = purposes.places.find(usage.index);
    if (place == nullptr) continue;  // came while we looked
    const IndexDefinition& index = purposes.indexes[*place];
    const Identity& identity = usage.identity;
    row.assign({cell(schemas[identity.schema]), cell(identity.name), relation(index.index),
                relation(index.table), relation(usage.root), cell(methods[identity.method]),
                cell(purposes.columns[*place].c_str()), cell(usage.leaves), cell(usage.bytes),
                cell(usage.activity.scans), cell(past->recent.counted_since),
                cell(usage.scanned_at)});
    append(row, index, usage);
    row.push_back(cell(std::int64_t{purposes.supporting.count(index.index) > 0}));
    row.push_back(relation(purposes.instead_of(index.index)));
    past->append(row, usage);
    result.add(row);
  }
}

void unsupported_keys(PgsCall* call) {
  const std::vector<ForeignKey> keys = catalog::observe_foreign_keys();
  std::vector<Oid> tables;
  for (const ForeignKey& key : keys) tables.push_back(key.table);
  const std::vector<IndexDefinition> indexes = catalog::observe_indexes(std::move(tables));
  pg::ResultRows result(call);
  for (const Oid key : pgscale::unsupported_keys(indexes, keys)) result.add(Row{relation(key)});
}

}  // namespace
}  // namespace pgscale::api

extern "C" bool body_pgscale_index_usage(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_index_usage(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::index_usage(call); });
}

extern "C" bool body_pgscale_unsupported_keys(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_unsupported_keys(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::unsupported_keys(call); });
}
