#pragma once

#include <optional>
#include <string>

#include "core/axis.h"
#include "core/policy.h"

namespace pgscale {

// How the partitions of a set are partitioned in turn.
struct SubLevel {
  Policy policy;
  Method method;
  std::string control;  // the one column of the key
  std::optional<Axis> axis = std::nullopt;
};

}  // namespace pgscale
