#include <algorithm>

#include "core/report_parts.h"
#include "core/units.h"

namespace pgscale {
namespace {

std::string day_text(const ReportHead& head, Micros instant) {
  return zoned_text(head, instant).substr(0, 10);
}

// The days in which it may lie.
std::string range_text(const ReportHead& head, const ForecastLine& line) {
  if (!line.eta_low) return day_text(head, *line.eta);
  const std::string first = day_text(head, *line.eta_low);
  if (!line.eta_high) return first + " at the earliest";
  const std::string last = day_text(head, *line.eta_high);
  return first == last ? first : first + " to " + last;
}

Html end_of(const ReportHead& head, const ForecastLine& line) {
  if (!line.eta) return soft("not in sight");
  Html html = strong(away_text(head.now, *line.eta));
  html << below(range_text(head, line));
  if (!line.confidence.empty()) html << below("confidence " + line.confidence);
  return html;
}

Html quantity(Quantity kind, const std::optional<double>& value) {
  return value ? plain(quantity_text(kind, *value)) : Html();
}

Html resource(const ForecastLine& line) {
  Html name = plain(line.resource);
  name << below(line.object);
  return name;
}

Html known_table(const ReportData& data) {
  Table table("Forecast", {{"Resource"},
                           {"In use", Align::kNumber},
                           {"Limit", Align::kNumber},
                           {"Share", Align::kBar},
                           {"A day", Align::kNumber},
                           {"Used up", Align::kNumber}});
  for (const ForecastLine& line : data.forecast) {
    if (!line.is_known) continue;
    Html end = end_of(data.head, line);
    end << below(line.note);
    table.add({resource(line), quantity(line.quantity, line.used),
               quantity(line.quantity, line.limit),
               line.used_pct ? bar(*line.used_pct / 100) : Html(),
               quantity(line.quantity, line.per_day), end});
  }
  return table.html();
}

Html unknown_table(const ReportData& data) {
  Table table("What cannot be foretold", {{"Resource"}, {"In use", Align::kNumber}, {"Why"}});
  for (const ForecastLine& line : data.forecast) {
    if (line.is_known) continue;
    table.add({resource(line), quantity(line.quantity, line.used), plain(line.note)});
  }
  return table.html();
}

}  // namespace

Chapter forecast_chapter(const ReportData& data) {
  Chapter chapter{Section::kForecast, "forecast", "Forecast", Tone::kPlain, {}, {}};
  const auto known = std::count_if(data.forecast.begin(), data.forecast.end(),
                                   [](const ForecastLine& line) { return line.is_known; });
  const auto unknown = static_cast<std::int64_t>(data.forecast.size()) - known;
  if (known > 0) {
    chapter.lead << "When each resource is used up if it goes on as it did.";
    chapter.body << known_table(data);
  } else {
    chapter.body << "<p class=\"empty\">No forecast yet: most take a day of history.</p>\n";
  }
  if (unknown > 0) {
    chapter.body << "<details><summary>" << Text{counted(unknown, "is", "are")}
                 << " not known</summary>" << unknown_table(data) << "</details>\n";
  }
  return chapter;
}

}  // namespace pgscale
