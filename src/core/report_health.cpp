#include <algorithm>

#include "core/report_parts.h"

namespace pgscale {
namespace {

std::int64_t count_of(const std::vector<HealthCheck>& checks, Tone tone) {
  return std::count_if(checks.begin(), checks.end(), [tone](const HealthCheck& check) {
    return tone_of_status(check.status) == tone;
  });
}

// "2 critical, 1 warning, 14 ok."
Html health_lead(const std::vector<HealthCheck>& checks) {
  static constexpr struct {
    Tone tone;
    const char* word;
  } kWords[] = {{Tone::kBad, "critical"},
                {Tone::kWarning, "warning"},
                {Tone::kUnknown, "unknown"},
                {Tone::kGood, "ok"}};
  Html lead;
  for (const auto& entry : kWords) {
    const std::int64_t count = count_of(checks, entry.tone);
    if (count == 0) continue;
    if (!lead.empty()) lead << " &nbsp; ";
    lead << mark(entry.tone, std::to_string(count) + " " + entry.word);
  }
  return lead;
}

// "default_rows" as a heading: Default rows.
std::string title_of(std::string check) {
  std::replace(check.begin(), check.end(), '_', ' ');
  if (!check.empty() && check[0] >= 'a' && check[0] <= 'z') check[0] -= 'a' - 'A';
  return check;
}

Html objects(const HealthCheck& check) {
  if (check.object.empty()) return {};
  Html html = object_name(check.object);
  if (check.others > 0) html << " " << soft("and " + counted(check.others, "other", "others"));
  return html;
}

Html open_check(const ReportHead& head, const HealthCheck& check) {
  Html item("<li><div>");
  item << mark(tone_of_status(check.status), check.status) << "</div><div><p>"
       << strong(title_of(check.check)) << " &nbsp;" << objects(check) << "</p><p>"
       << Text{check.evidence};
  if (check.since) {
    item << " <span class=\"soft together\">since " << Text{zoned_text(head, *check.since)} << ", "
         << Text{away_text(head.made_at, *check.since)} << "</span>";
  }
  item << "</p>";
  if (!check.action.empty()) {
    item << "<p class=\"soft\">" << Text{check.action} << "</p>";
  }
  item << "</div></li>\n";
  return item;
}

Html closed_checks(const std::vector<HealthCheck>& checks) {
  Table table("Checks that are ok", {{"Check"}, {"What it looks at"}, {"The worst"}});
  for (const HealthCheck& check : checks) {
    if (tone_of_status(check.status) != Tone::kGood) continue;
    Html worst = objects(check);
    if (!worst.empty()) worst << below(check.evidence);
    table.add({plain(title_of(check.check)), plain(check.meaning), worst});
  }
  Html details("<details><summary>");
  details << Text{counted(count_of(checks, Tone::kGood), "check is ok", "checks are ok")}
          << "</summary>" << table.html() << "</details>\n";
  return details;
}

}  // namespace

Chapter health_chapter(const ReportData& data) {
  Chapter chapter{Section::kHealth, "health", "Health", Tone::kPlain, {}, {}};
  if (data.health.empty()) {
    chapter.body << "<p class=\"empty\">No check has been made.</p>\n";
    return chapter;
  }
  for (const HealthCheck& check : data.health) {
    chapter.tone = worse(chapter.tone, tone_of_status(check.status));
  }
  chapter.lead = health_lead(data.health);
  Html items;
  for (Tone tone : {Tone::kBad, Tone::kWarning, Tone::kUnknown}) {
    for (const HealthCheck& check : data.health) {
      if (tone_of_status(check.status) == tone) items << open_check(data.head, check);
    }
  }
  if (!items.empty()) chapter.body << "<ul class=\"checks\">\n" << items << "</ul>\n";
  if (count_of(data.health, Tone::kGood) > 0) chapter.body << closed_checks(data.health);
  return chapter;
}

}  // namespace pgscale
