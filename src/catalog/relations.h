#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

#include "core/usage.h"

namespace pgscale::catalog {

// The relations of users in this database, pgscale's own left out, and what the server counts of
// them, as of now; only of the subject. Takes no lock on them.
[[nodiscard]] Database observe_database(Subject subject, Measures measures,
                                        std::optional<Oid> below = std::nullopt);
// The same, while `meanwhile` runs on what is known but for the sizes: helpers may already look for
// these.
using Meanwhile = std::function<void(const Database&)>;
[[nodiscard]] Database observe_database(Subject subject, Measures measures,
                                        const Meanwhile& meanwhile);

// The sizes of these tables, pgscale's own too, and of all below them.
[[nodiscard]] Database observe_tables(const std::unordered_set<Oid>& tables);

// All that is asked, but only of so many largest tables that are no partitions. The sizes of the
// others are needed to know them, their statistics are not.
[[nodiscard]] Database observe_largest(std::size_t count);

struct Observation;

// Lets helpers look for these sizes already, while this process reads other things. The first
// observe_largest() in its scope takes them over.
class LargestAhead {
 public:
  LargestAhead();
  ~LargestAhead();
  LargestAhead(const LargestAhead&) = delete;
  LargestAhead& operator=(const LargestAhead&) = delete;

 private:
  std::unique_ptr<Observation> observed_;
};

}  // namespace pgscale::catalog
