#include "core/report.h"

#include "core/report_parts.h"
#include "core/report_style.h"
#include "core/units.h"

namespace pgscale {
namespace {

std::vector<Chapter> chapters_of(const ReportData& data) {
  return {health_chapter(data),   partitions_chapter(data), sizes_chapter(data),
          forecast_chapter(data), cache_chapter(data),      bloat_chapter(data),
          lag_chapter(data),      queries_chapter(data),    runs_chapter(data)};
}

Html document_head(const ReportHead& head) {
  Html html(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      // Whatever a name may hold, the page runs nothing and asks nobody for anything.
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"generator\" content=\"pgscale\">\n<title>");
  html << Text{head.database} << ": pgscale report of " << Text{zoned_text(head, head.period.to)}
       << "</title>\n"
       << report_style() << "</head>\n";
  return html;
}

void add_figure(Html& list, const char* name, const std::string& value, const std::string& more) {
  list << "<div><dt>" << Text{name} << "</dt><dd>" << Text{value};
  if (!more.empty()) list << "<span>" << Text{more} << "</span>";
  list << "</dd></div>";
}

void add_size(Html& list, const ReportData& data) {
  if (!data.head.database_bytes) return;
  std::string more;
  if (data.sizes.total.size() > 1) {
    more = bytes_change_text(data.sizes.total.back().value - data.sizes.total.front().value) +
           " in the period";
  }
  add_figure(list, "Database", bytes_text(*data.head.database_bytes), more);
}

void add_partitions(Html& list, const ReportData& data) {
  std::int64_t partitions = 0;
  for (const ReportedSet& set : data.sets) {
    partitions += static_cast<std::int64_t>(set.lane.partitions.size()) + (set.has_default ? 1 : 0);
  }
  add_figure(list, "Partitions", count_text(static_cast<double>(partitions)),
             "in " + counted(static_cast<std::int64_t>(data.sets.size()), "set", "sets"));
}

void add_cache(Html& list, const ReportData& data) {
  const double asked = data.cache.hit_bytes + data.cache.read_bytes;
  if (asked > 0) {
    add_figure(list, "Cache hit", percent_text(100 * data.cache.hit_bytes / asked),
               "in the period");
  } else if (data.cache.pct_since_reset) {
    add_figure(list, "Cache hit", percent_text(*data.cache.pct_since_reset),
               "since the last reset");
  }
}

void add_lag(Html& list, const ReportData& data) {
  const auto& receivers = data.replication.receivers;
  if (receivers.empty()) return;
  double most = 0;
  bool is_known = true;
  for (const Receiver& receiver : receivers) {
    is_known = is_known && receiver.seconds;
    if (receiver.seconds) most = std::max(most, *receiver.seconds);
  }
  add_figure(list, "Lag", is_known ? duration_text(most) : "not known",
             counted(static_cast<std::int64_t>(receivers.size()), "receiver", "receivers"));
}

void add_runs(Html& list, const ReportData& data) {
  std::int64_t all = 0;
  std::int64_t not_ok = 0;
  for (const OutcomeCount& count : data.maintenance.counts) {
    all += count.runs;
    if (count.outcome != "ok") not_ok += count.runs;
  }
  add_figure(list, "Maintenance", counted(all, "step", "steps"),
             not_ok == 0 ? "" : count_text(static_cast<double>(not_ok)) + " not ok");
}

Html page_header(const ReportData& data) {
  const ReportHead& head = data.head;
  Html html("<header><p class=\"eyebrow\">pgscale report</p><h1>");
  html << Text{head.database} << "</h1><p class=\"meta\">"
       << Text{zoned_text(head, head.period.from)} << " to "
       << Text{zoned_text(head, head.period.to)} << " (" << Text{head.zone_name}
       << ") &middot; PostgreSQL " << Text{head.server}
       << (head.is_standby ? Html(", standby") : Html(", primary"))
       << "</p>\n<dl class=\"figures\">";
  add_size(html, data);
  add_partitions(html, data);
  add_cache(html, data);
  add_lag(html, data);
  add_runs(html, data);
  html << "</dl></header>\n";
  return html;
}

Html navigation(const std::vector<Chapter>& chapters) {
  Html html("<nav aria-label=\"Sections\">");
  for (const Chapter& chapter : chapters) {
    html << "<a href=\"#" << Text{chapter.id} << "\">" << shape(chapter.tone) << Text{chapter.title}
         << "</a>";
  }
  html << "</nav>\n";
  return html;
}

Html section(const Chapter& chapter, const std::vector<Notice>& notices) {
  Html html("<section id=\"");
  html << Text{chapter.id} << "\" aria-labelledby=\"" << Text{chapter.id} << "-title\">\n<h2 id=\""
       << Text{chapter.id} << "-title\">" << Text{chapter.title} << "</h2>\n";
  if (!chapter.lead.empty()) html << "<p class=\"lead\">" << chapter.lead << "</p>\n";
  bool is_explained = false;
  for (const Notice& notice : notices) {
    if (notice.section != chapter.section) continue;
    html << "<p class=\"notice\">" << Text{notice.text} << "</p>\n";
    is_explained = true;
  }
  // Where a notice says why there is nothing, the sentence for emptiness would be a guess.
  if (!is_explained || !chapter.lead.empty()) html << chapter.body;
  html << "</section>\n";
  return html;
}

Html page_footer(const ReportHead& head) {
  Html html("<footer>Made by <code>pgscale.report()</code> at ");
  html << Text{zoned_text(head, head.made_at)} << " for role " << object_name(head.role) << ". ";
  if (!head.sees_all) {
    html << "This role sees what it owns; a member of <code>pg_read_all_stats</code> sees all. ";
  }
  html << "Times are of zone " << Text{head.zone_name} << "; 1 kB is 1024 bytes.</footer>\n";
  return html;
}

}  // namespace

Html report_page(const ReportData& data) {
  const std::vector<Chapter> chapters = chapters_of(data);
  Html page = document_head(data.head);
  page << "<body>\n"
       << report_shapes() << "<div class=\"page\">\n"
       << page_header(data) << navigation(chapters) << "<main>\n";
  for (const Chapter& chapter : chapters) page << section(chapter, data.notices);
  page << "</main>\n" << page_footer(data.head) << "</div>\n</body>\n</html>\n";
  return page;
}

}  // namespace pgscale
