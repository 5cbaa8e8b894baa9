#include "remote/two_phase.h"

#include <algorithm>
#include <utility>

#include "core/failure.h"
#include "pg/contain.h"
#include "shim/transaction_end.h"

namespace pgscale::remote {
namespace {

// All locks of the session are held meanwhile, and it cannot be cancelled.
constexpr std::chrono::seconds kPatienceAtEnd{5};
constexpr std::chrono::seconds kPatienceToConnect{5};

// Another process, the worker, may have been faster.
bool is_finished(const Reply& reply) {
  return !reply.failure || reply.failure->sqlstate == "42704";
}

// What waits for the end of the session's transaction; at most one.
TwoPhase*& awaiting() {
  static TwoPhase* work = nullptr;
  return work;
}

// Whether a shard may still hold what was prepared, and the worker is to look.
bool& left_behind() {
  static bool any = false;
  return any;
}

}  // namespace

TwoPhase::TwoPhase(const std::vector<Member>& members, Oid role, Deadline deadline)
    : deadline_(deadline) {
  for (const Member& member : members) {
    parts_.emplace_back(member, target_of(member.shard, role), deadline);
  }
  gather(links(), std::min(deadline, in(kPatienceToConnect)));
  require_room();
  run("BEGIN");
}

TwoPhase::~TwoPhase() {
  if (!is_over_) finish(Fate::kAborted);
}

void TwoPhase::require_room() {
  run("SELECT pg_catalog.current_setting('max_prepared_transactions')");
  for (const Part& part : parts_) {
    if (part.link.reply().rows.front()[0] != "0") continue;
    throw Failure(Problem::kNotInPrerequisiteState,
                  "shard \"" + part.member.shard + "\" cannot prepare transactions",
                  "Its max_prepared_transactions is 0.",
                  "Set it to at least the number of statements that run at the same time, and "
                  "restart the shard.");
  }
}

std::vector<Link*> TwoPhase::links() {
  std::vector<Link*> all;
  for (Part& part : parts_) all.push_back(&part.link);
  return all;
}

void TwoPhase::wait_for_all() {
  gather(links(), deadline_);
  for (const Part& part : parts_) {
    if (part.link.reply().failure) throw pg::OutcomeError(*part.link.reply().failure);
  }
}

void TwoPhase::run(const std::string& sql, const std::vector<pg::Value>& parameters) {
  for (Part& part : parts_) part.link.send(sql, parameters);
  wait_for_all();
}

void TwoPhase::run(const std::map<std::string, std::vector<Sql>>& work) {
  for (std::size_t i = 0;; i++) {
    bool any = false;
    for (Part& part : parts_) {
      const auto statements = work.find(part.member.shard);
      if (statements == work.end() || i >= statements->second.size()) continue;
      part.link.send(statements->second[i].text());
      any = true;
    }
    if (!any) return;
    wait_for_all();
  }
}

std::vector<std::vector<pg::Value>> TwoPhase::ask_first(const Sql& sql,
                                                        const std::vector<pg::Value>& values) {
  parts_.front().link.send(sql.text(), values);
  wait_for_all();
  return parts_.front().link.reply().rows;
}

void TwoPhase::prepare(const std::string& cluster, const std::string& transaction) {
  for (Part& part : parts_) {
    const PreparedName name{cluster, transaction, part.member.number};
    part.prepared = text(name);
    part.link.send(prepare_statement(name).text());
  }
  wait_for_all();
}

void TwoPhase::finish(Fate fate) noexcept {
  is_over_ = true;
  PgsFailure failure;
  const bool done = pg::contain(&failure, [&] { end_all(fate); });
  if (!done || !all_ended()) left_behind() = true;
}

void TwoPhase::end_all(Fate fate) {
  const Deadline deadline = in(kPatienceAtEnd);
  // After a cancel: what is not being prepared ends with its connection, what is must be heard of.
  for (Part& part : parts_) {
    if (part.link.is_busy() && part.prepared.empty()) part.link.expire();
  }
  gather_quietly(links(), deadline);
  for (Part& part : parts_) {
    part.link.send(part.prepared.empty() ? "ROLLBACK"
                                         : finish_statement(part.prepared, fate).text());
  }
  gather_quietly(links(), deadline);
}

bool TwoPhase::all_ended() const {
  return std::all_of(parts_.begin(), parts_.end(), [](const Part& part) {
    return part.prepared.empty() || is_finished(part.link.reply());
  });
}

void hand_over(std::unique_ptr<TwoPhase> work) { awaiting() = work.release(); }

bool end_awaiting(Fate fate) {
  const std::unique_ptr<TwoPhase> work(std::exchange(awaiting(), nullptr));
  if (work) work->finish(fate);
  return !std::exchange(left_behind(), false);
}

}  // namespace pgscale::remote

extern "C" bool body_transaction_ended(bool committed) {
  using pgscale::Fate;
  return pgscale::remote::end_awaiting(committed ? Fate::kCommitted : Fate::kAborted);
}
