#pragma once

#include <string>
#include <string_view>

#include "core/axis.h"
#include "core/policy.h"

namespace pgscale {

// Throws Failure unless the template names {bound} and knows no other placeholder than {parent}.
void check_naming(std::string_view naming);

// The name of a partition: the template (by default {parent}_p{bound}, for lists {parent}_{bound})
// with both names put in. Never above 63 bytes: the parent's part is shortened and ends in a hash
// of the whole name, so that two long parents cannot meet; a bound that is itself too long is
// treated the same way.
[[nodiscard]] std::string partition_name(const std::string& parent, const std::string& naming,
                                         Method method, const std::string& bound);

// The default partition is always {parent}_default.
[[nodiscard]] std::string default_partition_name(const std::string& parent);

// The {bound} of a range that starts at `lower`: 2026, 2026_11, 2026_11_05, 2026_11_05_13,
// 2026_11_05_1330, ...: as fine as the stride and the bound itself need. Numbers: 1000, m1000 below
// zero, 0_5 for fractions.
[[nodiscard]] std::string range_name(const Axis& axis, const Stride& stride, const End& lower);

// The {bound} of a remainder, zero-padded so that names sort: 00 ... 15.
[[nodiscard]] std::string remainder_name(int modulus, int remainder);

}  // namespace pgscale
