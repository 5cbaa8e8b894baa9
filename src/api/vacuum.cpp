#include "catalog/table_parts.h"
#include "catalog/zones.h"
#include "core/autovacuum.h"
#include "pg/arguments.h"
#include "pg/contain.h"

namespace pgscale::api {
namespace {

using Row = std::vector<pg::Value>;

pg::Value moment(const std::optional<Micros>& instant) {
  return instant ? pg::Value(catalog::timestamptz_text(*instant)) : pg::Value();
}

// More than a threshold is as much as more than its whole part.
pg::Value whole(const std::optional<float>& limit) {
  return limit ? pg::from_int(static_cast<std::int64_t>(*limit)) : pg::Value();
}

pg::Value text(VacuumReason reason) {
  switch (reason) {
    case VacuumReason::kNone: break;
    case VacuumReason::kInserts: return "inserts";
    case VacuumReason::kDeadRows: return "dead rows";
    case VacuumReason::kWraparound: return "wraparound";
  }
  return {};
}

pg::Value oids(const std::vector<Oid>& list) {
  std::vector<std::string> elements;
  elements.reserve(list.size());
  for (const Oid oid : list) elements.push_back(std::to_string(oid));
  return pg::array_literal(elements);
}

Row row_of(const VacuumWork& work) {
  const TablePart& worst = work.vacuum_worst;
  Row row{pg::from_oid(work.root),
          pg::from_int(work.leaves),
          pg::from_int(work.live_rows),
          pg::from_int(work.dead_rows),
          pg::from_int(work.vacuum_due),
          text(work.reason),
          pg::from_oid(worst.oid),
          pg::from_int(worst.dead_rows),
          whole(work.vacuum_limits.dead),
          pg::from_int(worst.inserted_rows),
          whole(work.vacuum_limits.inserted),
          pg::from_int(work.analyze_due)};
  if (work.analyze_worst) {
    row.push_back(pg::from_oid(work.analyze_worst->oid));
    row.push_back(pg::from_int(work.analyze_worst->changed_rows));
    row.push_back(whole(work.analyze_limits.changed));
  } else {
    row.resize(row.size() + 3);
  }
  const Row rest{moment(work.vacuumed_at), pg::from_int(work.never_vacuumed),
                 moment(work.analyzed_at), oids(work.unanalyzed),
                 work.enabled ? "t" : "f", pg::from_int(work.changed_rows)};
  row.insert(row.end(), rest.begin(), rest.end());
  return row;
}

Row row_of(const FreezeAge& age) {
  return {pg::from_oid(age.root),
          pg::from_oid(age.oldest),
          pg::from_int(age.xid_age),
          pg::from_int(age.freeze_max_age),
          age.multixact_age ? pg::from_oid(age.oldest_multixact) : pg::Value(),
          pg::from_int(age.multixact_age),
          age.multixact_age ? pg::from_int(age.multixact_freeze_max_age) : pg::Value()};
}

template <typename Facts>
void give(PgsCall* call, const std::vector<Facts>& all) {
  pg::ResultRows result(call);
  for (const Facts& facts : all) result.add(row_of(facts));
}

void vacuum_work(PgsCall* call) {
  give(call, pgscale::vacuum_work(catalog::server_autovacuum(), catalog::load_table_parts()));
}

void freeze_ages(PgsCall* call) {
  give(call, pgscale::freeze_ages(catalog::server_autovacuum(), catalog::load_table_parts()));
}

}  // namespace
}  // namespace pgscale::api

extern "C" bool body_pgscale_vacuum_work(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_vacuum_work(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::vacuum_work(call); });
}

extern "C" bool body_pgscale_freeze_ages(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_freeze_ages(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::freeze_ages(call); });
}
