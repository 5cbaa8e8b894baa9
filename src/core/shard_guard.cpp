#include "core/shard_guard.h"

#include <algorithm>

namespace pgscale {

Verdict ShardWrites::note(std::uint32_t server, int level, CrossShardWrites policy) {
  const bool known = std::any_of(writes_.begin(), writes_.end(),
                                 [&](const Write& write) { return write.server == server; });
  if (known) return Verdict::kFine;
  const bool second = !writes_.empty();
  if (second && policy == CrossShardWrites::kError) return Verdict::kRefuse;
  writes_.push_back({server, level});
  if (!second || policy == CrossShardWrites::kAllow || warned_) return Verdict::kFine;
  warned_ = true;
  return Verdict::kWarn;
}

void ShardWrites::release(int level) {
  for (Write& write : writes_) write.level = std::min(write.level, level - 1);
}

void ShardWrites::roll_back(int level) {
  writes_.erase(std::remove_if(writes_.begin(), writes_.end(),
                               [&](const Write& write) { return write.level >= level; }),
                writes_.end());
}

void ShardWrites::reset() {
  writes_.clear();
  warned_ = false;
}

Verdict judge(const TargetScan& scan) {
  return scan.has_remote_condition || scan.allowed ? Verdict::kFine : Verdict::kRefuse;
}

}  // namespace pgscale
