#include "catalog/milestones.h"

#include "catalog/zones.h"
#include "pg/query.h"
#include "pg/session.h"

namespace pgscale::catalog {
namespace {

int scale_of(KeyKind kind) { return kind == KeyKind::kNumeric ? kNumericScale : 0; }

}  // namespace

std::vector<Milestone> load_milestones(Oid parent, KeyKind kind) {
  const auto acting = pg::Acting::as_extension();
  const pg::Rows rows =
      pg::query(Sql("SELECT ") << micros_of("at")
                               << ", reached"
                                  "  FROM pgscale.milestone WHERE parent = $1::oid ORDER BY at",
                {pg::from_oid(parent)});
  std::vector<Milestone> milestones;
  for (const auto& row : rows) {
    // One of another type of the key, before it was altered, may not fit.
    if (const auto reached = parse_decimal(*row[1], scale_of(kind))) {
      milestones.push_back({pg::to_int(row[0]), *reached});
    }
  }
  return milestones;
}

void note_milestone(Oid parent, const Milestone& now, KeyKind kind) {
  if (!wants_milestone(load_milestones(parent, kind), now.at)) return;
  const auto acting = pg::Acting::as_extension();
  pg::execute(
      Sql("DELETE FROM pgscale.milestone WHERE parent = $1::oid"
          "   AND (at < $2::timestamptz OR at >= $3::timestamptz)"),
      {pg::from_oid(parent), timestamptz_text(now.at - kMilestonesKept), timestamptz_text(now.at)});
  pg::execute(
      Sql("INSERT INTO pgscale.milestone (parent, at, reached)"
          " VALUES ($1::oid, $2::timestamptz, $3::numeric)"),
      {pg::from_oid(parent), timestamptz_text(now.at), decimal_text(now.reached, scale_of(kind))});
}

}  // namespace pgscale::catalog
