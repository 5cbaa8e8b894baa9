#pragma once

#include <vector>

#include "pg/call.h"
#include "shim/file_sizes.h"

namespace pgscale::catalog {

// Finds the sizes of files. Where helpers pay they begin at once, so that the caller does other
// things before it asks.
class FileSurvey {
 public:
  explicit FileSurvey(std::vector<PgsFile> files);
  ~FileSurvey();
  FileSurvey(const FileSurvey&) = delete;
  FileSurvey& operator=(const FileSurvey&) = delete;

  // To be asked once, the files in their order.
  [[nodiscard]] const std::vector<PgsFile>& finish();

 private:
  std::vector<PgsFile> files_;
  PgsFileSurvey* survey_ = nullptr;  // without it this process finds the sizes alone
  pg::Unwinding unwinding_;
};

}  // namespace pgscale::catalog
