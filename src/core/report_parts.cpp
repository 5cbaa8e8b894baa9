#include "core/report_parts.h"

#include <algorithm>

#include "core/units.h"

namespace pgscale {
namespace {

Html class_of(Tone tone) {
  switch (tone) {
    case Tone::kGood: return Html("good");
    case Tone::kWarning: return Html("warning");
    case Tone::kBad: return Html("bad");
    case Tone::kUnknown: return Html("unknown");
    case Tone::kPlain: break;
  }
  return Html("plain");
}

Html class_of(Align align) {
  switch (align) {
    case Align::kNumber: return Html(" class=\"n\"");
    case Align::kBar: return Html(" class=\"b\"");
    case Align::kText: break;
  }
  return {};
}

}  // namespace

Tone worse(Tone a, Tone b) { return std::max(a, b); }

Tone tone_of_status(std::string_view status) {
  if (status == "ok") return Tone::kGood;
  if (status == "warning") return Tone::kWarning;
  if (status == "critical") return Tone::kBad;
  return Tone::kUnknown;
}

Html shape(Tone tone) {
  Html svg("<svg class=\"shape ");
  svg << class_of(tone) << "\" aria-hidden=\"true\" width=\"10\" height=\"10\"><use href=\"#"
      << class_of(tone) << "\"/></svg>";
  return svg;
}

Html mark(Tone tone, std::string_view word) {
  Html html("<span class=\"mark ");
  html << class_of(tone) << "\">" << shape(tone) << Text{word} << "</span>";
  return html;
}

Table::Table(std::string_view caption, std::vector<Column> columns)
    : caption_(caption), columns_(std::move(columns)) {}

void Table::add(const std::vector<Html>& cells) {
  rows_ << "<tr>";
  for (std::size_t i = 0; i < cells.size(); i++) {
    if (i == 0) {
      rows_ << "<th scope=\"row\">" << cells[i] << "</th>";
      continue;
    }
    rows_ << "<td" << class_of(columns_[i].align);
    if (!cells[i].empty()) rows_ << " data-h=\"" << Text{columns_[i].title} << "\"";
    rows_ << ">" << cells[i] << "</td>";
  }
  rows_ << "</tr>\n";
}

Html Table::html() const {
  Html table("<table><caption>");
  table << Text{caption_} << "</caption><thead><tr>";
  for (const Column& column : columns_) {
    table << "<th scope=\"col\"" << class_of(column.align) << ">" << Text{column.title} << "</th>";
  }
  table << "</tr></thead><tbody>\n" << rows_ << "</tbody></table>\n";
  return table;
}

Html object_name(std::string_view name) {
  Html html("<code>");
  html << Text{name} << "</code>";
  return html;
}

Html strong(std::string_view text) {
  Html html("<strong>");
  html << Text{text} << "</strong>";
  return html;
}

Html soft(std::string_view text) {
  Html html("<span class=\"soft\">");
  html << Text{text} << "</span>";
  return html;
}

Html below(std::string_view text) {
  if (text.empty()) return {};
  Html html("<span class=\"below\">");
  html << Text{text} << "</span>";
  return html;
}

Html figure(std::string_view title, std::string_view reading, const Html& plot) {
  Html html("<figure><figcaption>");
  html << strong(title) << " " << soft(reading) << "</figcaption>" << plot << "</figure>\n";
  return html;
}

std::string counted(std::int64_t count, std::string_view one, std::string_view several) {
  return count_text(static_cast<double>(count)) + " " + std::string(count == 1 ? one : several);
}

std::string zoned_text(const ReportHead& head, Micros instant) {
  return time_text(head.zone.to_local(instant));
}

std::string away_text(Micros now, Micros instant) {
  const double seconds = static_cast<double>(instant - now) / static_cast<double>(kMicrosPerSecond);
  return seconds > 0 ? "in " + coarse_text(seconds) : coarse_text(-seconds) + " ago";
}

Html no_history(std::string_view of_what) {
  Html html("<p class=\"empty\">No history of ");
  html << Text{of_what}
       << " in this period: it begins once the library is preloaded and "
          "<code>pgscale.sample_interval</code> is not 0.</p>\n";
  return html;
}

}  // namespace pgscale
