#include "core/residency.h"

namespace pgscale {

ResidencyVerdict judge(const Resident& resident) {
  if (!resident.server) return {false, "there is no foreign table of that name here"};
  if (*resident.server != resident.shard) {
    return {false, "the foreign table is of server " + *resident.server};
  }
  if (resident.shard_region != resident.region) {
    return {false, "the shard is in region " + resident.shard_region.value_or("(none)")};
  }
  if (resident.strays > 0) {
    return {false, std::to_string(resident.strays) + " rows belong to other partitions"};
  }
  if (!resident.rows) return {std::nullopt, resident.error};
  return {true, ""};
}

}  // namespace pgscale
