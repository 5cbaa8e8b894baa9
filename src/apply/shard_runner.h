#pragma once

#include <functional>
#include <string>

#include "core/shard_plan.h"
#include "pg/session.h"

namespace pgscale::apply {

struct SyncReport {
  int steps = 0;
  int failures = 0;
  std::string last_error;
  bool is_in_doubt = false;  // whether something may wait on a shard to be finished
};

// Carries out steps on shards, each in a transaction of its own, and writes the journal. One that
// fails is recorded and stops no other.
class ShardRunner {
 public:
  ShardRunner(pg::Session& session, std::string requester)
      : session_(session), requester_(std::move(requester)) {}

  void take(const ShardItem& item);
  // The same with something else to do than its statements; says whether it went well. Where a lock
  // was not free it may be tried again, up to four times in all.
  enum class Tries { kOnce, kSome };
  bool run(const ShardStep& step, const std::function<void()>& deed, Tries tries = Tries::kOnce);
  // What the deed has to say in the journal.
  void note(std::string note) { note_ = std::move(note); }
  // A failure that is no step's, such as a look that was not possible.
  void refuse(const ShardRefusal& refusal);
  [[nodiscard]] const SyncReport& report() const { return report_; }

 private:
  void note_failure(ShardAction action, const std::string& message);

  pg::Session& session_;
  std::string requester_;
  SyncReport report_;
  std::string note_;
};

}  // namespace pgscale::apply
