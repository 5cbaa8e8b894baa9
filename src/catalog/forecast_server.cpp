#include <algorithm>

#include "catalog/file_systems.h"
#include "catalog/forecast.h"

namespace pgscale::catalog {
namespace {

constexpr char kOfPrimary[] = "this is a standby, and the samples are those of the primary";

std::vector<Reading> gauge(const Question& question, const std::string& name) {
  const auto found = question.history.gauges.find(name);
  return found == question.history.gauges.end() ? std::vector<Reading>() : found->second;
}

std::optional<std::int64_t> newest(const std::vector<Reading>& readings) {
  if (readings.empty()) return std::nullopt;
  return readings.back().value;
}

// Used bytes at each time; a file system may have been enlarged in between.
std::vector<Reading> used_bytes(const Question& question, const std::string& file_system) {
  const std::string prefix = "disk/" + file_system;
  const std::vector<Reading> total = gauge(question, prefix + "/total_bytes");
  std::vector<Reading> used;
  auto size = total.begin();
  for (const Reading& free : gauge(question, prefix + "/free_bytes")) {
    while (size != total.end() && size->at < free.at) ++size;
    if (size != total.end() && size->at == free.at) {
      used.push_back({free.at, size->value - free.value});
    }
  }
  return used;
}

Forecast forecast_disk(const Question& question, const std::vector<Reading>& used,
                       std::optional<std::int64_t> size) {
  if (question.standby) return unknown_forecast(kOfPrimary);
  if (!size) return unknown_forecast("the file system cannot be read");
  return forecast_level(left_until(used, *size, Direction::kUp), question.terms);
}

// The sizes are those of the last sample; of this moment where there is none, or not of this
// server.
void append_disks(std::vector<Resource>& resources, const Question& question) {
  if (!question.reads_all_stats) {
    resources.push_back({"disk", "data", "bytes", {}, {}});
    resources.back().forecast = unknown_forecast("only a member of pg_read_all_stats may see it");
    return;
  }
  for (const FileSystem& found : file_systems()) {
    const std::vector<Reading> used = used_bytes(question, found.name);
    Resource disk{"disk", found.name, "bytes", {}, found.total_bytes};
    if (found.total_bytes) disk.current = *found.total_bytes - *found.free_bytes;
    if (!question.standby && !used.empty()) {
      disk.current = newest(used);
      disk.limit = newest(gauge(question, "disk/" + found.name + "/total_bytes"));
    }
    disk.forecast = forecast_disk(question, used, disk.limit);
    resources.push_back(disk);
  }
}

void append_connections(std::vector<Resource>& resources, const Question& question) {
  Resource connections{"connections", "server", "connections", {}, {}};
  if (question.standby) {
    connections.forecast = unknown_forecast(kOfPrimary);
    resources.push_back(connections);
    return;
  }
  const std::vector<Reading> readings = all_readings("connections", question.terms.now);
  const std::vector<Reading> maxima = daily_maxima(readings, question.terms.now);
  connections.current = newest(maxima.empty() ? readings : maxima);
  connections.limit = newest(gauge(question, "connections_usable"));
  connections.forecast = forecast_peaks(connections.limit ? readings : std::vector<Reading>(),
                                        connections.limit.value_or(0), question.terms);
  resources.push_back(connections);
}

// The failsafe is where VACUUM leaves out all else to freeze; see vacuum_xid_failsafe_check().
void append_ids(std::vector<Resource>& resources, const Question& question) {
  const auto row =
      pg::query(
          Sql("SELECT f.xid,"
              "       greatest(current_setting('vacuum_failsafe_age')::bigint, f.xid * 105 / 100),"
              "       f.mxid,"
              "       greatest(current_setting('vacuum_multixact_failsafe_age')::bigint,"
              "                f.mxid * 105 / 100)"
              "  FROM (SELECT current_setting('autovacuum_freeze_max_age')::bigint,"
              "               current_setting('autovacuum_multixact_freeze_max_age')::bigint)"
              "       f (xid, mxid)"))
          .front();
  const auto append = [&](const char* resource, const char* unit, const std::string& age_gauge,
                          const char* object, std::int64_t limit, std::int64_t freezes_at) {
    const std::vector<Reading> ages = gauge(question, age_gauge);
    Resource ids{resource, object, unit, newest(ages), limit};
    ids.forecast = forecast_ids(ages, limit, freezes_at, question.terms);
    resources.push_back(ids);
  };
  const std::int64_t xid_from = pg::to_int(row[0]);
  const std::int64_t mxid_from = pg::to_int(row[2]);
  append("transaction ids", "transactions", "xid_age", "failsafe", pg::to_int(row[1]), xid_from);
  append("transaction ids", "transactions", "xid_age", "stop", kStopAge, xid_from);
  append("multixact ids", "multixacts", "mxid_age", "failsafe", pg::to_int(row[3]), mxid_from);
  append("multixact ids", "multixacts", "mxid_age", "stop", kStopAge, mxid_from);
}

// A slot is lost beyond max_slot_wal_keep_size, or wal_keep_size where that is more; without a
// limit the WAL that it keeps fills the disk.
void append_slots(std::vector<Resource>& resources, const Question& question) {
  Resource slots{"replication slot", "furthest behind", "bytes", {}, {}};
  const std::vector<Reading> retained = gauge(question, "slot_retained_bytes");
  if (question.standby) {
    slots.forecast = unknown_forecast(kOfPrimary);
    resources.push_back(slots);
    return;
  }
  if (retained.empty() || retained.back().at != question.history.times.back()) return;
  slots.current = newest(retained);
  const auto row = pg::query(Sql("SELECT pg_size_bytes(current_setting('max_slot_wal_keep_size')),"
                                 "       pg_size_bytes(current_setting('wal_keep_size'))"))
                       .front();
  if (pg::to_int(row[0]) < 0) {
    slots.forecast =
        endless_forecast("max_slot_wal_keep_size sets no limit, so the WAL may fill its disk");
  } else {
    slots.limit = std::max(pg::to_int(row[0]), pg::to_int(row[1]));
    slots.forecast =
        forecast_level(left_until(retained, *slots.limit, Direction::kUp), question.terms);
  }
  resources.push_back(slots);
}

}  // namespace

void append_server_resources(std::vector<Resource>& resources, const Question& question) {
  append_disks(resources, question);
  append_connections(resources, question);
  append_ids(resources, question);
  append_slots(resources, question);
}

}  // namespace pgscale::catalog
