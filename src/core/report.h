#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/calendar.h"
#include "core/html.h"
#include "core/lane.h"
#include "core/plot.h"

namespace pgscale {

// What report() shows, as it was read; empty is not known. Sizes are bytes, times are instants,
// percents 0 to 100.

// The sections, in the order of the page.
enum class Section {
  kHealth,
  kPartitions,
  kSizes,
  kForecast,
  kCache,
  kBloat,
  kLag,
  kQueries,
  kRuns
};

struct ReportHead {
  std::string database;
  std::string server;  // its version
  std::string role;    // whose rights decide what the report shows
  bool sees_all = false;
  bool is_standby = false;
  std::string zone_name;
  Zone zone = Zone::utc();
  Period period{};
  Micros now = 0;      // by the clock of the policies
  Micros made_at = 0;  // in real time
  std::optional<double> database_bytes;
};

struct HealthCheck {
  std::string check;   // as in view health
  std::string status;  // ok, warning, critical or unknown
  std::string object;  // the worst
  std::int64_t others = 0;
  std::string meaning;
  std::string evidence;
  std::optional<Micros> since;
  std::string action;
};

// A partition set with its partitions in order; those that are detached are not among them.
struct ReportedSet {
  std::string name;
  std::string method;
  std::string interval;   // range
  std::string retention;  // range; empty: for ever
  std::string retire;
  Lane lane;
  bool has_default = false;
  std::optional<double> default_rows;
  std::optional<double> default_bytes;
  std::size_t detached = 0;  // tables that still exist
  double detached_bytes = 0;
  bool is_paused = false;
  bool is_quarantined = false;
  std::optional<Micros> hold_until;
  std::int64_t failures = 0;
  std::string last_error;
};

// A table with all its partitions, indexes and TOAST.
struct SizedTable {
  std::string name;
  std::optional<std::int64_t> partitions;
  double bytes = 0;
  std::optional<double> change;  // since the first sample of the period
  std::optional<double> per_day;
  std::vector<Measurement> sizes;  // as often as it changed
};

struct Sizes {
  std::vector<Measurement> total;
  std::vector<SizedTable> tables;  // the largest first
};

struct ForecastLine {
  std::string resource;
  std::string object;
  bool is_known = true;
  Quantity quantity = Quantity::kCount;
  std::optional<double> used;
  std::optional<double> limit;
  std::optional<double> used_pct;
  std::optional<double> per_day;
  std::optional<Micros> eta;  // empty: never, or too far away to be told
  std::optional<Micros> eta_low;
  std::optional<Micros> eta_high;
  std::string confidence;  // high, medium or low
  std::string note;
};

struct CachedRelation {
  std::string name;
  double hit_bytes = 0;
  double read_bytes = 0;
};

struct CacheUse {
  std::vector<Measurement> hit_pct;  // of the database
  double hit_bytes = 0;              // in the period
  double read_bytes = 0;
  std::optional<double> pct_since_reset;
  std::vector<CachedRelation> relations;  // those that read most in the period
};

struct BloatedRelation {
  std::string name;
  std::string kind;
  double bytes = 0;
  double bloat_bytes = 0;
  double pct = 0;
  double low_pct = 0;
  double high_pct = 0;
};

struct BloatFound {
  std::int64_t measured = 0;
  std::int64_t unknown = 0;
  double bytes = 0;  // of all that were measured
  double bloat_bytes = 0;
  std::vector<BloatedRelation> worst;
};

struct Receiver {
  std::string kind;
  std::string name;
  std::string address;
  std::string status;  // as in view lag
  std::optional<double> bytes;
  std::optional<double> seconds;
  std::optional<Micros> since;
  std::string explanation;
};

struct Slot {
  std::string name;
  std::string type;
  bool is_active = false;
  std::string wal_status;
  std::optional<double> retained_bytes;
  std::optional<double> safe_bytes;
  std::string invalidation;
};

struct Replication {
  std::vector<Receiver> receivers;
  std::vector<Slot> slots;
  std::vector<Measurement> replay_seconds;  // the largest of all standbys
};

struct TopQuery {
  std::string text;  // empty: not for this role
  std::string role;
  double calls = 0;
  double total_seconds = 0;
  double mean_seconds = 0;
  std::optional<double> share_pct;  // of the time of all queries
  std::optional<double> rows;
  std::optional<double> hit_pct;
};

struct Queries {
  std::vector<TopQuery> top;    // by their time, the longest first
  std::optional<Micros> since;  // they are counted
};

struct MaintenanceRun {
  std::int64_t id = 0;
  Micros started_at = 0;
  std::optional<double> seconds;
  std::string set;
  std::string partition;
  std::string action;
  std::string who;
  std::string outcome;  // as in view runs
  std::string sqlstate;
  std::string message;
};

struct OutcomeCount {
  std::string outcome;
  std::int64_t runs = 0;
};

struct Maintenance {
  std::vector<OutcomeCount> counts;   // of the period
  std::vector<MaintenanceRun> runs;   // the newest of it, newest first
  std::optional<Micros> last_before;  // when nothing ran in it
};

// Why a section is not complete: an error, or how to get what it lacks.
struct Notice {
  Section section;
  std::string text;
};

struct ReportData {
  ReportHead head;
  std::vector<HealthCheck> health;
  std::vector<ReportedSet> sets;
  Sizes sizes;
  std::vector<ForecastLine> forecast;
  CacheUse cache;
  BloatFound bloat;
  Replication replication;
  Queries queries;
  Maintenance maintenance;
  std::vector<Notice> notices;
};

// The page: HTML 5 with its style and plots inside, without scripts, and forbidden to load
// anything.
[[nodiscard]] Html report_page(const ReportData& data);

}  // namespace pgscale
