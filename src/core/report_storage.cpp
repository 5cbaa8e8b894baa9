#include <algorithm>

#include "core/report_parts.h"
#include "core/units.h"

namespace pgscale {
namespace {

Series series_of(std::string title, Quantity quantity, Missing missing,
                 const std::vector<Measurement>& points) {
  return {std::move(title), quantity, missing, points};
}

Html change_text(const std::optional<double>& bytes) {
  return bytes ? plain(bytes_change_text(*bytes)) : Html();
}

double largest(const std::vector<SizedTable>& tables) {
  double most = 0;
  for (const SizedTable& table : tables) most = std::max(most, table.bytes);
  return most;
}

Html sized_tables(const Sizes& sizes, const Period& period) {
  Table table("The largest tables", {{"Table"},
                                     {"Size", Align::kNumber},
                                     {"", Align::kBar},
                                     {"In the period", Align::kBar},
                                     {"Change", Align::kNumber},
                                     {"A day", Align::kNumber}});
  const double most = largest(sizes.tables);
  for (const SizedTable& sized : sizes.tables) {
    Html name = object_name(sized.name);
    if (sized.partitions) name << below(counted(*sized.partitions, "partition", "partitions"));
    table.add({name, plain(bytes_text(sized.bytes)), bar(most > 0 ? sized.bytes / most : 0),
               spark_line(series_of(sized.name, Quantity::kBytes, Missing::kUnchanged, sized.sizes),
                          period),
               change_text(sized.change), change_text(sized.per_day)});
  }
  return table.html();
}

double pct(double part, double whole) { return 100 * part / whole; }

Html cached_relations(const CacheUse& cache) {
  Table table("Tables that read most", {{"Table"},
                                        {"Read", Align::kNumber},
                                        {"Share", Align::kBar},
                                        {"From cache", Align::kNumber},
                                        {"Cache hit", Align::kNumber}});
  double most = 0;
  for (const CachedRelation& relation : cache.relations) most = std::max(most, relation.read_bytes);
  for (const CachedRelation& relation : cache.relations) {
    const double asked = relation.hit_bytes + relation.read_bytes;
    table.add({object_name(relation.name), plain(bytes_text(relation.read_bytes)),
               bar(most > 0 ? relation.read_bytes / most : 0),
               plain(bytes_text(relation.hit_bytes)),
               asked > 0 ? plain(percent_text(pct(relation.hit_bytes, asked))) : Html()});
  }
  return table.html();
}

}  // namespace

Chapter sizes_chapter(const ReportData& data) {
  Chapter chapter{Section::kSizes, "sizes", "Sizes and growth", Tone::kPlain, {}, {}};
  const Sizes& sizes = data.sizes;
  if (sizes.tables.empty()) {
    chapter.body = no_history("sizes");
    return chapter;
  }
  if (!sizes.total.empty()) {
    const double now = sizes.total.back().value;
    const double change = now - sizes.total.front().value;
    chapter.lead << "The tables take " << strong(bytes_text(now)) << " with indexes and TOAST, ";
    if (change == 0) {
      chapter.lead << "as much as at the start of the period.";
    } else {
      chapter.lead << strong(bytes_text(std::abs(change)))
                   << (change > 0 ? Html(" more") : Html(" less"))
                   << " than at the start of the period.";
    }
    chapter.body << figure(
        "All tables", bytes_text(now) + " at the end",
        line_plot(series_of("Size of all tables", Quantity::kBytes, Missing::kGap, sizes.total),
                  data.head.period, data.head.zone));
  }
  chapter.body << "<h3>The largest tables</h3>\n" << sized_tables(sizes, data.head.period);
  return chapter;
}

Chapter cache_chapter(const ReportData& data) {
  Chapter chapter{Section::kCache, "cache", "Cache hit", Tone::kPlain, {}, {}};
  const CacheUse& cache = data.cache;
  const double asked = cache.hit_bytes + cache.read_bytes;
  if (asked > 0) {
    chapter.lead << strong(percent_text(pct(cache.hit_bytes, asked))) << " of "
                 << strong(bytes_text(asked))
                 << " asked for were found in shared buffers, the rest was asked of the operating "
                    "system.";
  }
  if (cache.pct_since_reset) {
    chapter.lead << " Since the last reset of the statistics it is "
                 << Text{percent_text(*cache.pct_since_reset)} << ".";
  }
  if (data.head.is_standby) {
    chapter.body
        << "<p class=\"empty\">The history of a standby is that of its primary and says nothing "
           "of the blocks that were asked for here.</p>\n";
  } else if (cache.hit_pct.empty()) {
    chapter.body << no_history("blocks found and read");
  } else {
    chapter.body << figure(
        "Cache hit of the database", percent_text(cache.hit_pct.back().value) + " at the end",
        line_plot(series_of("Cache hit", Quantity::kPercent, Missing::kGap, cache.hit_pct),
                  data.head.period, data.head.zone));
  }
  if (!cache.relations.empty()) {
    chapter.body << "<h3>Tables that read most</h3>\n" << cached_relations(cache);
  }
  return chapter;
}

Chapter bloat_chapter(const ReportData& data) {
  Chapter chapter{Section::kBloat, "bloat", "Bloat", Tone::kPlain, {}, {}};
  const BloatFound& bloat = data.bloat;
  if (bloat.measured > 0) {
    chapter.lead << strong(bytes_text(bloat.bloat_bytes)) << " of "
                 << strong(bytes_text(bloat.bytes)) << " are free or dead";
    if (bloat.bytes > 0) {
      chapter.lead << ", " << Text{percent_text(pct(bloat.bloat_bytes, bloat.bytes))};
    }
    chapter.lead << "; "
                 << Text{counted(bloat.measured, "relation was measured.",
                                 "relations were measured.")};
  }
  if (bloat.unknown > 0) {
    chapter.lead << " " << Text{counted(bloat.unknown, "could not be.", "could not be.")};
  }
  if (bloat.worst.empty()) {
    chapter.body
        << "<p class=\"empty\">No relation has so much of it that it would be worth a row.</p>\n";
    return chapter;
  }
  Table table("Most bloat", {{"Relation"},
                             {"Bloat", Align::kNumber},
                             {"Size", Align::kNumber},
                             {"Share, with its 95 % interval", Align::kBar},
                             {"Percent", Align::kNumber}});
  for (const BloatedRelation& relation : bloat.worst) {
    Html name = object_name(relation.name);
    name << below(relation.kind);
    table.add({name, plain(bytes_text(relation.bloat_bytes)), plain(bytes_text(relation.bytes)),
               bar(relation.pct / 100, relation.low_pct / 100, relation.high_pct / 100),
               plain(percent_text(relation.pct))});
  }
  chapter.body << table.html();
  return chapter;
}

}  // namespace pgscale
