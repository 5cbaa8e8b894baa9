#include "api/batch.h"

#include <string>

#include "core/failure.h"

namespace pgscale::api {

int batch_of(const pg::Arguments& arguments, int index) {
  constexpr int kMost = 10'000'000;
  const int batch = pg::not_null(arguments.integer(index), "batch");
  if (batch >= 1 && batch <= kMost) return batch;
  throw Failure(Problem::kInvalidParameter, "batch must be between 1 and " + std::to_string(kMost));
}

}  // namespace pgscale::api
