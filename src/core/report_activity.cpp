#include <algorithm>

#include "core/report_parts.h"
#include "core/units.h"

namespace pgscale {
namespace {

constexpr std::size_t kQueryCharacters = 500;

Tone tone_of_lag(std::string_view status) {
  if (status == "caught_up") return Tone::kGood;
  if (status == "behind" || status == "starting") return Tone::kPlain;
  if (status == "paused") return Tone::kWarning;
  if (status == "disconnected" || status == "lost") return Tone::kBad;
  return Tone::kUnknown;
}

Tone tone_of_outcome(std::string_view outcome) {
  if (outcome == "ok") return Tone::kGood;
  if (outcome == "running") return Tone::kPlain;
  if (outcome == "refused") return Tone::kWarning;
  return Tone::kBad;
}

Tone tone_of_slot(const Slot& slot) {
  if (slot.wal_status == "lost") return Tone::kBad;
  if (slot.wal_status == "unreserved" || !slot.is_active) return Tone::kWarning;
  return Tone::kGood;
}

Html seconds_text(const std::optional<double>& seconds) {
  return seconds ? plain(duration_text(*seconds)) : soft("not known");
}

Html known_bytes(const std::optional<double>& bytes) {
  return bytes ? plain(bytes_text(*bytes)) : soft("not known");
}

Html receivers_table(const ReportData& data) {
  Table table("Receivers of WAL", {{"Receiver"},
                                   {"Status"},
                                   {"Behind", Align::kNumber},
                                   {"WAL behind", Align::kNumber},
                                   {"Explanation"}});
  for (const Receiver& receiver : data.replication.receivers) {
    Html name = object_name(receiver.name);
    name << below(receiver.kind + (receiver.address.empty() ? "" : ", " + receiver.address));
    std::string status = receiver.status;
    std::replace(status.begin(), status.end(), '_', ' ');
    Html words = plain(receiver.explanation);
    if (receiver.since) words << below("since " + zoned_text(data.head, *receiver.since));
    table.add({name, mark(tone_of_lag(receiver.status), status), seconds_text(receiver.seconds),
               known_bytes(receiver.bytes), words});
  }
  return table.html();
}

Html slots_table(const std::vector<Slot>& slots) {
  Table table(
      "Replication slots",
      {{"Slot"}, {"State"}, {"WAL kept", Align::kNumber}, {"Until it is lost", Align::kNumber}});
  for (const Slot& slot : slots) {
    Html name = object_name(slot.name);
    name << below(slot.type);
    Html state = mark(tone_of_slot(slot), slot.is_active ? "in use" : "nobody uses it");
    const bool is_usual = slot.wal_status.empty() || slot.wal_status == "reserved";
    state << below(is_usual ? std::string() : "WAL " + slot.wal_status) << below(slot.invalidation);
    table.add({name, state, known_bytes(slot.retained_bytes),
               slot.safe_bytes ? plain(bytes_text(*slot.safe_bytes)) : soft("no limit")});
  }
  return table.html();
}

Html outcome_counts(const Maintenance& maintenance) {
  Html lead;
  for (const OutcomeCount& count : maintenance.counts) {
    if (!lead.empty()) lead << " &nbsp; ";
    lead << mark(tone_of_outcome(count.outcome), std::to_string(count.runs) + " " + count.outcome);
  }
  return lead;
}

Html runs_table(const ReportData& data) {
  Table table("Maintenance runs", {{"Step"},
                                   {"Outcome"},
                                   {"Started", Align::kNumber},
                                   {"Took", Align::kNumber},
                                   {"Asked for by"}});
  for (const MaintenanceRun& run : data.maintenance.runs) {
    Html step;
    step << Text{run.action} << " " << object_name(run.partition.empty() ? run.set : run.partition);
    step << below(run.message);
    Html outcome = mark(tone_of_outcome(run.outcome), run.outcome);
    outcome << below(run.sqlstate);
    table.add({step, outcome, plain(zoned_text(data.head, run.started_at)),
               run.seconds ? plain(duration_text(*run.seconds)) : Html(), plain(run.who)});
  }
  return table.html();
}

}  // namespace

Chapter lag_chapter(const ReportData& data) {
  Chapter chapter{Section::kLag, "lag", "Lag", Tone::kPlain, {}, {}};
  const Replication& replication = data.replication;
  const bool is_empty = replication.receivers.empty() && replication.slots.empty();
  if (is_empty) {
    chapter.body
        << "<p class=\"empty\">No standby, no logical receiver and no slot: nothing can lag "
           "behind. A standby that has no slot and is gone leaves no trace but its history.</p>\n";
  }
  for (const Receiver& receiver : replication.receivers) {
    chapter.tone = worse(chapter.tone, tone_of_lag(receiver.status));
  }
  for (const Slot& slot : replication.slots) {
    chapter.tone = worse(chapter.tone, tone_of_slot(slot));
  }
  const auto receivers = static_cast<std::int64_t>(replication.receivers.size());
  const auto caught_up =
      std::count_if(replication.receivers.begin(), replication.receivers.end(),
                    [](const Receiver& receiver) { return receiver.status == "caught_up"; });
  if (receivers > 0) {
    chapter.lead << strong(std::to_string(caught_up) + " of " + std::to_string(receivers))
                 << (receivers == 1 ? Html(" receiver of WAL has") : Html(" receivers of WAL have"))
                 << " everything.";
    chapter.body << receivers_table(data);
  }
  if (!replication.replay_seconds.empty()) {
    const Series series{"Replay lag", Quantity::kSeconds, Missing::kGap,
                        replication.replay_seconds};
    chapter.body << figure("Replay lag, the largest of all standbys",
                           duration_text(series.points.back().value) + " at the end",
                           line_plot(series, data.head.period, data.head.zone));
  }
  if (!replication.slots.empty()) {
    chapter.body << "<h3>Replication slots</h3>\n" << slots_table(replication.slots);
  }
  return chapter;
}

Chapter queries_chapter(const ReportData& data) {
  Chapter chapter{Section::kQueries, "queries", "Top queries", Tone::kPlain, {}, {}};
  if (data.queries.top.empty()) {
    chapter.body << "<p class=\"empty\">No statement has been counted. Statements are counted by "
                    "<code>pg_stat_statements</code>, which must be preloaded and created in this "
                    "database.</p>\n";
    return chapter;
  }
  chapter.lead << "The statements of this database by the time they took in all";
  if (data.queries.since) {
    chapter.lead << " since " << Text{zoned_text(data.head, *data.queries.since)};
  }
  chapter.lead << ".";
  Table table("Top queries", {{"Statement"},
                              {"Time", Align::kNumber},
                              {"Share", Align::kBar},
                              {"Calls", Align::kNumber},
                              {"Mean", Align::kNumber},
                              {"Rows", Align::kNumber},
                              {"Cache hit", Align::kNumber}});
  for (const TopQuery& query : data.queries.top) {
    Html statement;
    if (query.text.empty()) {
      statement << soft("text not shown to this role");
    } else {
      statement << "<code class=\"query\">" << Text{shortened(query.text, kQueryCharacters)}
                << "</code>";
    }
    statement << below(query.role);
    table.add({statement, plain(duration_text(query.total_seconds)),
               query.share_pct ? bar(*query.share_pct / 100) : Html(),
               plain(count_text(query.calls)), plain(duration_text(query.mean_seconds)),
               query.rows ? plain(count_text(*query.rows)) : Html(),
               query.hit_pct ? plain(percent_text(*query.hit_pct)) : Html()});
  }
  chapter.body << table.html();
  return chapter;
}

Chapter runs_chapter(const ReportData& data) {
  Chapter chapter{Section::kRuns, "runs", "Maintenance runs", Tone::kPlain, {}, {}};
  const Maintenance& maintenance = data.maintenance;
  if (maintenance.runs.empty()) {
    chapter.body << "<p class=\"empty\">Nothing had to be done in this period";
    if (maintenance.last_before) {
      chapter.body << "; the last step was taken at "
                   << Text{zoned_text(data.head, *maintenance.last_before)} << ", "
                   << Text{away_text(data.head.made_at, *maintenance.last_before)};
    }
    chapter.body << ".</p>\n";
    return chapter;
  }
  std::int64_t all = 0;
  for (const OutcomeCount& count : maintenance.counts) {
    all += count.runs;
    chapter.tone = worse(chapter.tone, tone_of_outcome(count.outcome));
  }
  chapter.lead = outcome_counts(maintenance);
  chapter.body << runs_table(data);
  const auto shown = static_cast<std::int64_t>(maintenance.runs.size());
  if (all > shown) {
    chapter.body << "<p class=\"more\">The newest " << shown << " of " << all
                 << "; the others are in <code>pgscale.runs</code>.</p>\n";
  }
  return chapter;
}

}  // namespace pgscale
