#pragma once

#include "pg/call.h"
#include "shim/session.h"

namespace pgscale::pg {

// In this scope statements may write to several shards and look at every row of a shard, whatever
// the settings say: who opens it means that, and puts right what a failure leaves. After an error,
// abort restores the settings.
class UnguardedWrites {
 public:
  UnguardedWrites() : level_(pg::call(pgs_setting_level)) {
    pg::call(pgs_setting_save, "pgscale.cross_shard_writes", "allow");
    pg::call(pgs_setting_save, "pgscale.allow_full_scan_dml", "on");
  }
  ~UnguardedWrites() {
    if (!unwinding_) pgs_setting_pop(level_);
  }
  UnguardedWrites(const UnguardedWrites&) = delete;
  UnguardedWrites& operator=(const UnguardedWrites&) = delete;

 private:
  int level_;
  Unwinding unwinding_;
};

}  // namespace pgscale::pg
