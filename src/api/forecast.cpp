#include "catalog/forecast.h"

#include <algorithm>
#include <cstdio>
#include <tuple>

#include "catalog/zones.h"
#include "pg/arguments.h"
#include "pg/contain.h"
#include "pg/server.h"
#include "pg/session.h"

namespace pgscale::api {
namespace {

using catalog::Resource;

pg::Value decimal(double number) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.2f", number);
  return std::string(buffer);
}

pg::Value seconds(Micros length) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.17g", static_cast<double>(length) / kMicrosPerSecond);
  return std::string(buffer);
}

pg::Value instant(std::optional<Micros> at) {
  if (!at) return std::nullopt;
  return catalog::timestamptz_text(*at);
}

pg::Value used_percent(const Resource& resource) {
  if (!resource.from_zero || !resource.current || resource.limit.value_or(0) == 0) {
    return std::nullopt;
  }
  return decimal(100.0 * static_cast<double>(*resource.current) /
                 static_cast<double>(*resource.limit));
}

pg::Value rate_per_day(const Resource& resource) {
  const auto& left = resource.forecast.change_per_day;
  if (!left) return std::nullopt;
  return decimal(resource.direction == Direction::kUp ? 0 - *left : *left);
}

std::vector<pg::Value> row(const Resource& resource, Micros now) {
  const Forecast& forecast = resource.forecast;
  return {resource.resource,
          resource.object,
          pg::from_int(resource.current),
          pg::from_int(resource.limit),
          resource.unit,
          used_percent(resource),
          rate_per_day(resource),
          instant(forecast.at),
          instant(forecast.earliest),
          instant(forecast.latest),
          forecast.at ? seconds(*forecast.at - now) : std::nullopt,
          forecast.confidence ? pg::Value(text(*forecast.confidence)) : std::nullopt,
          forecast.observed ? seconds(*forecast.observed) : std::nullopt,
          forecast.known ? "ok" : "unknown",
          forecast.note.empty() ? pg::Value() : pg::Value(forecast.note)};
}

// What runs out first comes first.
bool sooner(const Resource& a, const Resource& b) {
  if (a.forecast.at && b.forecast.at && *a.forecast.at != *b.forecast.at) {
    return *a.forecast.at < *b.forecast.at;
  }
  if (a.forecast.at.has_value() != b.forecast.at.has_value()) return a.forecast.at.has_value();
  return std::tie(a.resource, a.object) < std::tie(b.resource, b.object);
}

void forecast_rows(PgsCall* call) {
  const Micros now = pg::policy_now();
  pg::Session session(pg::Venue::kFunction);
  std::vector<Resource> resources = catalog::forecast_resources(now);
  session.end();
  std::sort(resources.begin(), resources.end(), sooner);
  pg::ResultRows result(call);
  for (const Resource& resource : resources) result.add(row(resource, now));
}

}  // namespace
}  // namespace pgscale::api

extern "C" bool body_pgscale_forecast_rows(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_forecast_rows(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::forecast_rows(call); });
}
