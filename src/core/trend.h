#pragma once

#include <vector>

#include "core/calendar.h"

namespace pgscale {

// A value of something that is measured again and again.
struct Observation {
  Micros at;
  double value;
};

// How fast a series rises, per second, with the ends of an interval of 95 percent confidence. The
// ends are infinite where the series is too short or too much tied to itself to tell.
struct Trend {
  double slope = 0;
  double low = 0;
  double high = 0;
};

// The median of the slopes of all pairs of points, which a quarter of the points may spoil without
// harm (Theil 1950), between two of these slopes, which Kendall's test gives (Sen, "Estimates of
// the regression coefficient based on Kendall's tau", J. Am. Stat. Assoc. 63, 1968; as computed in
// Gilbert, "Statistical Methods for Environmental Pollution Monitoring", 1987, section 16.5): of N
// slopes in order, those at the ranks (N - C) / 2 and (N + C) / 2 + 1, where
//
//   C = 1.96 sqrt(V)    V = [n (n - 1) (2n + 5) - sum over ties t (t - 1) (2t + 5)] / 18
//
// V is that of independent points. A level that is a sum of all that came before has neighbours
// that are alike; it is worth fewer points than it has. So V is multiplied by (1 + r) / (1 - r), r
// being the correlation of each residual's rank with that of the next one (Bayley and Hammersley,
// "The effective number of independent observations in an autocorrelated time series", J. R. Stat.
// Soc. Suppl. 8, 1946; for this test Yue and Wang, Water Resources Management 18, 2004).
//
// The points ascend in time, and there are two or more.
[[nodiscard]] Trend trend_of(const std::vector<Observation>& points);

}  // namespace pgscale
