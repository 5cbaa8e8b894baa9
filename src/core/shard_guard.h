#pragma once

#include <cstdint>
#include <vector>

namespace pgscale {

// What is to become of a transaction that writes to a second shard: each shard commits by itself.
enum class CrossShardWrites { kAllow, kWarn, kError };

enum class Verdict { kFine, kWarn, kRefuse };

// The shards that the transaction has written to and not taken back.
class ShardWrites {
 public:
  // A write is about to happen in a subtransaction of that level (1 is the transaction itself).
  // What is refused is not noted. One warning in a transaction is enough.
  [[nodiscard]] Verdict note(std::uint32_t server, int level, CrossShardWrites policy);
  // What the subtransaction wrote belongs to the one around it.
  void release(int level);
  // What it wrote is taken back.
  void roll_back(int level);
  void reset();

  // The first of them; 0 when there is none.
  [[nodiscard]] std::uint32_t first() const { return writes_.empty() ? 0 : writes_.front().server; }

 private:
  struct Write {
    std::uint32_t server;
    int level;  // of the subtransaction that wrote there first
  };
  std::vector<Write> writes_;
  bool warned_ = false;
};

// A scan that looks for the rows that UPDATE or DELETE is to change one by one.
struct TargetScan {
  bool has_remote_condition;  // the shard can tell the rows from others
  bool allowed;               // by pgscale.allow_full_scan_dml
};

// Without a condition it locks every row of the table and fetches it.
[[nodiscard]] Verdict judge(const TargetScan& scan);

}  // namespace pgscale
