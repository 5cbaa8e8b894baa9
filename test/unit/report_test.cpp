#include "core/report.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "report_sample.h"

namespace pgscale {
namespace {

using testing::moment;
using testing::sample_report;

std::string page_of(const ReportData& data) { return report_page(data).text(); }

bool has(const std::string& page, const std::string& part) {
  return page.find(part) != std::string::npos;
}

ReportData empty_report() {
  ReportData data;
  data.head = sample_report().head;
  return data;
}

// One section of the page.
std::string section(const std::string& page, const std::string& id) {
  const std::size_t from = page.find("<section id=\"" + id + "\"");
  EXPECT_NE(from, std::string::npos) << id;
  if (from == std::string::npos) return {};
  return page.substr(from, page.find("</section>", from) - from);
}

// The first tag that is not closed in order; empty when all are.
std::string unbalanced(const std::string& page) {
  static const std::set<std::string> kVoid{"meta", "!DOCTYPE"};
  std::vector<std::string> open;
  for (std::size_t at = page.find('<'); at != std::string::npos; at = page.find('<', at + 1)) {
    const std::size_t end = page.find('>', at);
    if (end == std::string::npos) return page.substr(at, 40);
    const bool closes = page[at + 1] == '/';
    const std::size_t from = at + (closes ? 2 : 1);
    const std::string name = page.substr(from, page.find_first_of(" />", from) - from);
    if (kVoid.count(name) > 0 || page[end - 1] == '/') continue;
    if (!closes) {
      open.push_back(name);
    } else if (open.empty() || open.back() != name) {
      return page.substr(at, 40);
    } else {
      open.pop_back();
    }
  }
  return open.empty() ? "" : open.back();
}

TEST(Report, HasEverySectionInOrderAndALinkToIt) {
  static const char* const kIds[] = {"health", "partitions", "sizes",   "forecast", "cache",
                                     "bloat",  "lag",        "queries", "runs"};
  for (const ReportData& data : {sample_report(), empty_report()}) {
    const std::string page = page_of(data);
    std::size_t last = 0;
    for (const char* id : kIds) {
      const std::size_t at = page.find("<section id=\"" + std::string(id) + "\"");
      ASSERT_NE(at, std::string::npos) << id;
      EXPECT_GT(at, last) << id;
      last = at;
      EXPECT_TRUE(has(page, "<a href=\"#" + std::string(id) + "\">")) << id;
    }
  }
}

TEST(Report, IsWellFormed) {
  EXPECT_EQ(unbalanced(page_of(sample_report())), "");
  EXPECT_EQ(unbalanced(page_of(empty_report())), "");
}

TEST(Report, RunsNothingAndLoadsNothing) {
  const std::string page = page_of(sample_report());
  for (const char* part : {"<script", "javascript:", "http://", "https://", "src=", "@import",
                           "url(h", "onload", "<link", "<iframe"}) {
    EXPECT_FALSE(has(page, part)) << part;
  }
  EXPECT_TRUE(has(page, "default-src 'none'"));
}

TEST(Report, IsAscii) {
  const std::string page = page_of(sample_report());
  EXPECT_TRUE(std::all_of(page.begin(), page.end(), [](char c) { return c > 0; }));
}

// Every text of the data.
void spoil(ReportData& data, const std::string& text) {
  for (std::string* field :
       {&data.head.database, &data.head.server, &data.head.role, &data.head.zone_name}) {
    *field = text;
  }
  for (auto& check : data.health) {
    check.check = check.object = check.meaning = check.evidence = check.action = text;
  }
  for (auto& set : data.sets) {
    set.name = set.method = set.interval = set.retention = set.last_error = set.lane.title = text;
    for (auto& partition : set.lane.partitions) partition.name = partition.holds = text;
  }
  for (auto& table : data.sizes.tables) table.name = text;
  for (auto& line : data.forecast) line.resource = line.object = line.confidence = line.note = text;
  for (auto& relation : data.cache.relations) relation.name = text;
  for (auto& relation : data.bloat.worst) relation.name = relation.kind = text;
  for (auto& receiver : data.replication.receivers) {
    receiver.kind = receiver.name = receiver.address = receiver.status = receiver.explanation =
        text;
  }
  for (auto& slot : data.replication.slots)
    slot.name = slot.type = slot.wal_status = slot.invalidation = text;
  for (auto& query : data.queries.top) query.text = query.role = text;
  for (auto& count : data.maintenance.counts) count.outcome = text;
  for (auto& run : data.maintenance.runs) {
    run.set = run.partition = run.action = run.who = run.outcome = run.sqlstate = run.message =
        text;
  }
  data.notices.push_back({Section::kBloat, text});
}

TEST(Report, EscapesEveryText) {
  ReportData data = sample_report();
  spoil(data, "\"'><evil onload=x>&");
  const std::string page = page_of(data);
  EXPECT_FALSE(has(page, "<evil"));
  EXPECT_GT(page.size(), page_of(sample_report()).size()) << "the text is there";
  EXPECT_EQ(unbalanced(page), "");
}

TEST(Report, PutsWhatIsWorstFirstAndFoldsWhatIsOk) {
  const std::string health = section(page_of(sample_report()), "health");
  const std::size_t critical = health.find("Slot retention");
  const std::size_t warning = health.find("Default rows");
  const std::size_t unknown = health.find("Checksum failures");
  const std::size_t folded = health.find("<details>");
  EXPECT_LT(critical, warning);
  EXPECT_LT(warning, unknown);
  EXPECT_LT(unknown, folded);
  EXPECT_GT(health.find("Next partition"), folded);
  EXPECT_TRUE(has(health, "3 checks are ok"));
  EXPECT_TRUE(has(health, "<p>keeps 38 GB of WAL, and the disk has 61 GB left "));
  EXPECT_TRUE(has(health, "since 2026-11-02 07:00, 1 d ago"));
  EXPECT_TRUE(has(health, "and 2 others"));
}

TEST(Report, TakesAStatusItDoesNotKnowForUnknown) {
  ReportData data = empty_report();
  data.health = {{"disk", "splendid", "", 0, "m", "e", std::nullopt, ""}};
  EXPECT_FALSE(has(section(page_of(data), "health"), "mark good"));
  EXPECT_TRUE(has(section(page_of(data), "health"), "mark unknown"));
}

// The partitions of one set, after something was done to it.
template <typename Change>
std::string set_section(Change change) {
  ReportData data = empty_report();
  data.sets = {testing::monthly_set("public.orders", "2026-01-01", 14, 1e9)};
  change(data.sets[0]);
  return section(page_of(data), "partitions");
}

TEST(Report, SaysThatASetIsAsItShouldBe) {
  const std::string text = set_section([](ReportedSet&) {});
  EXPECT_TRUE(has(text, "All are as they should be."));
  EXPECT_TRUE(has(text, "range by 1 month"));
  EXPECT_TRUE(has(text, "kept 24 months, then dropped"));
  EXPECT_TRUE(has(text, "covered until 2027-03-01 (4 months ahead)"));
  EXPECT_FALSE(has(text, "mark"));
}

TEST(Report, SaysWhatIsWrongWithASet) {
  EXPECT_TRUE(has(set_section([](ReportedSet& set) { set.is_paused = true; }), "paused"));
  EXPECT_TRUE(has(set_section([](ReportedSet& set) { set.is_quarantined = true; }), "mark bad"));
  EXPECT_TRUE(has(set_section([](ReportedSet& set) {
                    set.failures = 1;
                    set.last_error = "too bad";
                  }),
                  "1 visit in a row failed: too bad"));
  EXPECT_TRUE(has(set_section([](ReportedSet& set) { set.hold_until = moment("2026-11-04"); }),
                  "nothing is retired until 2026-11-04"));
  EXPECT_FALSE(has(set_section([](ReportedSet& set) { set.hold_until = moment("2026-11-01"); }),
                   "retired until"));
  EXPECT_TRUE(has(set_section([](ReportedSet& set) { set.lane.partitions.resize(8); }),
                  "no partition covers the present"));
  EXPECT_TRUE(has(set_section([](ReportedSet& set) {
                    set.lane.partitions.erase(set.lane.partitions.begin() + 2);
                  }),
                  "1 hole between the partitions"));
  EXPECT_TRUE(
      has(set_section([](ReportedSet& set) { set.lane.partitions[0].detach_pending = true; }),
          "a detach is pending"));
  EXPECT_TRUE(has(set_section([](ReportedSet& set) {
                    set.has_default = true;
                    set.default_rows = 7;
                  }),
                  "7 rows in the default partition"));
  EXPECT_TRUE(has(set_section([](ReportedSet& set) {
                    set.detached = 2;
                    set.detached_bytes = 2048;
                  }),
                  "2 detached tables still there, 2 kB"));
}

TEST(Report, ShowsSetsInTroubleFirstThenTheLargest) {
  ReportData data = empty_report();
  data.sets = {testing::monthly_set("small", "2026-01-01", 14, 1e6),
               testing::monthly_set("large", "2026-01-01", 14, 1e9),
               testing::monthly_set("broken", "2026-01-01", 14, 1e3)};
  data.sets[2].is_paused = true;
  const std::string text = section(page_of(data), "partitions");
  EXPECT_LT(text.find("<code>broken"), text.find("<code>large"));
  EXPECT_LT(text.find("<code>large"), text.find("<code>small"));
}

TEST(Report, NamesAReceiverThatIsGone) {
  const std::string lag = section(page_of(sample_report()), "lag");
  EXPECT_TRUE(has(lag, "1 of 3"));
  EXPECT_TRUE(has(lag, "disconnected"));
  EXPECT_TRUE(has(lag, "nobody uses it"));
  ReportData data = sample_report();
  data.replication.receivers[2].seconds.reset();
  EXPECT_TRUE(has(section(page_of(data), "lag"), "not known"));
  EXPECT_TRUE(has(page_of(data), "<dt>Lag</dt><dd>not known")) << "the largest is not known either";
}

TEST(Report, KeepsTheHistoryOfLagWhenNobodyIsLeft) {
  ReportData data = empty_report();
  data.replication.replay_seconds = sample_report().replication.replay_seconds;
  EXPECT_TRUE(has(section(page_of(data), "lag"), "Replay lag"));
}

TEST(Report, TellsWhenAResourceIsUsedUp) {
  const std::string forecast = section(page_of(sample_report()), "forecast");
  EXPECT_TRUE(has(forecast,
                  "<strong>in 18 d</strong><span class=\"below\">2026-11-20 to 2026-11-23</span>"));
  EXPECT_TRUE(has(forecast, "2026-12-12 at the earliest"));
  EXPECT_TRUE(has(forecast, "not in sight"));
  EXPECT_GT(forecast.find("less than a day of history"), forecast.find("1 is not known</summary>"))
      << "what is not known is not out of sight";
}

TEST(Report, ShowsNoTextOfAQueryThatTheRoleMayNotSee) {
  EXPECT_TRUE(has(section(page_of(sample_report()), "queries"), "text not shown to this role"));
}

TEST(Report, SaysWhatItLacks) {
  const std::string page = page_of(empty_report());
  EXPECT_TRUE(has(section(page, "partitions"), "No partition set is managed here"));
  EXPECT_TRUE(has(section(page, "sizes"), "No history of sizes"));
  EXPECT_TRUE(has(section(page, "cache"), "No history of blocks"));
  EXPECT_TRUE(has(section(page, "forecast"), "No forecast yet"));
  EXPECT_TRUE(has(section(page, "lag"), "nothing can lag"));
  EXPECT_TRUE(has(section(page, "queries"), "pg_stat_statements"));
  EXPECT_TRUE(has(section(page, "runs"), "Nothing had to be done"));
}

TEST(Report, OfAStandbyDoesNotTakeThePrimarysHistoryForItsOwn) {
  ReportData data = sample_report();
  data.head.is_standby = true;
  EXPECT_TRUE(has(page_of(data), ", standby<"));
  EXPECT_TRUE(has(section(page_of(data), "cache"), "says nothing of the blocks"));
}

TEST(Report, SaysWhyASectionCannotBeReadInsteadOfThatItIsEmpty) {
  ReportData data = empty_report();
  data.notices = {{Section::kPartitions, "This section could not be read: lock timeout."}};
  const std::string text = section(page_of(data), "partitions");
  EXPECT_TRUE(has(text, "lock timeout"));
  EXPECT_FALSE(has(text, "No partition set"));
}

TEST(Report, SaysWhoseRightsItHas) {
  ReportData data = empty_report();
  EXPECT_FALSE(has(page_of(data), "This role sees what it owns"));
  data.head.sees_all = false;
  EXPECT_TRUE(has(page_of(data), "This role sees what it owns"));
}

// As much of everything as is ever read from a database of thousands of tables.
TEST(Report, OfALargeDatabaseIsSmall) {
  ReportData data = sample_report();
  const ReportedSet hourly = testing::hourly_set();
  data.sets.clear();
  for (int i = 0; i < 150; i++) {
    data.sets.push_back(hourly);
    data.sets.back().name = "a_schema_of_some_length.a_table_of_some_length_" + std::to_string(i);
    auto& partitions = data.sets.back().lane.partitions;
    const LanePartition last = partitions.back();
    for (int n = 1; n < 2000; n++) {
      partitions.push_back(last);
      *partitions.back().lower += static_cast<double>(n * kMicrosPerHour);
      *partitions.back().upper += static_cast<double>(n * kMicrosPerHour);
    }
  }
  const SizedTable table = data.sizes.tables.front();
  data.sizes.tables.assign(25, table);
  data.cache.relations.assign(15, data.cache.relations.front());
  data.bloat.worst.assign(20, data.bloat.worst.front());
  TopQuery query = data.queries.top.front();
  query.text.assign(20000, 'x');
  data.queries.top.assign(20, query);
  data.maintenance.runs.assign(40, data.maintenance.runs.back());
  data.health.resize(60, data.health.back());
  EXPECT_LT(page_of(data).size(), 300'000U);
}

}  // namespace
}  // namespace pgscale
