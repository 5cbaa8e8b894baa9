#pragma once

namespace pgscale::catalog {

// Whether pgscale is installed in this database, in the version of this library. If so it can be
// neither dropped nor updated before the transaction ends.
enum class Presence { kAbsent, kOtherVersion, kPresent };
[[nodiscard]] Presence pin_extension();

// The same as an error, for work that has begun.
void require_extension();

}  // namespace pgscale::catalog
