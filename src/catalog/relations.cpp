#include "catalog/relations.h"

#include <initializer_list>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/file_sizes.h"
#include "pg/server.h"
#include "pg/setting_scope.h"
#include "shim/file_sizes.h"
#include "shim/relations.h"

namespace pgscale::catalog {
namespace {

RelationKind kind_of(char relkind) {
  switch (relkind) {
    case 't': return RelationKind::kToast;
    case 'i': return RelationKind::kIndex;
    case 'p': return RelationKind::kPartitionedTable;
    case 'I': return RelationKind::kPartitionedIndex;
    case 'f': return RelationKind::kForeign;
    default: return RelationKind::kTable;
  }
}

std::optional<Micros> unless_never(std::int64_t moment) {
  return moment == 0 ? std::nullopt : std::optional<Micros>(moment);
}

RelationFacts facts_of(const PgsRelation& relation) {
  RelationFacts facts;
  facts.oid = relation.relation;
  facts.kind = kind_of(relation.relkind);
  facts.is_partition = relation.partition;
  facts.toast = relation.toast;
  if (relation.rows >= 0) facts.rows_estimate = relation.rows;
  return facts;
}

void add_statistics(RelationFacts& facts, const PgsRelation& relation) {
  facts.activity.hit = relation.hit;
  facts.activity.read = relation.read;
  facts.activity.scans = relation.scans;
  facts.activity.rows_read = relation.rows_read;
  facts.activity.rows_fetched = relation.rows_fetched;
  facts.activity.inserted = relation.inserted;
  facts.activity.updated = relation.updated;
  facts.activity.deleted = relation.deleted;
  facts.activity.hot_updated = relation.hot_updated;
  facts.live_rows = relation.live_rows;
  facts.dead_rows = relation.dead_rows;
  facts.modified_rows = relation.modified_rows;
  facts.vacuumed_at = unless_never(relation.vacuumed_at);
  facts.analyzed_at = unless_never(relation.analyzed_at);
  facts.scanned_at = unless_never(relation.scanned_at);
}

// Children by inheritance are tables of their own: only partitions are a part of their parent.
void add_partitions(Database& database, const PgsRelationLink* links, std::int64_t count) {
  OidSet partitions;
  for (const RelationFacts& facts : database.relations) {
    if (facts.is_partition) partitions.insert(facts.oid);
  }
  for (std::int64_t i = 0; i < count; i++) {
    if (!partitions.contains(links[i].relation)) continue;
    database.parents[links[i].relation] = links[i].whole;
    if (links[i].detaching) database.detaching.insert(links[i].relation);
  }
}

Database database_of(const PgsRelation* relations, std::int64_t count) {
  Database database;
  database.relations.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; i++) {
    database.relations.push_back(facts_of(relations[i]));
  }
  const PgsRelationLink* links = nullptr;
  const std::int64_t indexes = pg::call(pgs_index_tables, &links);
  database.index_tables.reserve(static_cast<std::size_t>(indexes));
  for (std::int64_t i = 0; i < indexes; i++) {
    database.index_tables[links[i].relation] = links[i].whole;
  }
  const std::int64_t children = pg::call(pgs_parents, &links);
  add_partitions(database, links, children);
  return database;
}

// The relations as the server gives them, and what the core makes of them, in the same order.
struct Observation {
  Observation(const char* except_schema, bool toast)
      : count(pg::call(pgs_relations, except_schema, toast, &relations)),
        database(database_of(relations, count)) {}

  PgsRelation* relations = nullptr;
  std::int64_t count;
  Database database;

  void measure(const std::vector<bool>& wanted, Measures measures) {
    if (measures != Measures::kStatistics) {
      add_sizes(measures == Measures::kTableSizesAndStatistics ? tables_of(wanted) : wanted);
    }
    if (measures != Measures::kSizes) add_statistics(wanted);
  }

  void keep(const std::vector<bool>& wanted) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < wanted.size(); i++) {
      if (wanted[i]) database.relations[kept++] = database.relations[i];
    }
    database.relations.resize(kept);
  }

 private:
  void add_sizes(const std::vector<bool>& wanted) {
    std::vector<PgsFile> files;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < wanted.size(); i++) {
      if (!wanted[i] || relations[i].file == 0) continue;
      files.push_back({relations[i].tablespace, relations[i].file, 0});
      places.push_back(i);
    }
    pg::call(pgs_measure_files, files.data(), static_cast<std::int64_t>(files.size()),
             helpers_for(files.size(), pg::parallel_help()));
    for (std::size_t i = 0; i < files.size(); i++) {
      database.relations[places[i]].bytes = files[i].bytes;
    }
  }

  void add_statistics(const std::vector<bool>& wanted) {
    for (std::size_t i = 0; i < wanted.size(); i++) relations[i].wanted = wanted[i];
    // Each relation is asked for once, and there may be tens of thousands.
    using Settings = std::initializer_list<pg::SettingScope::Setting>;
    std::optional<pg::SettingScope> uncached;
    if (pg::call(pgs_statistics_are_cached)) {
      uncached.emplace(Settings{{"stats_fetch_consistency", "none"}});
    }
    pg::call(pgs_add_statistics, relations, count);
    for (std::size_t i = 0; i < wanted.size(); i++) {
      if (wanted[i]) catalog::add_statistics(database.relations[i], relations[i]);
    }
  }

  [[nodiscard]] std::vector<bool> tables_of(std::vector<bool> wanted) const {
    for (std::size_t i = 0; i < wanted.size(); i++) {
      wanted[i] = wanted[i] && database.relations[i].kind == RelationKind::kTable;
    }
    return wanted;
  }
};

}  // namespace

Database observe_database(Subject subject, Measures measures, std::optional<Oid> below) {
  const bool toast = subject == Subject::kDatabase || subject == Subject::kPartitionTrees;
  Observation observed("pgscale", toast);
  const std::vector<bool> wanted = within(observed.database, subject, below);
  observed.measure(wanted, measures);
  observed.keep(wanted);
  return std::move(observed.database);
}

Database observe_tables(const std::unordered_set<Oid>& tables) {
  Observation observed(nullptr, true);
  const std::vector<bool> wanted = within_tables(observed.database, tables);
  observed.measure(wanted, Measures::kSizes);
  observed.keep(wanted);
  return std::move(observed.database);
}

Database observe_largest(std::size_t count) {
  Observation observed("pgscale", true);
  observed.measure(within(observed.database, Subject::kDatabase, std::nullopt), Measures::kSizes);
  const std::vector<bool> wanted = within_largest(observed.database, count);
  observed.measure(wanted, Measures::kStatistics);
  observed.keep(wanted);
  return std::move(observed.database);
}

}  // namespace pgscale::catalog
