#pragma once

#include <optional>

#include "catalog/adoptee.h"
#include "core/adoption.h"
#include "core/step.h"

namespace pgscale::apply {

// The next step towards the index of the extended primary key of a table that is being adopted;
// none when it is there or not needed.
[[nodiscard]] std::optional<Step> next_key_step(const catalog::AdopteeFacts& facts,
                                                const AdoptionNames& names);

}  // namespace pgscale::apply
