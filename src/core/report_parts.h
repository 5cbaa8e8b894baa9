#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/html.h"
#include "core/report.h"

namespace pgscale {

// What the chapters of the report are made of.

// How a fact is to be taken; told by colour, shape and word.
enum class Tone { kPlain, kGood, kUnknown, kWarning, kBad };
[[nodiscard]] Tone worse(Tone a, Tone b);
// Of ok, warning, critical and unknown.
[[nodiscard]] Tone tone_of_status(std::string_view status);

// The shape of a tone alone, and with its word.
[[nodiscard]] Html shape(Tone tone);
[[nodiscard]] Html mark(Tone tone, std::string_view word);

struct Chapter {
  Section section;
  std::string id;  // of the anchor
  std::string title;
  Tone tone = Tone::kPlain;
  Html lead;  // what there is to know, in a sentence or two
  Html body;
};

[[nodiscard]] Chapter health_chapter(const ReportData& data);
[[nodiscard]] Chapter partitions_chapter(const ReportData& data);
[[nodiscard]] Chapter sizes_chapter(const ReportData& data);
[[nodiscard]] Chapter forecast_chapter(const ReportData& data);
[[nodiscard]] Chapter cache_chapter(const ReportData& data);
[[nodiscard]] Chapter bloat_chapter(const ReportData& data);
[[nodiscard]] Chapter lag_chapter(const ReportData& data);
[[nodiscard]] Chapter queries_chapter(const ReportData& data);
[[nodiscard]] Chapter runs_chapter(const ReportData& data);

enum class Align { kText, kNumber, kBar };

struct Column {
  std::string title;
  Align align = Align::kText;
};

// A table whose rows become cards on a narrow page. The first cell of a row is its heading.
class Table {
 public:
  Table(std::string_view caption, std::vector<Column> columns);
  void add(const std::vector<Html>& cells);
  [[nodiscard]] Html html() const;

 private:
  std::string caption_;  // read out, not shown
  std::vector<Column> columns_;
  Html rows_;
};

// A relation, a set, a slot.
[[nodiscard]] Html object_name(std::string_view name);
[[nodiscard]] Html strong(std::string_view text);
[[nodiscard]] Html soft(std::string_view text);   // of less weight
[[nodiscard]] Html below(std::string_view text);  // a second line in a cell; nothing for nothing

// A plot under its title and what is to be read from it.
[[nodiscard]] Html figure(std::string_view title, std::string_view reading, const Html& plot);

// "1 set", "2 sets".
[[nodiscard]] std::string counted(std::int64_t count, std::string_view one,
                                  std::string_view several);

[[nodiscard]] std::string zoned_text(const ReportHead& head, Micros instant);
// "12 min ago", "in 4 months".
[[nodiscard]] std::string away_text(Micros now, Micros instant);

// The sentence where there is no history to show.
[[nodiscard]] Html no_history(std::string_view of_what);

}  // namespace pgscale
