#include "catalog/relations.h"

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

#include "catalog/file_survey.h"
#include "pg/call.h"
#include "pg/setting_scope.h"
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
  facts.identity = {relation.relkind, relation.schema, relation.owner, relation.method,
                    relation.name};
  facts.kind = kind_of(relation.relkind);
  facts.is_partition = relation.partition;
  facts.toast = relation.toast;
  if (relation.rows >= 0) facts.rows_estimate = relation.rows;
  return facts;
}

void add_statistics(RelationFacts& facts, const PgsStatistics& counted) {
  facts.activity.hit = counted.hit;
  facts.activity.read = counted.read;
  facts.activity.scans = counted.scans;
  facts.activity.rows_read = counted.rows_read;
  facts.activity.rows_fetched = counted.rows_fetched;
  facts.activity.inserted = counted.inserted;
  facts.activity.updated = counted.updated;
  facts.activity.deleted = counted.deleted;
  facts.activity.hot_updated = counted.hot_updated;
  facts.live_rows = counted.live_rows;
  facts.dead_rows = counted.dead_rows;
  facts.modified_rows = counted.modified_rows;
  facts.vacuumed_at = unless_never(counted.vacuumed_at);
  facts.analyzed_at = unless_never(counted.analyzed_at);
  facts.scanned_at = unless_never(counted.scanned_at);
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

// What is a part of what.
void add_links(Database& database) {
  const PgsRelationLink* links = nullptr;
  const std::int64_t indexes = pg::call(pgs_index_tables, &links);
  database.index_tables.reserve(static_cast<std::size_t>(indexes));
  for (std::int64_t i = 0; i < indexes; i++) {
    database.index_tables[links[i].relation] = links[i].whole;
  }
  pg::call(pgs_release, links);
  const std::int64_t children = pg::call(pgs_parents, &links);
  add_partitions(database, links, children);
  pg::call(pgs_release, links);
}

void add_statistics(const std::vector<RelationFacts*>& relations) {
  std::vector<Oid> oids;
  oids.reserve(relations.size());
  for (const RelationFacts* facts : relations) oids.push_back(facts->oid);
  std::vector<PgsStatistics> counted(relations.size());
  pg::call(pgs_statistics, oids.data(), static_cast<int>(oids.size()), counted.data());
  for (std::size_t i = 0; i < counted.size(); i++) {
    if (counted[i].counted) add_statistics(*relations[i], counted[i]);
  }
}

// The statistics of the relations that are wanted, of a handful at a time, which stay in the cache
// of the processor.
void add_statistics(Database& database, const std::vector<bool>& wanted) {
  constexpr std::size_t kHandful = 128;
  // Each relation is asked for once, and there may be tens of thousands.
  using Settings = std::initializer_list<pg::SettingScope::Setting>;
  std::optional<pg::SettingScope> uncached;
  if (pg::call(pgs_statistics_are_cached)) {
    uncached.emplace(Settings{{"stats_fetch_consistency", "none"}});
  }
  std::vector<RelationFacts*> handful;
  for (std::size_t i = 0; i < wanted.size(); i++) {
    if (wanted[i]) handful.push_back(&database.relations[i]);
    if (handful.size() < kHandful && i + 1 < wanted.size()) continue;
    add_statistics(handful);
    handful.clear();
  }
}

// Those of `wanted` whose sizes are to be measured.
std::vector<bool> to_be_sized(const Database& database, std::vector<bool> wanted,
                              Measures measures) {
  const bool only_tables = measures == Measures::kTableSizesAndStatistics;
  for (std::size_t i = 0; i < wanted.size(); i++) {
    if (measures == Measures::kStatistics) wanted[i] = false;
    if (only_tables && database.relations[i].kind != RelationKind::kTable) wanted[i] = false;
  }
  return wanted;
}

// Bytes that a view takes for each relation, in all that it makes of them.
constexpr std::size_t kBytesOfOne = 512;

}  // namespace

// The relations, and where the file of each is, in the same order.
struct Observation {
  Observation(const char* except_schema, bool toast) {
    PgsRelation* relations = nullptr;
    const std::int64_t count = pg::call(pgs_relations, except_schema, toast, &relations);
    database.relations.reserve(static_cast<std::size_t>(count));
    files_.reserve(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; i++) {
      database.relations.push_back(facts_of(relations[i]));
      files_.push_back({relations[i].tablespace, relations[i].file, 0});
    }
    pg::call(pgs_release, relations);
    pg::call(pgs_keep_freed, static_cast<std::size_t>(count) * kBytesOfOne);
  }

  Database database;

  // Once; to be called where a choice among the relations depends on it, else by measure().
  void link() {
    if (!is_linked_) add_links(database);
    is_linked_ = true;
  }

  // From here on helpers may look for the sizes.
  void begin_sizes(const std::vector<bool>& wanted, Measures measures) {
    survey_.emplace(files_of(to_be_sized(database, wanted, measures)));
  }

  void finish_sizes() {
    const std::vector<PgsFile>& files = survey_->finish();
    for (std::size_t i = 0; i < files.size(); i++) {
      database.relations[places_[i]].bytes = files[i].bytes;
    }
    survey_.reset();
  }

  void measure(const std::vector<bool>& wanted, Measures measures,
               const Meanwhile& meanwhile = {}) {
    begin_sizes(wanted, measures);
    link();
    if (measures != Measures::kSizes) add_statistics(database, wanted);
    if (meanwhile) meanwhile(database);
    finish_sizes();
  }

  void keep(const std::vector<bool>& wanted) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < wanted.size(); i++) {
      if (wanted[i]) database.relations[kept++] = database.relations[i];
    }
    database.relations.resize(kept);
  }

 private:
  std::vector<PgsFile> files_of(const std::vector<bool>& wanted) {
    std::vector<PgsFile> files;
    places_.clear();
    const auto room = static_cast<std::size_t>(std::count(wanted.begin(), wanted.end(), true));
    files.reserve(room);
    places_.reserve(room);
    for (std::size_t i = 0; i < wanted.size(); i++) {
      if (!wanted[i] || files_[i].number == 0) continue;
      files.push_back(files_[i]);
      places_.push_back(i);
    }
    return files;
  }

  std::vector<PgsFile> files_;
  std::optional<FileSurvey> survey_;
  std::vector<std::size_t> places_;  // of what the survey looks for
  bool is_linked_ = false;
};

namespace {

// Of the largest ones that a LargestAhead looks for; nobody has taken it yet.
Observation* ahead = nullptr;

// The largest ones are known when the sizes are.
std::unique_ptr<Observation> begin_largest() {
  auto observed = std::make_unique<Observation>("pgscale", true);
  observed->begin_sizes(within(observed->database, Subject::kDatabase, std::nullopt),
                        Measures::kSizes);
  return observed;
}

Database observe(Subject subject, Measures measures, std::optional<Oid> below,
                 const Meanwhile& meanwhile) {
  const bool of_trees = subject == Subject::kPartitionTrees;
  Observation observed("pgscale", of_trees || subject == Subject::kDatabase);
  if (of_trees) observed.link();
  const std::vector<bool> wanted = within(observed.database, subject, below);
  observed.measure(wanted, measures, meanwhile);
  observed.keep(wanted);
  return std::move(observed.database);
}

}  // namespace

Database observe_database(Subject subject, Measures measures, std::optional<Oid> below) {
  return observe(subject, measures, below, {});
}

Database observe_database(Subject subject, Measures measures, const Meanwhile& meanwhile) {
  return observe(subject, measures, std::nullopt, meanwhile);
}

Database observe_tables(const std::unordered_set<Oid>& tables) {
  Observation observed(nullptr, true);
  observed.link();
  const std::vector<bool> wanted = within_tables(observed.database, tables);
  observed.measure(wanted, Measures::kSizes);
  observed.keep(wanted);
  return std::move(observed.database);
}

Database observe_largest(std::size_t count) {
  std::unique_ptr<Observation> own;
  Observation* observed = std::exchange(ahead, nullptr);
  if (observed == nullptr) {
    own = begin_largest();
    observed = own.get();
  }
  observed->link();
  observed->finish_sizes();
  const std::vector<bool> wanted = within_largest(observed->database, count);
  add_statistics(observed->database, wanted);
  observed->keep(wanted);
  return std::move(observed->database);
}

LargestAhead::LargestAhead() : observed_(begin_largest()) { ahead = observed_.get(); }

LargestAhead::~LargestAhead() { ahead = nullptr; }

}  // namespace pgscale::catalog
