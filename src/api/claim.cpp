#include "api/claim.h"

#include "core/failure.h"
#include "pg/call.h"
#include "shim/session.h"

namespace pgscale::api {

// A visit of the worker takes milliseconds, so it is worth waiting for; nobody waits behind us.
void claim_in_transaction(const catalog::ParentFacts& facts) {
  constexpr int kTries = 100;
  constexpr std::int64_t kMillisBetween = 50;
  for (int i = 0; i < kTries; i++) {
    if (pg::call(pgs_claim_in_transaction, facts.parent.oid)) return;
    (void)pg::call(pgs_sleep, kMillisBetween);
  }
  throw Failure(Problem::kInUse,
                "partition set \"" + facts.parent.name.name.name() +
                    "\" is being maintained by another session",
                {}, "Try again when it has finished.");
}

}  // namespace pgscale::api
