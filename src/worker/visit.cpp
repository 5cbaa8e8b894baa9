#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "apply/adoption.h"
#include "apply/maintenance.h"
#include "apply/sampler.h"
#include "apply/shard_drift.h"
#include "apply/shard_visits.h"
#include "apply/shards.h"
#include "catalog/adoptions.h"
#include "catalog/due.h"
#include "catalog/extension.h"
#include "catalog/journal.h"
#include "catalog/shard_state.h"
#include "catalog/state.h"
#include "core/shard_statistics.h"
#include "pg/contain.h"
#include "pg/server.h"
#include "pg/session.h"
#include "shim/session.h"
#include "shim/workers.h"
#include "worker/shard_publication.h"

namespace pgscale::worker {
namespace {

using catalog::Presence;

constexpr Micros kNever = std::numeric_limits<Micros>::max();
constexpr Micros kRestAfterTrouble = 60 * kMicrosPerSecond;

void log(const std::string& message) { pg::call(pgs_log, message.c_str()); }

Micros in_naptime() { return pg::real_now() + pg::naptime().count() * kMicrosPerSecond; }

struct Work {
  std::vector<Oid> sets;
  std::vector<Oid> guards;  // tables whose adoption may have come to a standstill
};

// Empty while the database is being restored: a partition made now would miss the indexes to come.
std::optional<Work> work_to_do() {
  pg::Session session(pg::Venue::kWorker);
  std::optional<Work> work(std::in_place);
  if (catalog::pin_extension() == Presence::kPresent) {
    if (pg::call(pgs_restore_lasts)) {
      work.reset();
    } else {
      work->sets = catalog::due_sets(pg::policy_now(), pg::real_now());
      work->guards = catalog::guards_due(pg::policy_now());
    }
  }
  session.end();
  return work;
}

void visit_set(Oid parent) {
  const auto trouble = pg::isolated([parent] {
    pg::Session session(pg::Venue::kWorker);
    if (catalog::pin_extension() == Presence::kPresent) {
      (void)apply::maintain(session, parent, catalog::kWorkerName);
    }
    session.end();
  });
  if (!trouble) return;
  log("maintenance of partition set " + std::to_string(parent) + " failed: " + trouble->message);
  (void)pg::isolated([&] {
    pg::Session session(pg::Venue::kWorker);
    if (catalog::pin_extension() == Presence::kPresent) {
      apply::record_failed_visit(session, parent, *trouble, catalog::kWorkerName);
    }
    session.end();
  });
}

// History is worth less than maintenance: a sample that fails costs nothing else.
void sample_if_due() {
  const auto trouble = pg::isolated([] {
    pg::Session session(pg::Venue::kWorker);
    if (catalog::pin_extension() == Presence::kPresent) {
      const auto next = apply::next_sample();
      if (next && *next <= pg::real_now()) {
        (void)apply::take_sample(session, catalog::kWorkerName);
      }
    }
    session.end();
  });
  if (trouble) log("could not take a sample: " + trouble->message);
}

void look_at_guard(Oid table) {
  const auto trouble = pg::isolated([table] {
    pg::Session session(pg::Venue::kWorker);
    if (catalog::pin_extension() == Presence::kPresent) {
      apply::release_guard(session, table, catalog::kWorkerName);
    }
    session.end();
  });
  if (trouble) log("guard of table " + std::to_string(table) + " stays: " + trouble->message);
}

// First of all: after a restart nobody watches the shards until a visit has told which there are.
void publish() {
  const auto trouble = pg::isolated([] {
    pg::Session session(pg::Venue::kWorker);
    const Presence presence = catalog::pin_extension();
    if (presence == Presence::kPresent) publish_shards();
    if (presence == Presence::kAbsent) publish_no_shards();
    session.end();
  });
  if (trouble) log("could not tell which shards to watch: " + trouble->message);
}

// False when a shard still has to be asked what waits there to be finished, or told.
bool look_after_shards() {
  bool done = true;
  const auto trouble = pg::isolated([&done] {
    pg::Session session(pg::Venue::kWorker);
    if (catalog::pin_extension() == Presence::kPresent) {
      done = !apply::sync_shards(session, catalog::kWorkerName, apply::Whose::kAll).is_in_doubt;
      publish_shards();
      apply::look_at_shards(session, apply::Whose::kAll);
      if (catalog::has_shards() && drift_look_is_due(catalog::drift_looked_at(), pg::real_now())) {
        (void)apply::keep_shards_in_step(session, catalog::kWorkerName);
      }
    }
    session.end();
  });
  if (trouble) log("shards could not be looked after: " + trouble->message);
  return done && !trouble;
}

Visit next_visit() {
  pg::Session session(pg::Venue::kWorker);
  Visit next;
  switch (catalog::pin_extension()) {
    case Presence::kPresent:
      next = earlier(earlier(catalog::next_visit(), catalog::next_look_at_guards()),
                     {std::nullopt, apply::next_sample()});
      if (catalog::has_shards()) {
        next = earlier(next, {std::nullopt, in_naptime()});
      }
      break;
    case Presence::kOtherVersion:
      log("extension \"pgscale\" has another version than its library: "
          "run ALTER EXTENSION pgscale UPDATE");
      next.retry = pg::real_now() + kMicrosPerHour;
      break;
    case Presence::kAbsent: break;
  }
  session.end();
  return next;
}

// Those that have not been visited yet; false when there was none.
bool visit_sets(const std::vector<Oid>& sets, std::set<Oid>& visited) {
  bool any = false;
  for (Oid parent : sets) {
    if (!visited.insert(parent).second) continue;
    visit_set(parent);
    any = true;
  }
  return any;
}

void visit_database() {
  auto work = work_to_do();
  Visit next;
  if (work) {
    publish();
    for (Oid table : work->guards) look_at_guard(table);
    std::set<Oid> visited;
    // Partitions that are made may be sets themselves, and due.
    while (work && visit_sets(work->sets, visited)) work = work_to_do();
    const bool shards_are_done = look_after_shards();
    sample_if_due();
    const auto trouble = pg::isolated([&next] { next = next_visit(); });
    if (trouble) next.retry = pg::real_now() + kRestAfterTrouble;
    if (!shards_are_done) {
      next.retry = std::min(next.retry.value_or(kNever),
                            pg::real_now() + pg::naptime().count() * kMicrosPerSecond);
    }
  } else {
    next.retry = in_naptime();
  }
  const PgsVisitResult result{next.due.value_or(kNever), next.retry.value_or(kNever)};
  pg::call(pgs_visit_publish, &result);
}

}  // namespace
}  // namespace pgscale::worker

extern "C" bool body_visit(PgsFailure* failure);
extern "C" bool body_visit(PgsFailure* failure) {
  return pgscale::pg::contain(failure, [] { pgscale::worker::visit_database(); });
}
