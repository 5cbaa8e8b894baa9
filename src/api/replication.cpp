#include <chrono>

#include "catalog/receivers.h"
#include "core/failure.h"
#include "core/lag.h"
#include "pg/arguments.h"
#include "pg/contain.h"
#include "pg/server.h"
#include "pg/session.h"

namespace pgscale::api {
namespace {

std::optional<double> number(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  return std::stod(*text);
}

void lag_status(PgsCall* call) {
  const pg::Arguments arguments(call);
  LagFacts facts;
  facts.kind = arguments.text(0).value_or("");
  facts.state = arguments.text(1);
  if (const auto bytes = arguments.text(2)) facts.bytes_behind = std::stoll(*bytes);
  facts.silence = number(arguments.text(3));
  facts.timeout = number(arguments.text(4));
  facts.paused = arguments.boolean(5).value_or(false);
  facts.wal_status = arguments.text(6);
  pg::call(pgs_return_text, call, pgscale::lag_status(facts).c_str());
}

// False at the deadline. The position is asked anew each time, for a standby may be promoted
// meanwhile.
bool wait_until_visible(std::uint64_t lsn, std::chrono::microseconds timeout) {
  using Clock = std::chrono::steady_clock;
  using std::chrono::microseconds;
  const auto start = Clock::now();
  const auto elapsed = [start] {
    return std::chrono::duration_cast<microseconds>(Clock::now() - start);
  };
  std::uint64_t position = pg::visible_lsn();
  std::uint64_t before = position;
  microseconds slept{0};
  while (position < lsn) {
    const microseconds woken = elapsed();
    if (woken >= timeout) return false;
    const auto sleep = next_look(
        {lsn - position, position > before ? position - before : 0, slept, timeout - woken});
    (void)pg::call(pgs_sleep, sleep.count());
    before = position;
    position = pg::visible_lsn();
    slept = elapsed() - woken;
  }
  return true;
}

void forget_receiver(PgsCall* call) {
  const std::string name = pg::not_null(pg::Arguments(call).text(0), "name");
  pg::call(pgs_prevent_in_recovery, "pgscale.forget_receiver()");
  pg::Session session(pg::Venue::kFunction);
  const bool known = catalog::forget_receiver(name) > 0;
  session.end();
  if (!known) {
    throw Failure(Problem::kUndefinedObject, "no receiver named \"" + name + "\" is missed", {},
                  "Those that are have status disconnected and no slot in the view pgscale.lag.");
  }
  pg::call(pgs_return_void, call);
}

void wait_for_lsn(PgsCall* call) {
  const pg::Arguments arguments(call);
  const auto lsn = pg::not_null(arguments.lsn(0), "lsn");
  const auto timeout = pg::not_null(arguments.duration(1), "timeout");
  if (timeout.count() < 0) {
    throw Failure(Problem::kInvalidParameter, "timeout must not be negative");
  }
  pg::call(pgs_return_bool, call, wait_until_visible(lsn, timeout));
}

}  // namespace
}  // namespace pgscale::api

extern "C" bool body_pgscale_lag_status(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_lag_status(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::lag_status(call); });
}

extern "C" bool body_pgscale_forget_receiver(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_forget_receiver(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::forget_receiver(call); });
}

extern "C" bool body_pgscale_wait_for_lsn(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_wait_for_lsn(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::wait_for_lsn(call); });
}
