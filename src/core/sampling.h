#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/calendar.h"
#include "core/usage.h"

namespace pgscale {

// History is kept as differences: what was counted between two samples. Sums of rows are then sums
// over time, also where partitions come and go, and nothing is ever computed over a reset.

// When a sample is taken. Times are of the clock of the policies, which can be moved.
struct SampleTime {
  Micros at = 0;
  // The sample before; empty where its counters cannot be compared with those of now.
  std::optional<Micros> previous;
  bool frame = false;  // whether every table is to be written
};

// What was counted so far for one object, as the server tells it now.
struct Measured {
  std::int64_t object = 0;
  std::int64_t root = 0;  // where its difference is added; the object itself when it is no part
  Activity activity;
  double ms = 0;  // queries
  std::int64_t bytes = 0;
  std::int64_t live_rows = 0;
  std::int64_t dead_rows = 0;
};

// The same at the last sample that wrote it down.
struct Baseline {
  Activity activity;
  double ms = 0;
  std::int64_t bytes = 0;
  // Start of the first interval that changed it and was passed over for more important ones.
  std::optional<Micros> pending_since;
  // Since when nothing it counted was missed, where that is later than the start of the series:
  // the first sample that saw it, or that saw it reset.
  std::optional<Micros> observed_since;
};
// A root whose parts are measured has one too, without figures.
using Baselines = std::unordered_map<std::int64_t, Baseline>;

// A row of history.
struct SampleRow {
  std::int64_t object = 0;
  std::optional<double> seconds;  // length of the interval; empty: nothing could be compared
  Activity activity;              // only with seconds
  double ms = 0;
  std::int64_t bytes = 0;
  std::int64_t live_rows = 0;
  std::int64_t dead_rows = 0;
};

// At most so many rows a sample; the most active come first, the others wait and lose nothing.
struct SampleLimits {
  std::size_t whole = 0;  // objects that are no part of another, but those with parts
  std::size_t parts = 0;  // parts get rows of their own as far as there is room
};

struct Sampled {
  std::vector<SampleRow> whole;
  std::vector<SampleRow> parts;
  std::vector<std::pair<std::int64_t, Baseline>> baselines;  // that are new or differ
  std::vector<std::int64_t> gone;  // baselines of objects that are no more
};

[[nodiscard]] Sampled sample(const std::vector<Measured>& objects, const Baselines& before,
                             const SampleTime& time, const SampleLimits& limits);

// Counters of one scope that have names.
using Counters = std::map<std::string, double>;

// What each counted since; those that did not count are left out. Empty when one of them fell.
[[nodiscard]] std::optional<Counters> difference(const Counters& now, const Counters& before);

// What must be the same at two samples for their counters to be of one series.
struct SampleState {
  Micros at = 0;
  Micros real_at = 0;
  std::string cluster;         // system identifier and timeline
  std::string relation_epoch;  // reset of this database's statistics
  std::string query_epoch;     // reset of pg_stat_statements
  std::int64_t frame_day = 0;  // of the last frame, in days since 2000-01-01 UTC
  Micros series_start = 0;     // the first sample of those that can be compared
};

[[nodiscard]] std::int64_t day_of(Micros moment);

// Of two samples: the time of the second, comparable or not, and a frame on the first of each day.
[[nodiscard]] SampleTime sample_time(const std::optional<SampleState>& before,
                                     const SampleState& now);

// When the next sample is wanted, in real time; empty when none is to be taken.
[[nodiscard]] std::optional<Micros> next_sample(const std::optional<SampleState>& before,
                                                Micros interval);

}  // namespace pgscale
