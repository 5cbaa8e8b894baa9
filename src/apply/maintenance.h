#pragma once

#include <optional>
#include <string>

#include "core/inventory.h"
#include "pg/session.h"

namespace pgscale::apply {

enum class Attendance {
  kMaintained,
  kBusy,  // another session is at it
  kPaused,
  kQuarantined,
  kGone,  // no longer a partition set
};

struct Report {
  Attendance attendance = Attendance::kMaintained;
  int steps = 0;
  int failures = 0;
  std::string last_error;
};

// Brings one set to what its policy wants: load, plan, carry out, record. A step that fails is
// recorded and does not stop the others; what is left is tried again at a later visit.
Report maintain(pg::Session& session, Oid parent, const std::string& requester);

// Records a visit that could not even plan, so that the set rests before the next.
void record_failed_visit(pg::Session& session, Oid parent, const pg::Outcome& outcome,
                         const std::string& requester);

}  // namespace pgscale::apply
