// Prints the report of made data, in which every section has something to show, and with an
// argument one in which nothing is known yet.
#include <cstdio>

#include "report_sample.h"

int main(int arguments, char**) {
  pgscale::ReportData data = pgscale::testing::sample_report();
  if (arguments > 1) {
    const pgscale::ReportHead head = data.head;
    data = {};
    data.head = head;
  }
  const std::string page = pgscale::report_page(data).text();
  return std::fwrite(page.data(), 1, page.size(), stdout) == page.size() ? 0 : 1;
}
