#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/inventory.h"
#include "core/shard.h"
#include "pg/attempt.h"
#include "pg/query.h"

struct pg_conn;
struct pg_result;

namespace pgscale::remote {

// Where a role goes on a shard, and with what.
struct Target {
  std::string shard;
  Oid server = 0;          // its foreign server
  ServerOptions keywords;  // of libpq; with secrets, so never shown
  bool needs_password = false;
};
// By the role's own user mapping. Throws the usual errors where the role may not use the server,
// and Failure (42501) where postgres_fdw would not let it in without a password.
[[nodiscard]] Target target_of(const std::string& shard, Oid role);

using Deadline = std::chrono::steady_clock::time_point;
[[nodiscard]] Deadline in(std::chrono::milliseconds time);

// What a statement gave: rows as text, or how it failed.
struct Reply {
  std::optional<pg::Outcome> failure;
  std::vector<std::vector<pg::Value>> rows;
  std::int64_t affected = 0;  // rows that were given or changed
};

// A row, of so many values, that is not kept; NULL is an SQL null.
using Sink = std::function<void(const char* const* values, int count)>;

// A connection to a shard. Nothing here waits: gather() does, for many at once.
class Link {
 public:
  // Begins to connect. A statement on the other side ends by itself soon after the deadline, or
  // when this end of the connection is gone, so that nobody has to cancel it.
  Link(Target target, Deadline deadline);

  // The next statement, sent as soon as the connection stands.
  void send(const std::string& sql, std::vector<pg::Value> parameters = {}, Sink sink = {});
  // Of the last statement, once it is over.
  [[nodiscard]] const Reply& reply() const { return reply_; }
  [[nodiscard]] std::chrono::microseconds elapsed() const { return elapsed_; }
  [[nodiscard]] const std::string& shard() const { return target_.shard; }
  [[nodiscard]] bool is_open() const { return stage_ != Stage::kClosed; }
  // Of the server at the other end, such as 150018; 0 before the connection stands.
  [[nodiscard]] int server_version() const;
  // What a server stores of a password, to be sent in its place; the connection must stand.
  [[nodiscard]] std::string verifier_of(const std::string& password) const;

  // For gather().
  [[nodiscard]] bool is_busy() const { return stage_ != Stage::kIdle && stage_ != Stage::kClosed; }
  [[nodiscard]] int socket() const;
  [[nodiscard]] bool wants_to_write() const { return wants_to_write_; }
  void advance();  // once the socket is ready
  void expire();   // the deadline is over
  // Gives up where the watch knows the shard to be down, and goes on to the next host where one has
  // not answered for so long that it must be passed over.
  void look_at_time();

 private:
  enum class Stage { kConnecting, kSending, kReading, kIdle, kClosed };

  void connect();
  [[nodiscard]] bool give_up_if_down();
  [[nodiscard]] bool pass_over_host();
  void go_on_connecting();
  void connected();
  void begin_statement();
  void flush();
  void read();
  void take(pg_result* result);
  void give_up(const pg::Outcome& why);
  void fail_from_connection(const char* sqlstate, const std::string& message);

  struct Close {
    void operator()(pg_conn* connection) const noexcept;
  };

  Target target_;
  Deadline deadline_;
  Deadline host_deadline_;  // for the host that it connects to
  int hosts_left_;
  std::unique_ptr<pg_conn, Close> connection_;
  Stage stage_ = Stage::kConnecting;
  bool wants_to_write_ = true;
  bool has_statement_ = false;
  std::string sql_;
  std::vector<pg::Value> parameters_;
  Sink sink_;
  Reply reply_;
  std::chrono::steady_clock::time_point begun_;
  std::chrono::microseconds elapsed_{};
};

// Waits until none of the links is busy. Those that are still busy at the deadline are closed, with
// a reply that says so (57014; 08001 while they were connecting).
void gather(const std::vector<Link*>& links, Deadline deadline);
// The same where no error may be raised and no interrupt answered: at the end of a transaction.
void gather_quietly(const std::vector<Link*>& links, Deadline deadline);

}  // namespace pgscale::remote
