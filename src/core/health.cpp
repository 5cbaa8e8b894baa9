#include "core/health.h"

#include <algorithm>
#include <cmath>

#include "core/failure.h"

namespace pgscale {
namespace {

constexpr std::optional<double> kNever = std::nullopt;
constexpr double kHour = 3600;
constexpr double kDay = 24 * kHour;
constexpr double kGigabyte = 1024.0 * 1024 * 1024;

std::vector<Check> all_checks() {
  return {
      {"schedule",
       "partitions",
       Bad::kHigh,
       {600, kHour},
       "seconds",
       "How long work of a partition set has been due and was not begun",
       "Preload pgscale, or call run_maintenance() from cron; see operations, \"Nothing happens at "
       "all\""},
      {"next_partition",
       "partitions",
       Bad::kLow,
       {0.5, 0},
       "intervals",
       "How far ahead of the present a set is covered; at 0 inserts fail",
       "See last_error in partition_sets, then CALL pgscale.run_maintenance()"},
      {"failing_set",
       "partitions",
       Bad::kHigh,
       {3, 10},
       "visits",
       "Visits in a row that left something undone in a set",
       "See last_error in partition_sets and pgscale.runs; plan() has the reason of a refusal"},
      {"pending_detach",
       "partitions",
       Bad::kHigh,
       {60, kHour},
       "seconds",
       "How long a partition has been half detached: its rows are not seen through the parent",
       "End the old transactions that pgscale.runs names as blockers; the next visit finalizes it"},
      {"quarantined_set",
       "partitions",
       Bad::kHigh,
       {kNever, 1},
       "sets",
       "Sets that are left alone after three crashes",
       "Find the cause in the server log, then pgscale.resume()"},
      {"held_set",
       "partitions",
       Bad::kHigh,
       {1, kNever},
       "sets",
       "Sets that are paused, or on hold after a restore or a promotion",
       "pgscale.resume() when it is meant to go on"},
      {"default_rows",
       "partitions",
       Bad::kHigh,
       {1, kNever},
       "tables",
       "Default partitions that hold rows; they stand in the way of new partitions",
       "CALL pgscale.drain_default(), or let maintenance do it with drain => true; see operations, "
       "\"A default partition, or none\""},
      {"drift",
       "partitions",
       Bad::kHigh,
       {1, 2},
       "severity",
       "Partitions that are otherwise than their parent wishes, and gaps between them: 1 where "
       "that "
       "is a warning, 2 where it is critical",
       "See pgscale.drift, then CALL pgscale.repair()"},
      {"invalid_index",
       "partitions",
       Bad::kHigh,
       {1, kNever},
       "indexes",
       "Indexes that are not valid and are not being built: queries do not use them, writes pay "
       "for them",
       "REINDEX INDEX CONCURRENTLY, or DROP INDEX CONCURRENTLY and make it anew"},
      {"unanalyzed_parent",
       "partitions",
       Bad::kHigh,
       {1, kNever},
       "tables",
       "Partitioned tables with rows that were never analyzed as a whole, which autovacuum never "
       "does",
       "ANALYZE the partitioned table"},
      {"history",
       "partitions",
       Bad::kHigh,
       {3, 12},
       "sample intervals",
       "Age of the last sample of the history; views and forecasts stand on it",
       "Preload pgscale, or CALL pgscale.take_sample() from cron"},
      {"replication_lag",
       "replication",
       Bad::kHigh,
       {30, 300},
       "seconds",
       "How far the slowest connected receiver is behind",
       "See pgscale.lag: network, disk or a long query on the standby"},
      {"replication_backlog",
       "replication",
       Bad::kHigh,
       {1 * kGigabyte, 10 * kGigabyte},
       "bytes",
       "WAL that the slowest receiver has not replayed",
       "See pgscale.lag: network, disk or a long query on the standby"},
      {"disconnected_standby",
       "replication",
       Bad::kHigh,
       {1, kNever},
       "receivers",
       "Standbys and subscribers with a slot and without a connection; on a standby the server "
       "itself",
       "Bring it back, or drop its slot: pg_drop_replication_slot()"},
      {"slot_retention",
       "replication",
       Bad::kHigh,
       {10 * kGigabyte, 50 * kGigabyte},
       "bytes",
       "WAL that a slot keeps from being removed",
       "Bring its receiver back or drop the slot; max_slot_wal_keep_size sets a limit"},
      {"lost_slot",
       "replication",
       Bad::kHigh,
       {kNever, 1},
       "slots",
       "Slots whose WAL is gone",
       "Drop the slot and build its standby or subscriber anew"},
      {"shard_unreachable",
       "shards",
       Bad::kHigh,
       {kNever, 1},
       "shards",
       "Shards that did not answer when they were last asked",
       "See error in pgscale.shards; statements that need the shard fail"},
      {"shard_drift",
       "shards",
       Bad::kHigh,
       {1, 2},
       "severity",
       "Tables on a shard that are otherwise than they are to be: 1 where that is a warning, 2 "
       "where it is critical",
       "See pgscale.shard_drift, then CALL pgscale.repair_shards()"},
      {"shard_lag",
       "shards",
       Bad::kHigh,
       {30, 300},
       "seconds",
       "How far the slowest standby of a shard is behind",
       "See pgscale.shards, and pgscale.lag or pg_stat_replication on the shard"},
      {"transaction_ids",
       "server",
       Bad::kHigh,
       {40, 75},
       "percent",
       "Age of the oldest transaction ID towards the point where the server refuses writes",
       "See pgscale.wraparound and pgscale.xmin_horizon; VACUUM (FREEZE) the oldest tables"},
      {"multixact_ids",
       "server",
       Bad::kHigh,
       {40, 75},
       "percent",
       "The same of multixact IDs",
       "See pgscale.wraparound; VACUUM (FREEZE) the oldest tables"},
      {"xmin_horizon",
       "server",
       Bad::kHigh,
       {kHour, 4 * kHour},
       "seconds",
       "How long somebody has held back VACUUM",
       "See pgscale.xmin_horizon: it names the holder and how to end it"},
      {"long_transaction",
       "server",
       Bad::kHigh,
       {30 * 60, 4 * kHour},
       "seconds",
       "Age of the oldest transaction of a client",
       "See pgscale.activity"},
      {"idle_in_transaction",
       "server",
       Bad::kHigh,
       {300, 1800},
       "seconds",
       "How long a session has been idle inside a transaction",
       "Mend the client, or set idle_in_transaction_session_timeout"},
      {"prepared_transaction",
       "server",
       Bad::kHigh,
       {kHour, kDay},
       "seconds",
       "Age of the oldest prepared transaction",
       "COMMIT PREPARED or ROLLBACK PREPARED, in its database"},
      {"blocked",
       "server",
       Bad::kHigh,
       {60, 300},
       "seconds",
       "How long a session has waited for a lock",
       "See pgscale.blocking: its remedy ends the one at the root"},
      {"connections",
       "server",
       Bad::kHigh,
       {80, 95},
       "percent",
       "Connections in use, of those that are not reserved",
       "Use a connection pooler; see pgscale.connections"},
      {"sequence",
       "server",
       Bad::kHigh,
       {75, 90},
       "percent",
       "Values given out by a sequence, of what it or the column that it feeds can hold",
       "Make column and sequence bigint; see pgscale.sequences"},
      {"disk_free",
       "server",
       Bad::kLow,
       {10, 5},
       "percent",
       "Free space of the file system of the data, of the WAL or of a tablespace",
       "Make room; see pgscale.growth and pgscale.replication_slots"},
      {"disk_full",
       "server",
       Bad::kLow,
       {7 * kDay, kDay},
       "seconds",
       "When a file system will be full if it goes on as in the last days",
       "Make room; see pgscale.forecast and pgscale.growth"},
      {"archiver",
       "server",
       Bad::kHigh,
       {1, kHour},
       "seconds",
       "How long archiving of WAL has failed",
       "See archive_command and the server log; WAL piles up until it succeeds"},
      {"checksum_failures",
       "server",
       Bad::kHigh,
       {kNever, 1},
       "pages",
       "Pages whose checksum was wrong",
       "Look for failing storage; restore what is damaged"},
      {"unsafe_settings",
       "server",
       Bad::kHigh,
       {kNever, 1},
       "settings",
       "Settings that lose data or statistics: fsync, full_page_writes, autovacuum, track_counts "
       "off",
       "Turn them on"},
      {"cache_hit",
       "load",
       Bad::kLow,
       {95, 85},
       "percent",
       "Blocks of this database found in the cache, in the window",
       "See pgscale.cache_hit and pgscale.missing_indexes; shared_buffers"},
      {"requested_checkpoints",
       "load",
       Bad::kHigh,
       {30, 80},
       "percent",
       "Checkpoints in the window that were forced by the amount of WAL",
       "Raise max_wal_size"},
      {"temp_files",
       "load",
       Bad::kHigh,
       {10.0 * 1024 * 1024, 100.0 * 1024 * 1024},
       "bytes per second",
       "Temporary files written in the window",
       "See pgscale.queries; work_mem for the statements that need it"},
      {"deadlocks",
       "load",
       Bad::kHigh,
       {1, 5},
       "per minute",
       "Deadlocks in the window",
       "Let transactions take their locks in one order; the server log has the statements"},
  };
}

}  // namespace

const char* text(HealthStatus status) {
  switch (status) {
    case HealthStatus::kOk: return "ok";
    case HealthStatus::kUnknown: return "unknown";
    case HealthStatus::kWarning: return "warning";
    case HealthStatus::kCritical: break;
  }
  return "critical";
}

// Never destroyed: the server's process ends without running destructors of libraries in order.
const std::vector<Check>& checks() {
  static const auto* const kChecks = new std::vector<Check>(all_checks());
  return *kChecks;
}

const Check& find_check(std::string_view name) {
  const auto found = std::find_if(checks().begin(), checks().end(),
                                  [&name](const Check& check) { return name == check.name; });
  if (found != checks().end()) return *found;
  throw Failure(Problem::kUndefinedObject, "there is no health check \"" + std::string(name) + "\"",
                {}, "See pgscale.threshold.");
}

HealthStatus judge(std::optional<double> value, const Threshold& threshold, Bad bad) {
  if (!value || std::isnan(*value)) return HealthStatus::kUnknown;
  const auto reached = [&](std::optional<double> limit) {
    return limit && (bad == Bad::kLow ? *value <= *limit : *value >= *limit);
  };
  if (reached(threshold.critical)) return HealthStatus::kCritical;
  return reached(threshold.warning) ? HealthStatus::kWarning : HealthStatus::kOk;
}

void validate(const Check& check, const Threshold& threshold) {
  const auto& [warning, critical] = threshold;
  for (const auto& limit : {warning, critical}) {
    if (limit && !std::isfinite(*limit)) {
      throw Failure(Problem::kInvalidParameter, "a threshold must be a finite number", {},
                    "NULL turns it off.");
    }
  }
  if (!warning || !critical || *warning == *critical) return;
  if ((*critical < *warning) != (check.bad == Bad::kLow)) {
    throw Failure(
        Problem::kInvalidParameter,
        std::string("critical must not come before warning in check \"") + check.name + "\"",
        std::string(check.bad == Bad::kLow ? "Low" : "High") +
            " values of this check are the bad ones.");
  }
}

}  // namespace pgscale
