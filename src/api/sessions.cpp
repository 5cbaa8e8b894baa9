#include "catalog/lock_waits.h"

#include <algorithm>
#include <string>
#include <vector>

#include "core/wait_tree.h"
#include "pg/arguments.h"
#include "pg/contain.h"
#include "pg/session.h"

namespace pgscale::api {
namespace {

// As the server tells them: a prepared transaction has pid 0.
int pid_of(int process) { return std::max(process, 0); }

pg::Value pids(const std::vector<int>& processes) {
  std::vector<std::string> elements;
  elements.reserve(processes.size());
  for (const int process : processes) elements.push_back(std::to_string(pid_of(process)));
  return pg::array_literal(elements);
}

// The name of a prepared transaction; empty for a process.
pg::Value gid_of(int process, const catalog::LockWaits& all) {
  const auto gid = all.prepared.find(process);
  return gid == all.prepared.end() ? pg::Value() : pg::Value(gid->second);
}

std::vector<pg::Value> row(const WaitNode& node, const catalog::LockWaits& all) {
  catalog::WantedLock wanted;
  const auto waits = all.wanted.find(node.process);
  if (waits != all.wanted.end()) wanted = waits->second;
  const int root = node.path.front();
  return {pg::from_int(pid_of(node.process)),
          gid_of(node.process, all),
          pg::from_int(node.depth()),
          pids(node.path),
          pg::from_int(pid_of(root)),
          gid_of(root, all),
          pids(node.roots),
          pids(node.blockers),
          pg::from_int(node.behind),
          node.deadlocked ? "t" : "f",
          wanted.since,
          wanted.type,
          wanted.mode,
          wanted.relation};
}

void lock_waits(PgsCall* call) {
  pg::Session session(pg::Venue::kFunction);
  const catalog::LockWaits all = catalog::load_lock_waits();
  session.end();
  pg::ResultRows result(call);
  for (const WaitNode& node : wait_tree(all.waits)) result.add(row(node, all));
}

}  // namespace
}  // namespace pgscale::api

extern "C" bool body_pgscale_lock_waits(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_lock_waits(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::lock_waits(call); });
}
