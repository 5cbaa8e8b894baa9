#include <algorithm>
#include <cstdlib>

#include "core/report_parts.h"
#include "core/units.h"

namespace pgscale {
namespace {

// Bars of all lanes together, so that the page stays small however many partitions there are.
constexpr std::size_t kMostLanes = 12;
constexpr std::size_t kBars = 480;
constexpr std::size_t kBarsOfOne = 200;
constexpr std::size_t kMostRows = 60;

struct Trouble {
  Tone tone;
  std::string text;
};

double bytes_of(const ReportedSet& set) {
  double sum = set.default_bytes.value_or(0);
  for (const LanePartition& partition : set.lane.partitions) sum += partition.bytes.value_or(0);
  return sum;
}

std::int64_t partitions_of(const ReportedSet& set) {
  return static_cast<std::int64_t>(set.lane.partitions.size()) + (set.has_default ? 1 : 0);
}

// The upper bound of the last partition; empty for a set that has none or ends with MAXVALUE.
std::optional<double> covered_until(const ReportedSet& set) {
  if (set.lane.scale == LaneScale::kPlaces || set.lane.partitions.empty()) return std::nullopt;
  return set.lane.partitions.back().upper;
}

std::string position_text(const Lane& lane, double position) {
  return lane.scale == LaneScale::kTime
             ? time_text(lane.zone.to_local(static_cast<Micros>(position)))
             : count_text(position);
}

// The width of a partition, or how far back they reach.
std::string stride_text(const Lane& lane, const std::string& stride) {
  if (lane.scale == LaneScale::kTime) return interval_text(stride);
  return count_text(std::strtod(stride.c_str(), nullptr));
}

void add_state(std::vector<Trouble>& troubles, const ReportHead& head, const ReportedSet& set) {
  if (set.is_quarantined) {
    troubles.push_back({Tone::kBad, "quarantined after crashes; pgscale.resume() tries it again"});
  }
  if (set.failures > 0) {
    troubles.push_back({Tone::kBad, counted(set.failures, "visit", "visits") +
                                        " in a row failed: " + set.last_error});
  }
  if (set.is_paused) troubles.push_back({Tone::kWarning, "paused; pgscale.resume() ends it"});
  if (set.hold_until && *set.hold_until > head.made_at) {
    troubles.push_back({Tone::kWarning, "nothing is retired until " +
                                            zoned_text(head, *set.hold_until) +
                                            ", because the server was restored or promoted"});
  }
}

void add_coverage(std::vector<Trouble>& troubles, const ReportedSet& set) {
  const auto until = covered_until(set);
  if (until && set.lane.now && *until <= *set.lane.now) {
    troubles.push_back({Tone::kBad, "no partition covers the present"});
  }
  if (set.default_rows.value_or(0) > 0) {
    troubles.push_back(
        {Tone::kWarning, counted(static_cast<std::int64_t>(*set.default_rows), "row", "rows") +
                             " in the default partition"});
  }
  const auto& partitions = set.lane.partitions;
  if (std::any_of(partitions.begin(), partitions.end(),
                  [](const LanePartition& partition) { return partition.detach_pending; })) {
    troubles.push_back({Tone::kWarning, "a detach is pending"});
  }
  if (const auto holes = static_cast<std::int64_t>(count_holes(set.lane)); holes > 0) {
    troubles.push_back(
        {Tone::kWarning, counted(holes, "hole", "holes") + " between the partitions"});
  }
}

// A set with what is to be known of it before it can be placed.
struct JudgedSet {
  const ReportedSet* set;
  std::vector<Trouble> troubles;  // the worst first
  Tone tone = Tone::kGood;
  double bytes = 0;
};

JudgedSet judged(const ReportHead& head, const ReportedSet& set) {
  JudgedSet result{&set, {}, Tone::kGood, bytes_of(set)};
  add_state(result.troubles, head, set);
  add_coverage(result.troubles, set);
  std::stable_sort(result.troubles.begin(), result.troubles.end(),
                   [](const Trouble& a, const Trouble& b) { return a.tone > b.tone; });
  if (!result.troubles.empty()) result.tone = result.troubles.front().tone;
  return result;
}

// Sets in trouble first, then by size.
std::vector<JudgedSet> in_order(const ReportData& data) {
  std::vector<JudgedSet> sets;
  for (const ReportedSet& set : data.sets) sets.push_back(judged(data.head, set));
  std::stable_sort(sets.begin(), sets.end(), [](const JudgedSet& a, const JudgedSet& b) {
    return a.tone != b.tone ? a.tone > b.tone : a.bytes > b.bytes;
  });
  return sets;
}

std::string ready_text(const ReportedSet& set) {
  const auto until = covered_until(set);
  if (!until) return {};
  std::string text = "covered until " + position_text(set.lane, *until);
  if (set.lane.now && *until > *set.lane.now) {
    const double seconds = (*until - *set.lane.now) / static_cast<double>(kMicrosPerSecond);
    text += " (" + coarse_text(seconds) + " ahead)";
  }
  return text;
}

// Lists and hashes: whether the rows are spread evenly.
std::string largest_text(const Lane& lane) {
  if (lane.scale != LaneScale::kPlaces || lane.partitions.size() < 2) return {};
  const auto largest = std::max_element(
      lane.partitions.begin(), lane.partitions.end(),
      [](const LanePartition& a, const LanePartition& b) { return a.bytes < b.bytes; });
  if (largest->bytes.value_or(0) == 0) return {};
  return "largest " + largest->name + ", " + bytes_text(*largest->bytes);
}

// "range by 1 month", "64 partitions", "18 GB" ...
std::vector<std::string> facts_of(const ReportedSet& set, double bytes) {
  std::vector<std::string> facts;
  facts.push_back(set.method +
                  (set.interval.empty() ? "" : " by " + stride_text(set.lane, set.interval)));
  facts.push_back(counted(partitions_of(set), "partition", "partitions"));
  facts.push_back(bytes_text(bytes));
  if (!set.retention.empty()) {
    facts.push_back("kept " + stride_text(set.lane, set.retention) + ", then " +
                    (set.retire == "drop" ? "dropped" : "detached"));
  }
  if (std::string ready = ready_text(set); !ready.empty()) facts.push_back(std::move(ready));
  if (std::string largest = largest_text(set.lane); !largest.empty()) {
    facts.push_back(std::move(largest));
  }
  if (set.has_default) facts.push_back("with a default partition");
  if (set.detached > 0) {
    facts.push_back(
        counted(static_cast<std::int64_t>(set.detached), "detached table", "detached tables") +
        " still there, " + bytes_text(set.detached_bytes));
  }
  return facts;
}

Html facts_line(const ReportedSet& set, double bytes) {
  Html line("<p class=\"meta\">");
  bool is_first = true;
  for (const std::string& fact : facts_of(set, bytes)) {
    if (!is_first) line << " &middot; ";
    line << Text{fact};
    is_first = false;
  }
  line << "</p>\n";
  return line;
}

Html set_figure(const JudgedSet& judged, std::size_t most_bars) {
  const ReportedSet& set = *judged.set;
  Html html("<h3>");
  html << object_name(set.name) << "</h3>\n" << facts_line(set, judged.bytes);
  for (const Trouble& trouble : judged.troubles) {
    html << "<p>" << mark(trouble.tone, trouble.text) << "</p>\n";
  }
  html << lane_plot(set.lane, most_bars) << "\n";
  return html;
}

Html legend() {
  return Html(
      "<ul class=\"legend\"><li><svg width=\"14\" height=\"12\" aria-hidden=\"true\"><rect "
      "class=\"data\" "
      "width=\"14\" height=\"12\"/></svg>a partition, as tall as it is large</li><li><svg "
      "width=\"14\" "
      "height=\"12\" aria-hidden=\"true\"><rect class=\"ahead\" width=\"14\" "
      "height=\"12\"/></svg>made "
      "ahead</li><li><svg width=\"14\" height=\"12\" aria-hidden=\"true\"><rect class=\"hole\" "
      "width=\"14\" "
      "height=\"12\"/></svg>no partition</li></ul>\n");
}

Html other_sets(const std::vector<JudgedSet>& sets) {
  Table table("Further sets", {{"Set"},
                               {"State"},
                               {"Partitions", Align::kNumber},
                               {"Size", Align::kNumber},
                               {"Covered until", Align::kNumber}});
  for (std::size_t i = 0; i < std::min(sets.size(), kMostRows); i++) {
    const ReportedSet& set = *sets[i].set;
    const auto until = covered_until(set);
    table.add({object_name(set.name),
               mark(sets[i].tone, sets[i].troubles.empty() ? "ok" : sets[i].troubles.front().text),
               plain(count_text(static_cast<double>(partitions_of(set)))),
               plain(bytes_text(sets[i].bytes)),
               until ? plain(position_text(set.lane, *until)) : Html()});
  }
  Html html("<h3>Further sets</h3>\n");
  html << table.html();
  if (sets.size() > kMostRows) {
    html << "<p class=\"more\">And " << static_cast<std::int64_t>(sets.size() - kMostRows)
         << " more.</p>\n";
  }
  return html;
}

Html partitions_lead(const std::vector<JudgedSet>& sets) {
  double bytes = 0;
  std::int64_t partitions = 0;
  std::int64_t in_trouble = 0;
  for (const JudgedSet& judged : sets) {
    bytes += judged.bytes;
    partitions += partitions_of(*judged.set);
    if (judged.tone > Tone::kGood) in_trouble++;
  }
  Html lead;
  lead << strong(counted(static_cast<std::int64_t>(sets.size()), "set", "sets")) << " with "
       << strong(counted(partitions, "partition", "partitions")) << ", "
       << strong(bytes_text(bytes)) << " in all. "
       << Text{in_trouble == 0 ? "All are as they should be."
                               : counted(in_trouble, "set needs a look.", "sets need a look.")};
  return lead;
}

}  // namespace

Chapter partitions_chapter(const ReportData& data) {
  Chapter chapter{Section::kPartitions, "partitions", "Partitions", Tone::kPlain, {}, {}};
  if (data.sets.empty()) {
    chapter.body << "<p class=\"empty\">No partition set is managed here, or none that role "
                 << object_name(data.head.role)
                 << " may see. <code>pgscale.create_parent()</code> begins with one.</p>\n";
    return chapter;
  }
  std::vector<JudgedSet> sets = in_order(data);
  chapter.tone = sets.front().tone;
  chapter.lead = partitions_lead(sets);
  chapter.body << legend();
  const std::size_t lanes = std::min(sets.size(), kMostLanes);
  const std::size_t most_bars = std::min(kBarsOfOne, kBars / lanes);
  for (std::size_t i = 0; i < lanes; i++) chapter.body << set_figure(sets[i], most_bars);
  sets.erase(sets.begin(), sets.begin() + static_cast<std::ptrdiff_t>(lanes));
  if (!sets.empty()) chapter.body << other_sets(sets);
  return chapter;
}

}  // namespace pgscale
