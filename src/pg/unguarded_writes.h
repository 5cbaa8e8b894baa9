#pragma once

#include "pg/setting_scope.h"

namespace pgscale::pg {

// In this scope statements may write to several shards and look at every row of a shard, whatever
// the settings say: who opens it means that, and puts right what a failure leaves.
class UnguardedWrites : SettingScope {
 public:
  UnguardedWrites()
      : SettingScope(
            {{"pgscale.cross_shard_writes", "allow"}, {"pgscale.allow_full_scan_dml", "on"}}) {}
};

}  // namespace pgscale::pg
