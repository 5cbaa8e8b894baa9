#include "apply/strong_locks.h"

#include "pg/query.h"

namespace pgscale::apply {

void keep_vacuum_away(Oid table) {
  constexpr std::chrono::seconds kPatience(10);
  const pg::LockTimeout patience(kPatience);
  pg::call(pgs_lock_against_vacuum, table);
}

void lock_exclusively(Oid relation, const pg::LockTimeout& limit) {
  limit.spend();
  pg::call(pgs_lock_exclusively, relation);
}

bool is_passing(const pg::Outcome& outcome) {
  return outcome.sqlstate == "55P03" || outcome.sqlstate == "40P01";
}

void execute_as(Oid role, const std::vector<Sql>& statements, const pg::LockTimeout& limit) {
  const auto acting = pg::Acting::as_owner(role);
  for (const Sql& sql : statements) {
    limit.spend();
    pg::execute(sql);
  }
}

}  // namespace pgscale::apply
