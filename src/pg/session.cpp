#include "pg/session.h"

#include <algorithm>
#include <string>

#include "shim/settings.h"
#include "shim/spi.h"

namespace pgscale::pg {
namespace {

// A procedure cannot have SET clauses of its own, because it commits.
void neutral_settings() {
  call(pgs_setting_local, "search_path", "pg_catalog, pg_temp");
  call(pgs_setting_local, "default_tablespace", "");
  call(pgs_setting_local, "default_table_access_method", "heap");
  call(pgs_setting_local, "DateStyle", "ISO");
  call(pgs_setting_local, "IntervalStyle", "postgres");
  call(pgs_setting_local, "TimeZone", "UTC");
  call(pgs_setting_local, "jit", "off");  // it would take longer than our queries
}

}  // namespace

Acting::Acting(Oid role, Manner manner) {
  call(pgs_become, role, manner == Manner::kRestricted, &saved_);
}

Acting Acting::as_extension() { return Acting(pgs_bootstrap_superuser(), Manner::kFree); }

Acting Acting::as_owner(Oid owner) { return Acting(owner, Manner::kRestricted); }

LockTimeout::LockTimeout(std::chrono::milliseconds limit)
    : limit_(limit), level_(call(pgs_setting_level)) {
  restart();
  spend();
}

void LockTimeout::spend() const {
  using std::chrono::milliseconds;
  const auto left =
      std::chrono::duration_cast<milliseconds>(deadline_ - std::chrono::steady_clock::now());
  const auto limit = std::clamp(left, milliseconds(1), limit_);
  call(pgs_setting_save, "lock_timeout", std::to_string(limit.count()).c_str());
}

OwnSearchPath::OwnSearchPath() : level_(call(pgs_setting_level)) {
  call(pgs_setting_save, "search_path", "pg_catalog, pg_temp");
}

Session::Session(Venue venue) : venue_(venue) { open(); }

void Session::end() {
  ended_ = true;
  pgs_spi_finish();
  if (venue_ == Venue::kWorker) call(pgs_transaction_commit);
}

Session::~Session() {
  if (!unwinding_ && !ended_) pgs_spi_finish();
}

void Session::open() {
  if (venue_ == Venue::kWorker) call(pgs_transaction_begin);
  if (venue_ == Venue::kProcedure) {
    call(pgs_spi_connect_nonatomic);
  } else {
    call(pgs_spi_connect);
  }
  settle();
}

// The settings of each transaction that is ours.
void Session::settle() const {
  if (venue_ == Venue::kProcedure) neutral_settings();
  if (venue_ == Venue::kFunction) return;
  // Nobody's open transaction, one that changes a policy say, may hold up the other sets.
  call(pgs_setting_local, "lock_timeout", std::to_string(pgs_setting_lock_timeout()).c_str());
}

// SPI can commit only where a portal holds the snapshot, which a worker does not have.
void Session::commit() {
  if (venue_ == Venue::kProcedure) {
    call(pgs_spi_commit);
    // Otherwise what is read under a lock might be as old as the transaction.
    call(pgs_setting_local, "transaction_isolation", "read committed");
    settle();
    return;
  }
  pgs_spi_finish();
  call(pgs_transaction_commit);
  open();
}

void Session::commit_promptly() {
  call(pgs_setting_local, "synchronous_commit", "off");
  commit();
  call(pgs_await_last_commit);
}

std::optional<Outcome> Session::execute_at_top_level(const Sql& sql, const PgsTopLevelNames& names,
                                                     Oid role, Patience patience) {
  pgs_spi_finish();
  call(pgs_transaction_commit);
  const std::string limit = std::to_string(pgs_setting_lock_timeout());
  call(pgs_setting_session, "lock_timeout", limit.c_str());
  pgs_role_assume(role);
  auto outcome = isolated([&] {
    call(pgs_execute_at_top_level, sql.text().c_str(), &names,
         patience == Patience::kUnlimited ? "0" : limit.c_str());
  });
  pgs_top_level_done();
  call(pgs_role_drop);
  call(pgs_setting_session, "lock_timeout", "0");
  open();
  return outcome;
}

}  // namespace pgscale::pg
