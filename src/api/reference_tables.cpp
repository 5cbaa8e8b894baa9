#include "apply/reference.h"

#include "apply/residency.h"
#include "catalog/parents.h"
#include "pg/arguments.h"
#include "pg/contain.h"
#include "pg/session.h"

namespace pgscale::api {
namespace {

void create_reference_table(PgsCall* call) {
  const Oid relation = pg::Arguments(call).relation(0, "relation");
  pg::Session session(pg::Venue::kFunction);
  catalog::require_ownership(relation);
  const auto placements = apply::put_copies_on_shards(relation);
  session.end();
  pg::ResultRows rows(call);
  for (const Placement& placement : placements) rows.add({placement.leaf, placement.shard});
}

pg::Value word(std::optional<bool> ok) {
  if (!ok) return std::nullopt;
  return *ok ? "t" : "f";
}

void residency_report(PgsCall* call) {
  const auto relation = pg::Arguments(call).oid(0);
  pg::Session session(pg::Venue::kFunction);
  if (relation) catalog::require_ownership(*relation);
  const auto report = apply::look_at_residents(relation);
  session.end();
  pg::ResultRows rows(call);
  for (const apply::ResidencyRow& row : report) {
    const ResidencyVerdict verdict = judge(row.resident);
    rows.add({pg::from_oid(row.relation), row.partition, row.resident.region, row.resident.shard,
              row.resident.shard_region, row.host, pg::from_int(row.resident.rows),
              row.resident.rows ? pg::from_int(row.resident.strays) : std::nullopt,
              word(verdict.ok), pg::from_text(verdict.detail)});
  }
}

}  // namespace
}  // namespace pgscale::api

extern "C" {
bool body_pgscale_create_reference_table(PgsCall* call, PgsFailure* failure);
bool body_pgscale_residency_report(PgsCall* call, PgsFailure* failure);

bool body_pgscale_create_reference_table(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::create_reference_table(call); });
}

bool body_pgscale_residency_report(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::residency_report(call); });
}
}
