#include "apply/sampler.h"

#include "apply/maintenance.h"
#include "catalog/drift.h"
#include "catalog/drift_watch.h"
#include "catalog/health.h"
#include "catalog/policies.h"
#include "catalog/receivers.h"
#include "catalog/relations.h"
#include "catalog/sampling.h"
#include "catalog/state.h"
#include "pg/server.h"
#include "shim/session.h"

namespace pgscale::apply {
namespace {

using catalog::NamedCounters;

// A day of these, each five minutes, stays well below 50 MB in a database of 5,000 busy tables.
constexpr SampleLimits kTables{150, 50};
constexpr SampleLimits kIndexes{100, 0};
constexpr SampleLimits kQueries{50, 0};
constexpr std::int64_t kSequences = 100;

// To compare so many partitions with their parents takes about a tenth of a second.
constexpr std::size_t kWatchedPartitions = 500;

catalog::PolicyRow history_policy() {
  catalog::PolicyRow row;
  row.interval = "1 day";
  row.premake = 2;
  row.origin = "2000-01-01 00:00:00+00";
  row.retention = "30 days";
  row.retire = "drop";
  return row;
}

// The set is managed from its first sample on, under a policy that alter_parent() can change.
void manage_history(pg::Session& session, Oid history, const std::string& requester) {
  if (!catalog::load_policy(history)) {
    if (catalog::insert_policy(history, history_policy())) catalog::create_state(history, true);
    session.commit();
  }
  (void)maintain(session, history, requester);
}

std::vector<Measured> measured(const std::vector<TableUsage>& tables) {
  std::vector<Measured> result;
  result.reserve(tables.size());
  for (const TableUsage& table : tables) {
    if (table.kind == RelationKind::kForeign) continue;
    result.push_back({table.table, table.root, table.activity, 0, table.bytes(), table.live_rows,
                      table.dead_rows});
  }
  return result;
}

std::vector<Measured> measured_indexes(const Database& database) {
  std::vector<Measured> result;
  const std::vector<bool> chosen = within(database, Subject::kIndexes, std::nullopt);
  for (std::size_t i = 0; i < chosen.size(); i++) {
    const RelationFacts& index = database.relations[i];
    if (!chosen[i] || index.kind != RelationKind::kIndex) continue;
    result.push_back(
        {index.oid, root_of(database.parents, index.oid), index.activity, 0, index.bytes, 0, 0});
  }
  return result;
}

void sample_scope(const catalog::ScopeNames& scopes, const std::vector<Measured>& objects,
                  const SampleTime& time, const SampleLimits& limits) {
  const Sampled sampled = sample(objects, catalog::load_baselines(scopes.whole), time, limits);
  catalog::write_samples(scopes, sampled, time);
}

void sample_relations(const SampleTime& time) {
  const Database database = catalog::observe_database(Subject::kDatabase, Measures::kAll);
  sample_scope({"table", "leaf"}, measured(table_usage(database)), time, kTables);
  // A frame is about sizes: indexes are in those of their tables.
  SampleTime without_frame = time;
  without_frame.frame = false;
  sample_scope({"index", ""}, measured_indexes(database), without_frame, kIndexes);
}

void sample_queries(SampleTime time, bool is_comparable) {
  if (!is_comparable) time.previous.reset();
  time.frame = false;
  sample_scope({"query", ""}, catalog::observe_queries(), time, kQueries);
}

void sample_counters(const SampleTime& time) {
  const std::vector<NamedCounters> before = catalog::load_counter_baselines();
  for (const NamedCounters& now : catalog::observe_counters()) {
    std::optional<Counters> counted;
    for (const NamedCounters& base : before) {
      const bool same = base.scope == now.scope && base.object == now.object;
      if (same && time.previous && base.epoch == now.epoch) {
        counted = difference(now.counters, base.counters);
      }
    }
    catalog::write_counters(now, counted, time);
  }
  catalog::write_gauges(time);
}

void write_sample() {
  const auto acting = pg::Acting::as_extension();
  const auto before = catalog::load_sample_state();
  SampleState now = catalog::observe_sample_state(pg::policy_now(), pg::real_now());
  const SampleTime time = sample_time(before, now);
  if (!time.previous) catalog::forget_baselines();
  now.frame_day = time.frame || !before ? day_of(now.at) : before->frame_day;
  now.series_start = time.previous ? before->series_start : now.at;
  sample_relations(time);
  sample_queries(time, before && before->query_epoch == now.query_epoch);
  catalog::write_sequences(time, kSequences);
  sample_counters(time);
  catalog::note_receivers();
  catalog::save_sample_state(now);
}

// Health tells of drift, and is to cost nothing; so the sets are looked at here, by turns.
void watch_drift() {
  const auto sets = catalog::load_watched_sets();
  for (const Oid parent : sets_to_look_at(sets, kWatchedPartitions)) {
    catalog::record_drift(parent, summary_of(catalog::look_for_drift(parent, pg::current_user())));
  }
}

// The views that judge what has just been written; one that fails must not cost the sample.
void note_health() {
  const auto trouble = pg::attempt([] { catalog::record_health(); });
  if (trouble) pg::call(pgs_log, ("could not record health: " + trouble->message).c_str());
}

}  // namespace

bool take_sample(pg::Session& session, const std::string& requester) {
  const Oid history = catalog::history_table();
  manage_history(session, history, requester);
  if (!pg::call(pgs_claim_in_transaction, history)) return false;
  write_sample();
  watch_drift();
  note_health();
  session.commit();
  return true;
}

std::optional<Micros> next_sample() {
  const Micros interval = pg::sample_interval().count() * kMicrosPerSecond;
  if (interval == 0) return std::nullopt;
  const auto acting = pg::Acting::as_extension();
  return pgscale::next_sample(catalog::load_sample_state(), interval);
}

}  // namespace pgscale::apply
