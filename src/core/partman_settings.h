#pragma once

#include "core/partman_import.h"

namespace pgscale {

// Adds what becomes of one column of part_config, to the policy and to the items.
void map_setting(const PartmanSet& set, const PartmanSetting& setting, Import& import);

}  // namespace pgscale
