#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/sequence_use.h"

namespace pgscale::catalog {

struct SequenceState {
  std::optional<std::int64_t> last_value;  // empty when unknown
  bool is_called = false;                  // false: last_value is the next one
  std::string note;                        // why it is unknown
};

// With the rights of the caller. Waits for no lock and keeps none.
[[nodiscard]] SequenceState read_sequence(Oid sequence);

// All columns that take values of a sequence.
[[nodiscard]] std::vector<SequenceUse> load_sequence_uses();

}  // namespace pgscale::catalog
