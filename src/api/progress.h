#pragma once

#include <string>
#include <vector>

#include "core/step.h"
#include "pg/arguments.h"

namespace pgscale::api {

// The rows (action, partition, bounds, detail) that the functions which change a set return.
class Progress {
 public:
  void adopt(const Partition& partition);  // existed before, and is kept as it is
  void done(const Step& step);
  void defer(const Step& step);  // left to maintenance
  void refuse(const Refusal& refusal);
  void keep(const Partition& partition, const std::string& why);  // stays without levels below

  // Call it after the SPI connection is closed: the rows outlive it.
  void give(PgsCall* call) const;

 private:
  std::vector<std::vector<pg::Value>> rows_;
};

}  // namespace pgscale::api
