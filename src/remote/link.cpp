#include "remote/link.h"

#include <libpq-fe.h>

#include <algorithm>

#include "catalog/zones.h"
#include "core/failure.h"
#include "pg/server.h"
#include "shim/shard_board.h"

namespace pgscale::remote {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct Clear {
  void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, Clear>;

constexpr std::chrono::seconds kHostPatience{2};

int hosts_of(const Target& target) {
  const auto hosts = target.keywords.find("host");
  if (hosts == target.keywords.end()) return 1;
  return 1 + static_cast<int>(std::count(hosts->second.begin(), hosts->second.end(), ','));
}

void ignore_notice(void*, const PGresult*) {}

milliseconds left_until(Deadline deadline) {
  return std::max(duration_cast<milliseconds>(deadline - steady_clock::now()), milliseconds(1));
}

// Values are exchanged as text, so both ends must write them the same way.
std::string settings_of_session(Deadline deadline) {
  return "-c datestyle=ISO -c intervalstyle=postgres -c extra_float_digits=3"
         " -c client_connection_check_interval=1000"
         " -c statement_timeout=" +
         std::to_string(left_until(deadline).count());
}

// libpq ends its messages with a newline.
std::string trimmed(const char* message) {
  std::string text = message == nullptr ? "" : message;
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

std::string field(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text == nullptr ? "" : text;
}

pg::Outcome outcome_of(const PGresult* result, const std::string& shard) {
  pg::Outcome outcome{field(result, PG_DIAG_SQLSTATE), field(result, PG_DIAG_MESSAGE_PRIMARY),
                      field(result, PG_DIAG_MESSAGE_DETAIL), field(result, PG_DIAG_MESSAGE_HINT)};
  if (outcome.sqlstate.empty()) outcome.sqlstate = "08006";
  if (outcome.message.empty()) outcome.message = trimmed(PQresultErrorMessage(result));
  outcome.message = "shard \"" + shard + "\": " + outcome.message;
  return outcome;
}

// The shard waits for rows or sends them, and libpq gives the same result for as long.
bool is_copy(const PGresult* result) {
  const ExecStatusType status = PQresultStatus(result);
  return status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH;
}

}  // namespace

void Link::Close::operator()(pg_conn* connection) const noexcept { PQfinish(connection); }

Deadline in(milliseconds time) { return steady_clock::now() + time; }

Link::Link(Target target, Deadline deadline)
    : target_(std::move(target)),
      deadline_(deadline),
      hosts_left_(hosts_of(target_)),
      begun_(steady_clock::now()) {
  if (!give_up_if_down()) connect();
}

// libpq leaves it to its caller to notice that a host does not answer.
bool Link::pass_over_host() {
  if (--hosts_left_ <= 0) return false;
  for (const char* list : {"host", "port"}) {
    std::string& words = target_.keywords[list];
    const auto comma = words.find(',');
    if (comma != std::string::npos) words = words.substr(comma + 1) + "," + words.substr(0, comma);
  }
  connect();
  return true;
}

bool Link::give_up_if_down() {
  const int slot = pg::call(pgs_shard_slot, target_.server);
  if (slot < 0 || !pg::call(pgs_shard_is_down, slot)) return false;
  PgsShardEntry entry{};
  PgsShardHealth health{};
  pg::call(pgs_shard_describe, slot, &entry, &health);
  give_up(
      {"08001",
       "shard \"" + target_.shard + "\" is down since " + catalog::timestamptz_text(health.since),
       health.error,
       {}});
  return true;
}

void Link::look_at_time() {
  if (give_up_if_down() || stage_ != Stage::kConnecting) return;
  if (steady_clock::now() > host_deadline_ && !pass_over_host()) expire();
}

void Link::connect() {
  stage_ = Stage::kConnecting;
  wants_to_write_ = true;
  host_deadline_ = steady_clock::now() + kHostPatience;
  ServerOptions keywords = target_.keywords;
  keywords["client_encoding"] = pg::database_encoding();
  keywords["fallback_application_name"] = "pgscale";
  std::string& options = keywords["options"];
  options += (options.empty() ? "" : " ") + settings_of_session(deadline_);
  std::vector<const char*> names;
  std::vector<const char*> values;
  for (const auto& [name, value] : keywords) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  connection_.reset(PQconnectStartParams(names.data(), values.data(), /*expand_dbname=*/0));
  if (!connection_ || PQstatus(connection_.get()) == CONNECTION_BAD) {
    fail_from_connection("08001", "could not connect to shard \"" + target_.shard + "\"");
    return;
  }
  PQsetNoticeReceiver(connection_.get(), ignore_notice, nullptr);
}

void Link::send(const std::string& sql, std::vector<pg::Value> parameters, Sink sink) {
  sql_ = sql;
  parameters_ = std::move(parameters);
  sink_ = std::move(sink);
  has_statement_ = true;
  begun_ = steady_clock::now();
  if (stage_ == Stage::kClosed) return;  // the reply says why
  reply_ = Reply{};
  if (stage_ == Stage::kIdle) begin_statement();
}

int Link::server_version() const { return connection_ ? PQserverVersion(connection_.get()) : 0; }

int Link::socket() const { return PQsocket(connection_.get()); }

void Link::advance() {
  switch (stage_) {
    case Stage::kConnecting: go_on_connecting(); return;
    case Stage::kSending: flush(); return;
    case Stage::kReading: read(); return;
    case Stage::kIdle:
    case Stage::kClosed: return;
  }
}

void Link::go_on_connecting() {
  switch (PQconnectPoll(connection_.get())) {
    case PGRES_POLLING_READING: wants_to_write_ = false; return;
    case PGRES_POLLING_WRITING: wants_to_write_ = true; return;
    case PGRES_POLLING_OK: connected(); return;
    default: fail_from_connection("08001", "could not connect to shard \"" + target_.shard + "\"");
  }
}

void Link::connected() {
  wants_to_write_ = false;
  if (target_.needs_password && PQconnectionUsedPassword(connection_.get()) == 0) {
    give_up({"42501", "password is required",
             "Non-superuser cannot connect if the server does not request a password.",
             "Target server's authentication method must be changed."});
    return;
  }
  (void)PQsetnonblocking(connection_.get(), 1);
  stage_ = Stage::kIdle;
  if (has_statement_) {
    begin_statement();
  } else {
    elapsed_ = duration_cast<std::chrono::microseconds>(steady_clock::now() - begun_);
  }
}

std::string Link::verifier_of(const std::string& password) const {
  struct Free {
    void operator()(char* text) const noexcept { PQfreemem(text); }
  };
  const std::unique_ptr<char, Free> verifier(PQencryptPasswordConn(
      connection_.get(), password.c_str(), PQuser(connection_.get()), "scram-sha-256"));
  if (!verifier) {
    throw Failure(Problem::kInternal, "could not make a verifier of the password",
                  trimmed(PQerrorMessage(connection_.get())));
  }
  return verifier.get();
}

void Link::begin_statement() {
  std::vector<const char*> values;
  for (const pg::Value& value : parameters_) values.push_back(value ? value->c_str() : nullptr);
  // The extended protocol takes one statement only, so that nothing can be smuggled in behind it.
  const int sent =
      PQsendQueryParams(connection_.get(), sql_.c_str(), static_cast<int>(values.size()), nullptr,
                        values.data(), nullptr, nullptr, /*resultFormat=*/0);
  if (sent == 0) {
    fail_from_connection("08006", "lost the connection to shard \"" + target_.shard + "\"");
    return;
  }
  if (sink_) (void)PQsetSingleRowMode(connection_.get());
  has_statement_ = false;
  stage_ = Stage::kSending;
  flush();
}

void Link::flush() {
  const int left = PQflush(connection_.get());
  if (left < 0) {
    fail_from_connection("08006", "lost the connection to shard \"" + target_.shard + "\"");
    return;
  }
  wants_to_write_ = left > 0;
  if (left == 0) stage_ = Stage::kReading;
}

void Link::read() {
  if (PQconsumeInput(connection_.get()) == 0) {
    fail_from_connection("08006", "lost the connection to shard \"" + target_.shard + "\"");
    return;
  }
  while (PQisBusy(connection_.get()) == 0) {
    const Result result(PQgetResult(connection_.get()));
    if (!result) {
      stage_ = Stage::kIdle;
      elapsed_ = duration_cast<std::chrono::microseconds>(steady_clock::now() - begun_);
      return;
    }
    if (is_copy(result.get())) {
      give_up({"0A000",
               "shard \"" + target_.shard + "\": COPY FROM STDIN and TO STDOUT cannot be used here",
               {},
               {}});
      return;
    }
    take(result.get());
  }
}

void Link::take(pg_result* result) {
  const ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE) {
    if (!reply_.failure) reply_.failure = outcome_of(result, target_.shard);
    return;
  }
  if (status != PGRES_TUPLES_OK && status != PGRES_SINGLE_TUPLE) {
    const std::string changed = PQcmdTuples(result);
    if (!changed.empty()) reply_.affected += std::stoll(changed);
    return;
  }
  const int columns = PQnfields(result);
  std::vector<const char*> values(static_cast<std::size_t>(columns));
  for (int row = 0; row < PQntuples(result); row++) {
    for (int i = 0; i < columns; i++) {
      values[static_cast<std::size_t>(i)] =
          PQgetisnull(result, row, i) != 0 ? nullptr : PQgetvalue(result, row, i);
    }
    reply_.affected++;
    if (sink_) {
      sink_(values.data(), columns);
    } else {
      std::vector<pg::Value> kept;
      for (const char* value : values) kept.push_back(value ? pg::Value(value) : std::nullopt);
      reply_.rows.push_back(std::move(kept));
    }
  }
}

void Link::expire() {
  if (stage_ == Stage::kConnecting) {
    give_up({"08001", "could not connect to shard \"" + target_.shard + "\" in time", {}, {}});
  } else {
    give_up({"57014", "shard \"" + target_.shard + "\" did not answer in time", {}, {}});
  }
}

void Link::give_up(const pg::Outcome& why) {
  reply_.failure = why;
  elapsed_ = duration_cast<std::chrono::microseconds>(steady_clock::now() - begun_);
  connection_.reset();
  stage_ = Stage::kClosed;
}

void Link::fail_from_connection(const char* sqlstate, const std::string& message) {
  give_up(
      {sqlstate, message, trimmed(connection_ ? PQerrorMessage(connection_.get()) : nullptr), {}});
}

}  // namespace pgscale::remote
