#pragma once

#include <vector>

#include "shim/file_sizes.h"

namespace pgscale::catalog {

// Finds the sizes of files. Where parallel workers pay they begin at once, so that the caller does
// other things before it asks; until then nothing may be written, see pgs_survey_begin().
class FileSurvey {
 public:
  explicit FileSurvey(std::vector<PgsFile> files);
  FileSurvey(const FileSurvey&) = delete;
  FileSurvey& operator=(const FileSurvey&) = delete;

  // To be asked once, the files in their order.
  [[nodiscard]] const std::vector<PgsFile>& finish();

 private:
  std::vector<PgsFile> files_;
  PgsFileSurvey* survey_ = nullptr;  // without it this process finds the sizes alone
};

}  // namespace pgscale::catalog
