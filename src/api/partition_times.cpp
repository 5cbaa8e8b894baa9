#include "catalog/inventory.h"
#include "catalog/policies.h"
#include "catalog/zones.h"
#include "pg/arguments.h"
#include "pg/contain.h"
#include "pg/session.h"

namespace pgscale::api {
namespace {

using Row = std::vector<pg::Value>;

std::string time_text(const End& end, const Axis& axis) {
  switch (end.kind) {
    case EndKind::kMinimum: return "-infinity";
    case EndKind::kMaximum: return "infinity";
    case EndKind::kValue: break;
  }
  return catalog::timestamptz_text(axis.instant(end.value));
}

std::vector<Row> times_of(Oid parent) {
  if (!catalog::may_see(parent) || !catalog::load_policy(parent)) return {};
  const PartitionSet set = catalog::load_set(parent).set;
  if (!set.axis || !is_time(set.axis->kind())) return {};
  std::vector<Row> rows;
  for (const Partition& partition : set.inventory.partitions) {
    const auto* range = std::get_if<Range>(&partition.bound);
    if (range != nullptr && !partition.detach_pending) {
      rows.push_back({pg::from_oid(partition.oid), time_text(range->lower, *set.axis),
                      time_text(range->upper, *set.axis)});
    }
  }
  return rows;
}

// A view reads it: a set whose keys cannot be read, or a decoder that fails, must not hide others.
void partition_times(PgsCall* call) {
  const auto parent = pg::Arguments(call).oid(0);
  std::vector<Row> rows;
  pg::Session session(pg::Venue::kFunction);
  if (parent && pg::attempt([&] { rows = times_of(*parent); })) rows.clear();
  session.end();
  pg::ResultRows result(call);
  for (const Row& row : rows) result.add(row);
}

}  // namespace
}  // namespace pgscale::api

extern "C" bool body_pgscale_partition_times(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_partition_times(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::partition_times(call); });
}
