#pragma once

#include <optional>
#include <set>
#include <string>

#include "catalog/drain.h"
#include "pg/session.h"

namespace pgscale::apply {

struct DrainReport {
  int steps = 0;
  int failures = 0;
  bool has_more = false;               // it stopped because it has done enough for now
  std::optional<pg::Outcome> trouble;  // the last failure
  std::string refusals;                // what cannot be moved, one message a line
  std::set<std::string> undone;        // partitions that rows still wait for
};

// Moves rows of the default partition to partitions of their own, at most `most_steps` times
// `batch` rows, each step committed. For a visit, which has claimed the set; if there were steps,
// its crashes count from here on.
DrainReport drain_claimed(pg::Session& session, Oid parent, catalog::DrainScope scope, int batch,
                          int most_steps, const std::string& requester);

// The same until there is nothing left to move, and then in the sets below. It takes the claim for
// one step at a time, so that the set is maintained meanwhile.
DrainReport drain(pg::Session& session, Oid parent, int batch, const std::string& requester);

}  // namespace pgscale::apply
