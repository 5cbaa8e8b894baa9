#include "apply/claim.h"

#include <string>

#include "core/failure.h"
#include "pg/call.h"
#include "pg/server.h"
#include "shim/session.h"

namespace pgscale::apply {

// A visit of maintenance takes milliseconds, or seconds where it drains, too.
void claim(Oid parent) {
  constexpr int kTries = 1200;
  constexpr std::int64_t kMillisBetween = 50;
  for (int i = 0; i < kTries; i++) {
    if (pg::call(pgs_claim, parent, PGS_CLAIM_MAINTENANCE)) return;
    (void)pg::call(pgs_sleep, kMillisBetween);
  }
  throw Failure(Problem::kInUse,
                std::string("partition set \"") + pg::call(pgs_relation_name, parent) +
                    "\" is being maintained by another session",
                {}, "Try again when it has finished.");
}

}  // namespace pgscale::apply
