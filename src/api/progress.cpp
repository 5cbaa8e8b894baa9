#include "api/progress.h"

namespace pgscale::api {

void Progress::adopt(const Partition& partition) {
  rows_.push_back({"adopt", readable(partition.name), partition.bound_text, "existed before"});
}

void Progress::done(const Step& step) {
  rows_.push_back({text(step.action), readable(step.partition), step.bounds, step.reason});
}

void Progress::defer(const Step& step) {
  rows_.push_back({"defer", readable(step.partition), step.bounds,
                   std::string(text(step.action)) + ": " + step.reason + "; left to maintenance"});
}

void Progress::refuse(const Refusal& refusal) {
  rows_.push_back({"refuse", refusal.partition, refusal.bounds, refusal.message});
}

void Progress::keep(const Partition& partition, const std::string& why) {
  rows_.push_back({"keep", readable(partition.name), partition.bound_text, why});
}

void Progress::give(PgsCall* call) const {
  pg::ResultRows result(call);
  for (const auto& row : rows_) result.add(row);
}

}  // namespace pgscale::api
