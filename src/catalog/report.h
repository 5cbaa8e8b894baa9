#pragma once

#include <vector>

#include "core/report.h"

namespace pgscale::catalog {

// All that the caller may see of the period, read through the views with the caller's rights. Waits
// for no lock longer than pgscale.lock_timeout; a section that cannot be read says why.
[[nodiscard]] ReportData read_report(const Period& period);

// The parts, each of one or two queries. An error is thrown on.
[[nodiscard]] ReportHead read_report_head(const Period& period);
[[nodiscard]] std::vector<HealthCheck> read_health();
[[nodiscard]] std::vector<ReportedSet> read_reported_sets();
[[nodiscard]] Sizes read_sizes(const Period& period);
[[nodiscard]] std::vector<ForecastLine> read_forecast();
[[nodiscard]] CacheUse read_cache_use(const ReportHead& head);
[[nodiscard]] BloatFound read_bloat();
[[nodiscard]] Replication read_replication(const ReportHead& head);
// The notice of the section where the statements are not counted.
[[nodiscard]] Queries read_queries(std::vector<Notice>& notices);
[[nodiscard]] Maintenance read_maintenance(const Period& period);

}  // namespace pgscale::catalog
