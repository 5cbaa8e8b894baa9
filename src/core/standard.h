// What most files use of the standard library. The builds compile it once and put it in front of
// each file, which saves a third of their time; so there is nothing of ours in it.
// Not with "#pragma once", of which GCC warns in a header that is compiled by itself.

#ifndef PGSCALE_CORE_STANDARD_H
#define PGSCALE_CORE_STANDARD_H

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#endif
