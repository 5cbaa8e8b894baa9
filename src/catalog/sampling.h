#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/sampling.h"

namespace pgscale::catalog {

// Everything here reads and writes pgscale's own tables in the role of the extension.

// The partition set that holds the history.
[[nodiscard]] Oid history_table();

// The last sample, and what the server is like now.
[[nodiscard]] std::optional<SampleState> load_sample_state();
[[nodiscard]] SampleState observe_sample_state(Micros policy_now, Micros real_now);
void save_sample_state(const SampleState& state);
// Whether what the server counts of relations goes on from that sample: neither were the counters
// reset nor is it another server.
[[nodiscard]] bool relations_continue(const SampleState& last);

// What was measured last; forgotten as a whole when nothing of it can be compared.
[[nodiscard]] Baselines load_baselines(const std::string& scope);
void forget_baselines();

// pg_stat_statements for this database by queryid; empty where there is none.
[[nodiscard]] std::vector<Measured> observe_queries();

// Scopes of rows whose objects have parts have two names.
struct ScopeNames {
  std::string whole;
  std::string part;
};
void write_samples(const ScopeNames& scopes, const Sampled& sampled, const SampleTime& time);

// Counters by name of the server and of each database.
struct NamedCounters {
  std::string scope;
  std::int64_t object = 0;
  std::string epoch;
  Counters counters;
};
[[nodiscard]] std::vector<NamedCounters> observe_counters();
[[nodiscard]] std::vector<NamedCounters> load_counter_baselines();
// counted: empty where nothing could be compared.
void write_counters(const NamedCounters& now, const std::optional<Counters>& counted,
                    const SampleTime& time);
// Values of the server that are no counters, into its row of this sample.
void write_gauges(const SampleTime& time);

// Where sequences stand that will come to an end one day: those used by a tenth, and those that
// the key of a partition set comes from. What has not moved is left out, but for a frame.
void write_sequences(const SampleTime& time, std::int64_t most);

}  // namespace pgscale::catalog
