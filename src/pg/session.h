#pragma once

#include <chrono>
#include <optional>

#include "core/inventory.h"
#include "core/sql.h"
#include "pg/attempt.h"
#include "shim/session.h"
#include "shim/toplevel.h"

namespace pgscale::pg {

// Acts as another role in this scope. After an error, abort restores the caller's identity.
class Acting {
 public:
  // For pgscale's own tables, which nobody else may write.
  static Acting as_extension();
  // For everything that touches a user's table: restricted, so that no code of the owner can use
  // the rights of whoever runs maintenance.
  static Acting as_owner(Oid owner);

  ~Acting() {
    if (!unwinding_) pgs_return_to(&saved_);
  }
  Acting(const Acting&) = delete;
  Acting& operator=(const Acting&) = delete;

 private:
  enum class Manner { kFree, kRestricted };
  Acting(Oid role, Manner manner);

  PgsIdentity saved_{};
  Unwinding unwinding_;
};

// Limits lock waits in this scope, one by one or several together. After an error, abort restores
// the setting.
class LockTimeout {
 public:
  explicit LockTimeout(std::chrono::milliseconds limit);
  // From here on the limit holds for all waits together.
  void restart() { deadline_ = std::chrono::steady_clock::now() + limit_; }
  // The next statement may wait for what is left of the limit, and a millisecond at least.
  void spend() const;
  ~LockTimeout() {
    if (!unwinding_) pgs_setting_pop(level_);
  }
  LockTimeout(const LockTimeout&) = delete;
  LockTimeout& operator=(const LockTimeout&) = delete;

 private:
  std::chrono::milliseconds limit_;
  std::chrono::steady_clock::time_point deadline_;
  int level_;
  Unwinding unwinding_;
};

// For SQL of pgscale's own in a function that must see the names of the caller and so has no
// search_path of its own.
class OwnSearchPath {
 public:
  OwnSearchPath();
  ~OwnSearchPath() {
    if (!unwinding_) pgs_setting_pop(level_);
  }
  OwnSearchPath(const OwnSearchPath&) = delete;
  OwnSearchPath& operator=(const OwnSearchPath&) = delete;

 private:
  int level_;
  Unwinding unwinding_;
};

// How long a statement at top level waits for transactions that began before it: those that hold
// nobody up by waiting may wait as long as it takes.
enum class Patience { kLockTimeout, kUnlimited };

// Where the code runs, which decides what it may do with transactions.
enum class Venue {
  kFunction,   // inside the caller's transaction
  kProcedure,  // CALL at top level: may commit
  kWorker,     // a background worker: may commit and run statements at top level
};

// An SPI connection, and in a worker the transactions around it. After an error abort ends it.
class Session {
 public:
  explicit Session(Venue venue);
  // Ends the connection, and in a worker commits. Without it only a connection inside the caller's
  // transaction is closed.
  void end();
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  [[nodiscard]] Venue venue() const { return venue_; }
  [[nodiscard]] bool may_commit() const { return venue_ != Venue::kFunction; }

  // Commits and begins the next transaction.
  void commit();
  // The same, but lets go of the locks before the disk and synchronous standbys have what was
  // done; returns when they have.
  void commit_promptly();

  // In a worker: commits, runs the statement as a top-level command of its own in the role, and
  // begins the next transaction. Says how the statement failed, if it did; then every lock of the
  // session is gone. It fails when its names no longer mean the same.
  [[nodiscard]] std::optional<Outcome> execute_at_top_level(const Sql& sql,
                                                            const PgsTopLevelNames& names, Oid role,
                                                            Patience patience);

 private:
  void open();
  void settle() const;

  Venue venue_;
  bool ended_ = false;
  Unwinding unwinding_;
};

}  // namespace pgscale::pg
