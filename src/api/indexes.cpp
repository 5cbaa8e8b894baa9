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

PgsCell yes_or_no(bool value) { return cell(std::int64_t{value}); }

// The indexes of these tables with what they are for.
struct Purposes {
  std::vector<IndexDefinition> indexes;
  OidMap<const IndexDefinition*> by_oid;
  std::unordered_map<Oid, Oid> redundant = redundant_indexes(indexes);
  std::unordered_set<Oid> supporting = supporting_indexes(indexes, catalog::observe_foreign_keys());

  explicit Purposes(std::vector<Oid> tables)
      : indexes(catalog::observe_indexes(std::move(tables))) {
    by_oid.reserve(indexes.size());
    for (const IndexDefinition& index : indexes) by_oid[index.index] = &index;
  }
};

void index_usage(PgsCall* call) {
  std::optional<Purposes> found;
  catalog::ObservedIndexes observed;
  const Database database =
      catalog::observe_database(Subject::kIndexes, Measures::kAll, [&](const Database& known) {
        found.emplace(tables_of_whole_indexes(known));
        pg::Session session(pg::Venue::kFunction);
        observed = catalog::ObservedIndexes::load();
        session.end();
      });
  const Purposes& purposes = found.value();
  catalog::KnownNames schemas = catalog::schema_names();
  catalog::KnownNames methods = catalog::method_names();
  catalog::ColumnLister lister;
  pg::ResultRows result(call);
  for (const IndexUsage& usage : pgscale::index_usage(database)) {
    const auto* definition = purposes.by_oid.find(usage.index);
    if (definition == nullptr) continue;  // came while we looked
    const IndexDefinition& index = **definition;
    const auto instead = purposes.redundant.find(index.index);
    const Identity& identity = usage.identity;
    result.add(Row{relation(index.index),
                   cell(schemas[identity.schema]),
                   cell(identity.name),
                   relation(identity.owner),
                   cell(methods[identity.method]),
                   relation(usage.root),
                   relation(index.table),
                   cell(usage.leaves),
                   cell(usage.bytes),
                   cell(usage.activity.scans),
                   cell(usage.scanned_at),
                   cell(observed.since(index.index)),
                   cell(lister.columns(index)),
                   yes_or_no(index.is_valid),
                   yes_or_no(index.is_ready),
                   yes_or_no(index.is_unique),
                   yes_or_no(index.is_primary),
                   yes_or_no(index.is_exclusion),
                   yes_or_no(index.is_replica_identity),
                   yes_or_no(!index.predicate.empty()),
                   yes_or_no(index.is_constraint),
                   yes_or_no(purposes.supporting.count(index.index) > 0),
                   relation(instead == purposes.redundant.end() ? 0 : instead->second)});
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
