#pragma once

#include "api/arguments.h"

namespace pgscale::api {

// Puts what was given about retention and retirement into a policy. NULL leaves a setting as it is,
// 'none' (of a number 0, of a function '-') clears it; another way to retire clears the settings of
// the one before.
void take_retirement(catalog::PolicyRow& row, const PolicyArguments& given,
                     const catalog::ParentFacts& facts);

// NULL leaves the setting as it is, 'none' clears it.
void overlay(std::optional<std::string>& setting, const std::optional<std::string>& given);

}  // namespace pgscale::api
