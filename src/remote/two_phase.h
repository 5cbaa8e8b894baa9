#pragma once

#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/two_phase.h"
#include "remote/link.h"

namespace pgscale::remote {

// A transaction on several shards that ends as that of the session does: it is prepared there while
// ours goes on, and finished when ours has ended. Locks that it took are held until then, so that
// nobody sees one without the other.
class TwoPhase {
 public:
  struct Member {
    std::string shard;
    int number;
  };

  // Connects and begins. Throws OutcomeError for the first shard that fails, as all here, and
  // Failure (55000) where a shard cannot prepare transactions.
  TwoPhase(const std::vector<Member>& members, Oid role, Deadline deadline);
  // What was not handed over is rolled back.
  ~TwoPhase();
  TwoPhase(const TwoPhase&) = delete;
  TwoPhase& operator=(const TwoPhase&) = delete;

  void run(const std::string& sql, const std::vector<pg::Value>& parameters = {});
  // The statements of each shard, one after the other.
  void run(const std::map<std::string, std::vector<Sql>>& work);
  [[nodiscard]] std::vector<std::vector<pg::Value>> ask_first(const Sql& sql,
                                                              const std::vector<pg::Value>& values);
  void prepare(const std::string& cluster, const std::string& transaction);

  // The session's transaction has ended. Waits some seconds at most; what a shard does not answer
  // meanwhile is left to the worker.
  void finish(Fate fate) noexcept;

 private:
  struct Part {
    Part(const Member& who, Target target, Deadline deadline)
        : member(who), link(std::move(target), deadline) {}
    Member member;
    Link link;
    std::string prepared;  // the name, from the moment that it may be there
  };
  void wait_for_all();
  void require_room();
  void end_all(Fate fate);
  [[nodiscard]] bool all_ended() const;
  [[nodiscard]] std::vector<Link*> links();

  std::list<Part> parts_;
  Deadline deadline_;
  bool is_over_ = false;
};

// Leaves the work to the end of the session's transaction, which is then awaited.
void hand_over(std::unique_ptr<TwoPhase> work);
// False where something was left to the worker, now or earlier in this transaction.
[[nodiscard]] bool end_awaiting(Fate fate);

}  // namespace pgscale::remote
